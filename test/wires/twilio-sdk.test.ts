// C94: Twilio's own SDK against the whole service: what it sends, reads and throws.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ADMIN_KEY, API_KEY, type Real, startReal } from '../http/real.ts'
import { ACCOUNT_SID, createSdk, thrownBy } from './sdk.ts'
import { shapeOf } from './shape.ts'
import theirs from './twilio-answers.json' with { type: 'json' }

const SERVICE_SID = `VA${'0b'.repeat(16)}`
const SERVICES = JSON.stringify({
  services: {
    default: { twilio_service_sid: SERVICE_SID, brand_name: 'Example' },
    other: {},
  },
})

let real: Real
let sdk: ReturnType<typeof createSdk>
beforeAll(async () => {
  real = await startReal({ SERVICES, TWILIO_VERIFY_COMPAT: 'on' })
  sdk = createSdk(real.url, API_KEY)
})
afterAll(() => real?.close())

let numbers = 1000
const nextNumber = () => `+1415555${++numbers}`
const verify = () => sdk.services(SERVICE_SID)
const startTo = (to: string) => verify().verifications.create({ to, channel: 'sms' })
const checkOf = (to: string, code: string) => verify().verificationChecks.create({ to, code })

/** The newest one. */
const codeFor = (to: string, count = 1) =>
  vi.waitFor(async () => {
    const { body } = await real.client.get('/dev/inbox', { accept: 'application/json' })
    const found = body.filter((one: { to: string }) => one.to === to)
    if (found.length < count) throw new Error('no message yet')
    return found[0].code as string
  })
const GONE = { status: 404, code: 20404 }
const wrongOf = (code: string) => (code === '000000' ? '111111' : '000000')

describe('C94: a login by Twilio’s SDK', () => {
  it('starts and approves by To, once', async () => {
    const to = nextNumber()
    const started = await startTo(to)
    expect(started).toMatchObject({
      ...{ to, channel: 'sms', status: 'pending', valid: false },
      ...{ serviceSid: SERVICE_SID, accountSid: ACCOUNT_SID },
    })
    expect(started.sid).toMatch(/^VE[0-9a-f]{32}$/)
    expect(started.sendCodeAttempts).toHaveLength(1)
    const code = await codeFor(to)
    const wrong = await checkOf(to, wrongOf(code))
    expect(wrong).toMatchObject({ status: 'pending', valid: false })
    const { sid, dateCreated } = started
    const right = await checkOf(to, code)
    expect(right).toMatchObject({ sid, dateCreated, status: 'approved', valid: true })
    expect(await thrownBy(checkOf(to, code))).toMatchObject(GONE)
  })

  it('checks by VerificationSid, for an address, by a key of the account', async () => {
    const to = 'ada@example.com'
    const mine = createSdk(real.url, API_KEY, ACCOUNT_SID).services(SERVICE_SID)
    const { sid } = await mine.verifications.create({ to, channel: 'email' })
    const code = await codeFor(to)
    const right = await mine.verificationChecks.create({ verificationSid: sid, code })
    expect(right).toMatchObject({ sid, to, channel: 'email', valid: true })
  })

  it('a start while one is pending is refused until a resend is due, and never makes another code', async () => {
    const to = nextNumber()
    const { sid } = await startTo(to)
    expect(await thrownBy(startTo(to))).toMatchObject({ status: 429, code: 60212 })
    const all = await Promise.all(Array.from({ length: 5 }, () => thrownBy(startTo(to))))
    expect(all.map(({ code }) => code)).toEqual(Array(5).fill(60212))
    expect((await verify().verifications(to).fetch()).sid).toBe(sid)
    const code = await codeFor(to)
    expect((await checkOf(to, code)).sid).toBe(sid)
  })

  it('reads by SID and by To until it ends, and cancels', async () => {
    const to = nextNumber()
    const { sid } = await startTo(to)
    for (const name of [sid, to])
      expect(await verify().verifications(name).fetch()).toMatchObject({
        sid,
        to,
        status: 'pending',
      })
    const canceled = await verify().verifications(to).update({ status: 'canceled' })
    expect(canceled).toMatchObject({ sid, status: 'canceled', valid: false })
    expect(await thrownBy(verify().verifications(sid).fetch())).toMatchObject(GONE)
    expect(await thrownBy(checkOf(to, '123456'))).toMatchObject(GONE)
    expect((await startTo(to)).sid).not.toBe(sid)
  })

  it('after the last wrong code says so until its life would have ended', async () => {
    const to = nextNumber()
    await startTo(to)
    const code = await codeFor(to)
    const wrong = []
    for (let n = 0; n < 5; n += 1) wrong.push(await checkOf(to, wrongOf(code)))
    expect(wrong.map(({ valid }) => valid)).toEqual(Array(5).fill(false))
    expect(wrong.at(-1)?.status).toBe('max_attempts_reached')
    expect(await thrownBy(checkOf(to, code))).toMatchObject({ status: 429, code: 60202 })
  })

  it('of 20 right codes at the same moment one is approved', async () => {
    const to = nextNumber()
    await startTo(to)
    const code = await codeFor(to)
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => checkOf(to, code)))
    const approved = all.filter((one) => one.status === 'fulfilled' && one.value.valid)
    expect(approved).toHaveLength(1)
  })

  it('reads its service, and writes none', async () => {
    const service = await verify().fetch()
    expect(service).toMatchObject({ sid: SERVICE_SID, friendlyName: 'Example', codeLength: 6 })
    expect((await sdk.services.list()).map(({ sid }) => sid)).toEqual([SERVICE_SID])
    const refused = await thrownBy(sdk.services.create({ friendlyName: 'another' }))
    expect(refused).toMatchObject({ status: 405, code: 20004 })
    expect(refused.message).toContain('services are settings here')
    expect(await thrownBy(verify().update({ codeLength: 4 }))).toMatchObject({ status: 405 })
  })
})

describe('C94: refusals, as its RestException', () => {
  const created = (fields: object, sid = SERVICE_SID) =>
    thrownBy(
      sdk.services(sid).verifications.create({ to: nextNumber(), channel: 'sms', ...fields }),
    )

  it.each([
    ['a number that is none', { to: '+1415' }, 400, 60200],
    ['a channel that is none', { channel: 'fax' }, 400, 60200],
    ['a channel of another kind', { to: 'ada@example.com', channel: 'sms' }, 400, 60200],
    ['silent network authentication', { channel: 'sna' }, 403, 60223],
    ['a channel that nobody serves', { to: '+41446681800', channel: 'call' }, 403, 60223],
    ['a text of the caller’s own', { customMessage: 'Your code' }, 400, 60204],
    ['a name of the caller’s own', { customFriendlyName: 'A bank' }, 400, 60204],
    ['a code of the caller’s own', { customCode: '123456' }, 400, 60204],
    ['a template of theirs', { templateSid: `HJ${'0'.repeat(32)}` }, 400, 60204],
    ['a payment', { amount: '10 EUR', payee: 'ACME' }, 400, 60204],
    ['limits of theirs', { rateLimits: { ip: '203.0.113.7' } }, 400, 60204],
    ['an app that is not ours', { appHash: 'AAAAAAAAAAA' }, 400, 60200],
    ['tags that are no Unicode', { tags: '{"a":"\\ud800"}' }, 400, 60200],
    ['a tag named __proto__', { tags: '{"__proto__":"x"}' }, 400, 60200],
    ['tags that are too long', { tags: JSON.stringify({ a: 'x'.repeat(257) }) }, 400, 60200],
    ['a device without an address', { deviceIp: 'nowhere' }, 400, 60200],
  ])('%s', async (_name, fields, status, code) => {
    const refused = await created(fields)
    expect(refused).toMatchObject({ status, code })
    const texts = Object.entries(fields).filter(([name]) => name !== 'channel')
    for (const [, given] of texts) expect(refused.message).not.toContain(String(given))
  })

  it('another service, another key, no key', async () => {
    expect(await created({}, `VA${'1'.repeat(32)}`)).toMatchObject(GONE)
    expect(await created({}, 'other')).toMatchObject(GONE)
    for (const key of ['a-key-that-nobody-has-made', ADMIN_KEY]) {
      const call = createSdk(real.url, key).services(SERVICE_SID).fetch()
      const status = key === ADMIN_KEY ? 403 : 401
      expect(await thrownBy(call)).toMatchObject({ status, code: 20003 })
    }
  })

  it('a code that cannot be one costs nothing', async () => {
    const to = nextNumber()
    await startTo(to)
    for (const code of ['12', 'abcdef', '1234567'])
      expect(await thrownBy(checkOf(to, code))).toMatchObject({ status: 400, code: 60200 })
    expect(await checkOf(to, await codeFor(to))).toMatchObject({ valid: true })
  })

  it('a fifth message to one number within ten minutes is the last', async () => {
    const to = nextNumber()
    for (let n = 0; n < 5; n += 1) {
      await startTo(to)
      await verify().verifications(to).update({ status: 'canceled' })
    }
    expect(await thrownBy(startTo(to))).toMatchObject({ status: 429, code: 60203 })
  })
})

describe('C94: what this wire reaches', () => {
  it('a native verification, with or without a session, is out of its reach', async () => {
    for (const session of [undefined, 'a-browser-session-0123456789']) {
      const to = nextNumber()
      const { body } = await real.start({ to, ...(session && { session }) })
      const { code } = await real.message(body.id)
      expect(await thrownBy(checkOf(to, code))).toMatchObject(GONE)
      expect(await thrownBy(verify().verifications(to).fetch())).toMatchObject(GONE)
      const asked = await real.client.get(`/verify/${body.id}`)
      expect([asked.body.status, asked.body.attempts_remaining]).toEqual(['pending', 5])
    }
  })

  it('no native check reaches what it started', async () => {
    const to = nextNumber()
    await startTo(to)
    const code = await codeFor(to)
    const { body } = await real.client.post('/verify/list', { to })
    const { id } = body.verifications[0]
    for (const session of [undefined, 'a-browser-session-0123456789']) {
      const native = await real.client.post('/verify/check', {
        id,
        code,
        ...(session && { session }),
      })
      expect([native.status, native.body.error]).toEqual([409, 'verification_mismatch'])
    }
    expect(await checkOf(to, code)).toMatchObject({ valid: true })
  })
})

/** As the SDK does, but with the answer as it came. */
async function raw(method: string, path: string, form?: Record<string, string>, headers = {}) {
  const pair = Buffer.from(`${ACCOUNT_SID}:${API_KEY}`).toString('base64')
  const response = await fetch(`${real.url}/v2/${path}`, {
    method,
    headers: { authorization: `Basic ${pair}`, ...headers },
    ...(form && { body: new URLSearchParams(form) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  const body = (await response.json()) as any
  return { status: response.status, headers: response.headers, body }
}

describe('C94: answers beside Twilio’s documented ones', () => {
  const at = `Services/${SERVICE_SID}`
  const post = (name: string, form: Record<string, string>, headers = {}) =>
    raw('POST', `${at}/${name}`, form, headers)

  it('have their keys, in each the type of theirs, and their status', async () => {
    const To = nextNumber()
    const started = await post('Verifications', { To, Channel: 'sms' })
    expect([started.status, shapeOf(started.body)]).toEqual([201, shapeOf(theirs.verification)])
    const fetched = await raw('GET', `${at}/Verifications/${To}`)
    expect([fetched.status, shapeOf(fetched.body)]).toEqual([200, shapeOf(theirs.verification)])
    const again = await post('Verifications', { To, Channel: 'sms' })
    expect([again.status, shapeOf(again.body)]).toEqual([429, shapeOf(theirs.error)])
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(again.headers.get('twilio-reached-rate-limit')).toBe('true')
    const checked = await post('VerificationCheck', { To, Code: await codeFor(To) })
    expect([checked.status, shapeOf(checked.body)]).toEqual([201, shapeOf(theirs.check)])
    const service = await raw('GET', at)
    expect([service.status, shapeOf(service.body)]).toEqual([200, shapeOf(theirs.service)])
    const { body } = await raw('GET', 'Services')
    expect(shapeOf(body.meta)).toEqual(shapeOf(theirs.meta))
  })

  it('a plus in the path is a plus, encoded or not', async () => {
    const To = nextNumber()
    await post('Verifications', { To, Channel: 'sms' })
    for (const name of [To, encodeURIComponent(To)])
      expect((await raw('GET', `${at}/Verifications/${name}`)).body.to).toBe(To)
    expect((await raw('GET', `${at}/Verifications/%E0%A4%A`)).status).toBe(404)
  })

  it('are found by the whole URL as the request’s target, as a proxy may give it (RFC 9112 §3.2.2)', async () => {
    const asked = request({ port: new URL(real.url).port, path: `http://verify.example/v2/${at}` })
    const [response] = (await once(asked.end(), 'response')) as [IncomingMessage]
    response.resume()
    expect([response.statusCode, response.headers['www-authenticate']]).toMatchObject([
      401,
      expect.stringContaining('Basic'),
    ])
  })

  it('what is nowhere, or cannot be read, is theirs, too', async () => {
    const nowhere = await raw('GET', `${at}/Entities`)
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 20404])
    expect(shapeOf(nowhere.body)).toEqual(shapeOf(theirs.error))
    const json = { 'content-type': 'application/json' }
    const other = await post('Verifications', { To: '+14155550000', Channel: 'sms' }, json)
    expect([other.status, other.body.code]).toEqual([415, 60200])
    const large = await post('Verifications', { To: 'x'.repeat(17_000) })
    expect([large.status, large.body.code]).toEqual([413, 60200])
    const without = await fetch(`${real.url}/v2/${at}`)
    expect([without.status, await without.json()]).toMatchObject([401, { code: 20003 }])
    expect(without.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  it('a start under an Idempotency-Key is one start, whatever came in between', async () => {
    const To = nextNumber()
    const start = () =>
      post('Verifications', { To, Channel: 'sms' }, { 'idempotency-key': `k-${To}` })
    const [first, second] = [await start(), await start()]
    expect([second.status, second.body.sid]).toEqual([201, first.body.sid])
    expect(second.body.send_code_attempts).toEqual(first.body.send_code_attempts)
  })

  it('no line of the log has a number or a code', async () => {
    const To = nextNumber()
    await post('Verifications', { To, Channel: 'sms' })
    const Code = await codeFor(To)
    await raw('GET', `${at}/Verifications/${To}`)
    await post('VerificationCheck', { To, Code })
    const log = real.lines.join('')
    expect(log).toContain('/v2/Services/{VA}/Verifications/{Sid}')
    for (const secret of [To.slice(1), `"${Code}"`]) expect(log).not.toContain(secret)
  })
})

describe('C94: a service that does not offer it', () => {
  it('has nothing at its addresses', async () => {
    const plain = await startReal()
    const response = await fetch(`${plain.url}/v2/Services`)
    expect([response.status, await response.json()]).toMatchObject([404, { error: 'not_found' }])
    await plain.close()
  })
})

describe('C94: examples/twilio-verify', () => {
  it('lets in with the code that is typed, after a wrong one', async () => {
    const to = `${nextNumber().slice(1)}@example.com`
    const program = spawn(process.execPath, ['examples/twilio-verify/login.ts', to], {
      env: { PATH: process.env.PATH, VERIFY_URL: real.url, API_KEY },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let said = ''
    program.stdout.on('data', (text) => {
      said += text
    })
    const code = await codeFor(to)
    program.stdin.write(`${wrongOf(code)}\n`)
    await vi.waitFor(() => expect(said).toContain('pending'))
    program.stdin.write(`${code}\n`)
    const [exit] = await once(program, 'exit')
    expect([exit, said.trimEnd().split('\n').at(-1)]).toEqual([
      0,
      expect.stringContaining('approved'),
    ])
  })
})
