// The factor routes on the wire, with the real domain behind them: every answer is held against the OpenAPI document.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import { createOtp } from '../../src/factors/otp.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import { createClient } from './client.ts'
import { ADMIN_KEY, type Real, startReal } from './real.ts'

const otp = createOtp()
const SHAPE = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const
const codeOf = (secret: string, steps = 0) =>
  otp.code(secret, SHAPE, Math.floor(Date.now() / 30_000) + steps)
const SERVICES = '{"services":{"default":{},"bank":{"brand_name":"Bank"}}}'
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

let real: Real
beforeAll(async () => {
  real = await startReal({ SERVICES, BRAND_NAME: 'Acme', TOTP_WINDOW: '2' })
})
afterAll(() => real.close())

const post = (path: string, body: unknown = {}, headers = {}) =>
  real.client.post(path, body as object, headers)
const faults = async (path: string, body: unknown) => {
  const { status, body: problem } = await post(path, body)
  expect(status).toBe(400)
  return problem.errors.map(({ field }: { field: string }) => field)
}
let people = 0
const someone = () => {
  people += 1
  return `person-${people}`
}
async function enrol(subject = someone()) {
  const { body } = await post('/factors/totp', { subject, account_name: 'a' })
  return { subject, id: body.id as string, secret: body.secret as string }
}

describe('POST /factors/totp', () => {
  it('shows secret, URI and QR code once', async () => {
    const subject = someone()
    const { status, body, headers } = await post('/factors/totp', {
      ...{ subject, account_name: 'alice@example.com' },
    })
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(body).toMatchObject({
      ...{ subject, type: 'totp', status: 'unverified', algorithm: 'SHA1', digits: 6, period: 30 },
      ...{ codes_remaining: null, confirmed_at: null, last_used_at: null },
    })
    expect(body.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(body.uri).toBe(
      `otpauth://totp/Acme:alice%40example.com?secret=${body.secret}&issuer=Acme`,
    )
    expect(body.qr.svg).toMatch(/^<svg /)
    expect(body.qr.png).toMatch(/^data:image\/png;base64,/)
    const listed = await real.client.get(`/factors?subject=${subject}`)
    expect(listed.body.factors).toHaveLength(1)
    expect(JSON.stringify(listed.body)).not.toContain(body.secret)
  })

  it('has the requested shape', async () => {
    const asked = { algorithm: 'SHA512', digits: 8, period: 60, issuer: 'Bänk' }
    const { body } = await post('/factors/totp', {
      subject: someone(),
      account_name: 'a',
      ...asked,
    })
    expect(body).toMatchObject({ algorithm: 'SHA512', digits: 8, period: 60 })
    expect(body.uri).toContain('otpauth://totp/B%C3%A4nk:a?')
    expect(body.uri).toContain('&algorithm=SHA512&digits=8&period=60')
  })

  it('does not show an imported secret again', async () => {
    const asked = { subject: someone(), account_name: 'a', secret: SECRET, confirmed: true }
    const { status, body } = await post('/factors/totp', asked)
    expect([status, body.status]).toEqual([201, 'active'])
    expect([body.secret, body.uri, body.qr]).toEqual([null, null, null])
    expect(JSON.stringify(body)).not.toContain(SECRET)
  })

  it('warns of a secret under 128 bits, and again where the request is repeated', async () => {
    const asked = { subject: someone(), account_name: 'a', secret: 'JBSWY3DPEHPK3PXP' }
    const headers = { 'Idempotency-Key': `"${asked.subject}"` }
    for (const replayed of [null, 'true']) {
      const { status, body, headers: told } = await post('/factors/totp', asked, headers)
      expect([status, told.get('idempotency-replayed')]).toEqual([201, replayed])
      expect(body.warnings).toEqual([expect.stringContaining('has 80 bits')])
    }
  })

  const good = { subject: 's', account_name: 'a' }
  it.each([
    ['nothing', {}, ['subject', 'account_name']],
    ['an empty subject', { ...good, subject: '' }, ['subject']],
    ['a subject of 129', { ...good, subject: 'x'.repeat(129) }, ['subject']],
    ['a subject that is a number', { ...good, subject: 7 }, ['subject']],
    ['half a character', { ...good, subject: 'a\ud800' }, ['subject']],
    ['a line break', { ...good, subject: 'a\nb' }, ['subject']],
    ['a zero', { ...good, account_name: 'a\0' }, ['account_name']],
    [
      'a colon in a name',
      { ...good, account_name: 'a:b', issuer: 'c:d' },
      ['issuer', 'account_name'],
    ],
    [
      'long names',
      { ...good, account_name: 'x'.repeat(129), issuer: 'x'.repeat(41) },
      ['issuer', 'account_name'],
    ],
    ['another algorithm', { ...good, algorithm: 'MD5' }, ['algorithm']],
    ['seven digits', { ...good, digits: 7 }, ['digits']],
    ['digits as text', { ...good, digits: '6' }, ['digits']],
    ['no time step', { ...good, period: 0 }, ['period']],
    ['half a second', { ...good, period: 30.5 }, ['period']],
    ['a short secret', { ...good, secret: 'A'.repeat(15) }, ['secret']],
    [
      'a URI as a secret',
      { ...good, secret: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP' },
      ['secret'],
    ],
    ['a secret that is none', { ...good, secret: '0'.repeat(32) }, ['secret']],
    ['an endless secret', { ...good, secret: 'A'.repeat(161) }, ['secret']],
    ['a longer one', { ...good, secret: 'A'.repeat(513) }, ['secret']],
    ['confirmed without a secret', { ...good, confirmed: true }, ['confirmed']],
    ['what nobody asked for', { ...good, status: 'active', last_step: 0 }, ['status', 'last_step']],
    ['no address', { ...good, client_ip: 'here' }, ['client_ip']],
  ])('names the fault: %s', async (_what, body, fields) => {
    expect(await faults('/factors/totp', body)).toEqual(fields)
  })
})

describe('POST /factors/recovery-codes', () => {
  it('shows ten codes in groups', async () => {
    const subject = someone()
    const { status, body } = await post('/factors/recovery-codes', { subject })
    expect([status, body.type, body.status, body.codes_remaining]).toEqual([
      ...[201, 'recovery_codes', 'active', 10],
    ])
    expect(body.codes).toHaveLength(10)
    for (const code of body.codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-Z]{4}$/)
  })

  it.each([
    [{}, ['subject']],
    [{ subject: null }, ['subject']],
    [{ subject: 's', codes: 100 }, ['codes']],
  ])('names the fault of %j', async (body, fields) => {
    expect(await faults('/factors/recovery-codes', body)).toEqual(fields)
  })
})

describe('POST /factors/{id}/confirm, GET /factors, DELETE /factors/{id}', () => {
  it('the way of a factor', async () => {
    const { id, subject, secret } = await enrol()
    const wrong = await post(`/factors/${id}/confirm`, { code: '000000' })
    expect(wrong).toMatchObject({
      status: 422,
      body: { error: 'code_incorrect', attempts_remaining: 9 },
    })
    const other = await post(`/factors/${id}/confirm`, { code: codeOf(secret), subject: 'other' })
    expect(other).toMatchObject({ status: 404, body: { error: 'factor_not_found' } })
    const right = await post(`/factors/${id}/confirm`, { code: codeOf(secret), subject })
    expect(right).toMatchObject({ status: 200, body: { id, status: 'active' } })
    const again = await post(`/factors/${id}/confirm`, { code: codeOf(secret, 1) })
    expect(again).toMatchObject({ status: 409, body: { error: 'factor_confirmed' } })
    const listed = await real.client.get(`/factors?subject=${subject}`)
    expect(listed.body).toMatchObject({ factors: [{ id }], channels: ['totp'] })
    const notTheirs = await real.client.send('DELETE', `/factors/${id}?subject=other`)
    expect([notTheirs.status, notTheirs.body.error]).toEqual([404, 'factor_not_found'])
    const gone = await real.client.send('DELETE', `/factors/${id}?subject=${subject}`)
    expect([gone.status, gone.text]).toEqual([204, ''])
    const twice = await real.client.send('DELETE', `/factors/${id}`)
    expect([twice.status, twice.body.error]).toEqual([404, 'factor_not_found'])
  })

  it('C11: a code with letters is 400, and never 500', async () => {
    const { id } = await enrol()
    for (const code of [
      'abcdef',
      '12345a',
      '',
      ' ',
      '1e5',
      '-12345',
      '١٢٣',
      '7K3M0QXW4Z9B1N2C8RVH',
    ])
      expect(await faults(`/factors/${id}/confirm`, { code })).toEqual(['code'])
    for (const code of [null, 123456, [], {}, true, '1'.repeat(65)])
      expect(await faults(`/factors/${id}/confirm`, { code })).toEqual(['code'])
  })

  it('other digits of Unicode are read', async () => {
    const { id, secret } = await enrol()
    const arabic = [...codeOf(secret)].map((digit) => String.fromCodePoint(0x660 + Number(digit)))
    expect((await post(`/factors/${id}/confirm`, { code: arabic.join(' ') })).status).toBe(200)
  })

  it.each([
    '/factors',
    '/factors?subject=',
    '/factors?subject=a&subject=b',
    '/factors?subject=a&x=1',
  ])('GET %s is 400', async (path) => {
    expect((await real.client.get(path)).status).toBe(400)
  })

  it('an unknown subject has nothing, and an unknown id is 404', async () => {
    const none = await real.client.get('/factors?subject=nobody')
    expect(none.body).toEqual({ factors: [], channels: [] })
    for (const id of ['fct_0', 'x'.repeat(65), 'a%00b', '%E4%BD%A0']) {
      const confirmed = await post(`/factors/${id}/confirm`, { code: '123456' })
      expect([id, confirmed.status, confirmed.body.error]).toEqual([id, 404, 'factor_not_found'])
      const { status } = await real.client.send('DELETE', `/factors/${id}`)
      expect([id, status]).toEqual([id, 404])
    }
  })

  it('other methods are 405', async () => {
    for (const [method, path] of [
      ['GET', '/factors/totp'],
      ['DELETE', '/factors/totp'],
      ['DELETE', '/factors/recovery-codes'],
      ['GET', '/factors/fct_1'],
      ['POST', '/factors'],
      ['GET', '/factors/fct_1/confirm'],
    ] as const)
      expect([method, path, (await real.client.send(method, path)).status]).toEqual([
        method,
        path,
        405,
      ])
  })
})

describe('POST /verify/start with a subject', () => {
  it.each([
    ['neither', {}, ['to']],
    ['both', { to: '+14155552671', subject: 's' }, ['subject']],
    ['a number by app', { to: '+14155552671', channel: 'totp' }, ['channel']],
    ['a number by recovery code', { to: '+14155552671', channel: 'recovery_code' }, ['channel']],
    ['a subject by SMS', { subject: 's', channel: 'sms' }, ['channel']],
    ['a subject by mail', { subject: 's', channel: 'email' }, ['channel']],
    ['a code length', { subject: 's', code_length: 6 }, ['code_length']],
    ['a country', { subject: 's', country: 'US' }, ['country']],
    ['no subject', { subject: '' }, ['subject']],
  ])('names the fault: %s', async (_what, body, fields) => {
    expect(await faults('/verify/start', body)).toEqual(fields)
  })

  it('answers the same object, of which nothing is sent; totp where no channel is named', async () => {
    const { subject, id, secret } = await enrol()
    await post(`/factors/${id}/confirm`, { code: codeOf(secret, -1) })
    const started = await post('/verify/start', { subject, metadata: { a: 'b' } })
    expect([started.status, started.headers.get('location')]).toEqual([
      ...[201, `/verify/${started.body.id}`],
    ])
    expect(started.body).toMatchObject({
      ...{ to: null, subject, channel: 'totp', delivery_status: null, sends_remaining: 0 },
      ...{ resend_at: null, resend_in: null, attempts_remaining: 5, metadata: { a: 'b' } },
    })
    const path = `/verify/${started.body.id}`
    const looked = await real.client.get(path)
    expect(looked.body).toMatchObject({ deliveries: [], subject, delivery_status: null })
    const resent = await post(`${path}/resend`)
    expect([resent.status, resent.body.error]).toEqual([409, 'max_sends_reached'])
    const byText = await post(`${path}/resend`, { channel: 'sms' })
    expect([byText.status, byText.body.error]).toEqual([409, 'max_sends_reached'])
    const checked = await post('/verify/check', { id: started.body.id, code: codeOf(secret, 1) })
    expect([checked.status, checked.body.valid]).toEqual([200, true])
    expect(checked.body).not.toHaveProperty('recovery_codes_remaining')
  })

  it('a decoy gets the answers of a real one, and so do its checks', async () => {
    const { subject, id, secret } = await enrol()
    await post(`/factors/${id}/confirm`, { code: codeOf(secret, -1) })
    const shapes = []
    for (const body of [{ subject }, { subject: 'nobody', decoy: true }]) {
      const started = await post('/verify/start', body)
      const wrong = await post('/verify/check', { id: started.body.id, code: '000000' })
      const same = (value: unknown) =>
        JSON.stringify(value)
          .replaceAll(subject, 'S')
          .replaceAll('nobody', 'S')
          .replaceAll(
            /(vrf|req)_\w+|vt_[\w-]+|\w{3}-\w{3}"|\d{4}-\d\d-\d\dT[\d:.]+Z|"expires_in":\d+/g,
            '',
          )
      shapes.push([started.status, same(started.body), wrong.status, same(wrong.body)])
    }
    expect(shapes[1]).toEqual(shapes[0])
    const refused = await post('/verify/start', { subject: 'nobody' })
    expect([refused.status, refused.body.error]).toEqual([404, 'factor_not_found'])
  })

  it('is found by its subject: verifications, and the log', async () => {
    const { subject, id, secret } = await enrol()
    await post(`/factors/${id}/confirm`, { code: codeOf(secret, -1) })
    await post('/verify/start', { subject })
    const listed = await post('/verify/list', { subject })
    expect(listed.body.verifications).toMatchObject([{ subject, channel: 'totp' }])
    const log = await real.admin.post('/admin/api/events/search', { subject })
    expect(log.body.events.map(({ type }: { type: string }) => type)).toEqual([
      ...['verification.started', 'factor.confirmed', 'factor.created'],
    ])
    const both = await real.admin.post('/admin/api/events/search', { subject, recipient: 'a@b.co' })
    expect(both.status).toBe(400)
  })
})

it('C35: another service can neither see, confirm, delete nor use the factor', async () => {
  const { subject, id, secret } = await enrol()
  const client = await openDatabase({
    path: join(real.directory, 'data', 'countersign.db'),
    migrationsFolder: 'drizzle/sqlite',
  })
  const store = createSqliteStore(client)
  const key = createApiKey({ service: 'bank', name: '', scopes: ['verify'], nowMs: Date.now() })
  await store.apiKeys.insert(key.record)
  await store.close()
  const bank = await createClient(real.url, key.text)
  expect((await bank.get(`/factors?subject=${subject}`)).body.factors).toEqual([])
  const code = codeOf(secret)
  expect((await bank.post(`/factors/${id}/confirm`, { code })).status).toBe(404)
  expect((await bank.send('DELETE', `/factors/${id}`)).status).toBe(404)
  expect((await post(`/factors/${id}/confirm`, { code })).status).toBe(200)
  const started = await bank.post('/verify/start', { subject })
  expect([started.status, started.body.error]).toEqual([404, 'factor_not_found'])
  const reader = await createClient(real.url, ADMIN_KEY)
  expect((await reader.get(`/factors?subject=${subject}`)).status).toBe(403)
})
