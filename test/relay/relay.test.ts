// POST /relay/{system} of the whole service: what is sent, what is refused and in which shape, and what comes twice.

import { request } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RELAY_SYSTEMS, type RelaySystem } from '../../src/kernel/relay-systems.ts'
import { type Real, startReal } from '../http/real.ts'
import {
  GOLDEN,
  OLD_SUPABASE,
  RELAY_ENV,
  SECRETS,
  type Sent,
  sent,
  signWebhook,
  supabaseMail,
  supabaseSms,
} from './golden.ts'

const SHOP_SECRET = `whsec_${Buffer.alloc(32, 'shop').toString('base64')}`
const FRESH_MS = 300_000

let real: Real
beforeAll(async () => {
  real = await startReal({
    ...RELAY_ENV,
    ALLOWED_COUNTRIES: 'US',
    SERVICES: JSON.stringify({
      services: {
        default: {},
        shop: { brand_name: 'The Shop', relay: { supabase: [`v1,${SHOP_SECRET}`] } },
      },
    }),
  })
})
afterAll(() => real.close())

let codes = 200_000
function nextCode(): string {
  codes += 1
  return String(codes)
}

type Told = { status: number; type: string | null; headers: Headers; text: string }

async function post(system: string, { body, headers }: Sent): Promise<Told> {
  const answer = await fetch(`${real.url}/relay/${system}`, { method: 'POST', headers, body })
  const type = answer.headers.get('content-type')
  return { status: answer.status, type, headers: answer.headers, text: await answer.text() }
}

type Message = { to: string; code: string; text: string; channel: string; verification_id: string }

async function inbox(code: string): Promise<Message[]> {
  const { body } = await real.client.get('/dev/inbox', { accept: 'application/json' })
  return body.filter((one: Message) => one.code === code)
}

const arrived = (code: string) =>
  vi.waitFor(async () => {
    const [message, ...others] = await inbox(code)
    if (!message) throw new Error('no message yet')
    expect(others).toEqual([])
    return message
  }, 5000)

/** What was sent before has arrived: the inbox takes messages in their order. */
async function settled(): Promise<void> {
  const code = nextCode()
  await post(
    'supabase',
    sent('supabase', supabaseMail('signup', { token: code }, { email: `${code}@example.com` })),
  )
  await arrived(code)
}

/** Looked at in the end, when whatever was sent has arrived. */
const single = new Set<string>()
const never = new Set<string>()

const payloadOf = (system: RelaySystem, code: string, to = GOLDEN[system].to) =>
  GOLDEN[system].payload(code, to)

const ACCEPTED: Partial<Record<RelaySystem, object>> = { authgear: { code: 'ok' } }

describe.each(RELAY_SYSTEMS)('C93: %s', (system) => {
  it('is answered 200 as it wants, and one message in our own words comes of it, however often it asks', async () => {
    const code = nextCode()
    const payload = payloadOf(system, code)
    const answers = [await post(system, sent(system, payload))]
    const message = await arrived(code)
    // A second later, signed anew, as a retry is.
    answers.push(await post(system, sent(system, payload, { at: Date.now() - 1000 })))
    for (const { status, type, text } of answers) {
      expect(status).toBe(200)
      expect(type).toBe('application/json')
      expect(JSON.parse(text)).toEqual(ACCEPTED[system] ?? {})
    }
    expect(message).toMatchObject({ to: GOLDEN[system].to, channel: 'sms' })
    expect(message.text).toContain(code)
    expect(message.text).not.toMatch(/evil|is your one-time password|authentik:|Your SMS code/)
    single.add(code)
  })

  it('may send letters', async () => {
    const code = `Q${nextCode()}Z`
    const { to } = GOLDEN[system]
    const payload = system === 'keycloak' ? { to, message: code } : payloadOf(system, code)
    expect(await post(system, sent(system, payload))).toMatchObject({ status: 200 })
    expect((await arrived(code)).text).toContain(code)
  })

  it('forged, it is refused in its shape, and nothing is sent', async () => {
    const code = nextCode()
    const secret =
      system === 'supabase'
        ? `whsec_${Buffer.alloc(32, 5).toString('base64')}`
        : 'a-secret-of-nobody-1'
    for (const forged of [
      sent(system, payloadOf(system, code), { secret }),
      { ...sent(system, payloadOf(system, code)), headers: {} },
    ]) {
      const { status, text } = await post(system, forged)
      expect(status).toBe(401)
      expect(text).not.toMatch(/secret|sign|RELAY/i)
    }
    never.add(code)
  })

  it('a number that is none is refused in its shape', async () => {
    const told = await post(system, sent(system, payloadOf(system, nextCode(), '+1415')))
    const message = 'This number or address, or its code, is not valid.'
    if (system === 'supabase') {
      expect(told.status).toBe(200)
      expect(JSON.parse(told.text)).toEqual({ error: { http_code: 400, message } })
    } else {
      expect(told.status).toBe(400)
      if (system === 'authentik')
        expect(told).toMatchObject({ text: message, type: 'text/plain; charset=utf-8' })
      else if (system === 'authgear')
        expect(JSON.parse(told.text)).toEqual({ code: 'invalid_phone_number' })
      else expect(JSON.parse(told.text)).toEqual({ error: 'invalid_request', message })
    }
  })

  it('a text in place of a code is not sent', async () => {
    const payload = JSON.stringify(payloadOf(system, '482913'))
    const free = sent(system, payload.replaceAll('482913', 'Win at https://evil.example'))
    const { status, text } = await post(system, free)
    if (system === 'supabase') expect(JSON.parse(text).error.http_code).toBe(400)
    else expect(status).toBe(400)
  })
})

describe.each(['supabase', 'zitadel'] as const)('C93: %s', (system) => {
  it.each([
    ['late', -FRESH_MS - 2000],
    ['of a time to come', FRESH_MS + 10_000],
  ])('%s, it is refused', async (_when, by) => {
    const code = nextCode()
    const old = sent(system, payloadOf(system, code), { at: Date.now() + by })
    expect((await post(system, old)).status).toBe(401)
  })
})

describe('C93: Supabase', () => {
  it('is answered by each of its secrets during a rotation, and by both signatures at once', async () => {
    for (const secrets of [[OLD_SUPABASE], [SECRETS.supabase, OLD_SUPABASE]]) {
      const code = nextCode()
      const body = JSON.stringify(supabaseMail('magiclink', { token: code }))
      const headers = signWebhook(body, Date.now(), ...secrets)
      expect((await post('supabase', { body, headers })).status).toBe(200)
      await arrived(code)
    }
  })

  it('a digit as an escape in the signed body is read as a digit', async () => {
    const code = nextCode()
    const escaped = JSON.stringify(supabaseMail('signup', { token: code })).replaceAll(
      code,
      String.raw`\u0032${code.slice(1)}`,
    )
    expect((await post('supabase', sent('supabase', escaped))).status).toBe(200)
    await arrived(code)
  })

  it('a change of address sends a mail to each, once', async () => {
    const [token, token_new] = [nextCode(), nextCode()]
    const hook = supabaseMail(
      'email_change',
      { token, token_new },
      { new_email: 'ann@new.example.com' },
    )
    for (let n = 0; n < 2; n += 1)
      expect((await post('supabase', sent('supabase', hook))).status).toBe(200)
    expect(await arrived(token)).toMatchObject({ to: 'ann@example.com', channel: 'email' })
    expect(await arrived(token_new)).toMatchObject({ to: 'ann@new.example.com' })
    for (const code of [token, token_new]) single.add(code)
  })

  it('the same code again, asked for anew, is another message', async () => {
    const code = nextCode()
    const to = '+14155552690'
    for (let n = 0; n < 2; n += 1)
      expect((await post('supabase', sent('supabase', supabaseSms(code, to)))).status).toBe(200)
    await vi.waitFor(async () => expect(await inbox(code)).toHaveLength(2), 5000)
  })

  it('its secret says which service sends', async () => {
    const code = nextCode()
    const hook = supabaseSms(code, '+14155552691')
    const told = await post('supabase', sent('supabase', hook, { secret: SHOP_SECRET }))
    expect(told.status).toBe(200)
    expect((await arrived(code)).text).toContain('The Shop')
  })

  it('a notification is accepted, and nothing is sent; the log names its kind', async () => {
    const hook = supabaseMail('password_changed_notification', {})
    expect((await post('supabase', sent('supabase', hook))).status).toBe(200)
    expect(real.lines.join('')).toContain('"type":"password_changed_notification"')
  })
})

describe('C93: refusals', () => {
  it('a country that is not allowed is told without the name of a setting', async () => {
    const at = '+447911123456'
    const say = async (system: RelaySystem) =>
      post(system, sent(system, payloadOf(system, nextCode(), at)))
    const message = 'Messages cannot be sent to this number or address.'
    expect(JSON.parse((await say('supabase')).text)).toEqual({ error: { http_code: 403, message } })
    expect(await say('authentik')).toMatchObject({ status: 403, text: message })
    expect(JSON.parse((await say('authgear')).text)).toEqual({ code: 'delivery_rejected' })
    expect(JSON.parse((await say('logto')).text)).toEqual({ error: 'country_not_allowed', message })
  })

  it('a number whose limit is full is told to come later', async () => {
    const at = '+14155552692'
    const say = async (system: RelaySystem) =>
      post(system, sent(system, payloadOf(system, nextCode(), at)))
    for (let n = 0; n < 5; n += 1) expect((await say('logto')).status).toBe(200)
    const told = await say('logto')
    expect(told.status).toBe(429)
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(JSON.parse(told.text).message).toBe('Too many messages. Try again later.')
    expect(JSON.parse((await say('supabase')).text).error.http_code).toBe(429)
    expect(JSON.parse((await say('authgear')).text)).toEqual({ code: 'rate_limited' })
  })

  it('a body that is too long is refused, and one of nobody is not even read', async () => {
    const long = sent('logto', JSON.stringify({ filler: 'x'.repeat(17 * 1024) }))
    expect((await post('logto', long)).status).toBe(413)
    const hook = {
      ...supabaseMail('signup', { token: nextCode() }, { email: 'bob@example.com' }),
      filler: 'x'.repeat(190_000),
    }
    expect((await post('supabase', sent('supabase', hook))).status).toBe(200)
    // Its head is enough: the answer comes before the body.
    const url = new URL(`${real.url}/relay/logto`)
    const status = await new Promise((resolve, reject) => {
      const asking = request(url, {
        method: 'POST',
        headers: { authorization: 'Bearer nobody-at-all-1', 'content-length': 5000 },
      })
      asking.on('response', (answer) => {
        resolve(answer.statusCode)
        asking.destroy()
      })
      asking.on('error', reject)
      asking.write('{')
    })
    expect(status).toBe(401)
  })

  it.each(['[]', 'no JSON', '{"to":', '\u0000'])(
    'a signed body that is not readable: %j',
    async (body) => {
      expect((await post('zitadel', sent('zitadel', body))).status).toBe(400)
    },
  )

  it('another path or method is a problem of ours', async () => {
    expect((await post('nobody', sent('logto', {}))).status).toBe(404)
    const answer = await fetch(`${real.url}/relay/logto`)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

it('C93: the log of events says which system asked, and no line or event has a code', async () => {
  const code = nextCode()
  await post('zitadel', sent('zitadel', payloadOf('zitadel', code, '+14155552693')))
  const { verification_id: id } = await arrived(code)
  const { body } = await real.admin.get(`/admin/api/events?verification=${id}`)
  const started = body.events.find(({ type }: { type: string }) => type === 'verification.started')
  expect(started).toMatchObject({ key_id: 'relay:zitadel' })
  expect(JSON.stringify(body)).not.toContain(code)
  expect(real.lines.join('')).not.toContain(code)
  const verification = await real.admin.get(`/admin/api/verifications/${id}`)
  expect(verification.body).toMatchObject({ purpose: 'mfa' })
})

it('C93: in the end each code has arrived once, those of forged requests never, and no text of a system’s', async () => {
  await settled()
  const { body } = await real.client.get('/dev/inbox', { accept: 'application/json' })
  const times = (code: string) => body.filter((one: Message) => one.code === code).length
  expect(single.size).toBe(RELAY_SYSTEMS.length + 2)
  expect([...single].filter((code) => times(code) !== 1)).toEqual([])
  expect(never.size).toBe(RELAY_SYSTEMS.length)
  expect([...never].filter((code) => times(code) !== 0)).toEqual([])
  expect(JSON.stringify(body)).not.toContain('evil')
})

it('C93: while the store cannot be written it is 503 in the system’s shape, with a line for the operator; afterwards it is sent', async () => {
  const code = nextCode()
  const asked = sent('logto', payloadOf('logto', code, '+14155552790'))
  const other = new Database(join(real.directory, 'data/countersign.db'))
  other.exec('begin immediate')
  const from = real.lines.length
  const { status, headers, text } = await post('logto', asked)
  other.exec('rollback')
  other.close()
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
  expect(JSON.parse(text)).not.toHaveProperty('instance')
  const told = real.lines.slice(from).join('')
  expect(told).toMatch(/"route":"\/relay\/\{system\}".*"event":"store unavailable"/)
  expect(told).not.toContain(code)
  expect(await post('logto', asked)).toMatchObject({ status: 200 })
  await arrived(code)
})
