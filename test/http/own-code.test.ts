// C92: keys for relay and own codes on the composed service: who may give a code, what such a key may do, and where the code never
// shows.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Steered, startSteered } from '../e2e/steered-service.ts'
import { type Answer, type Client, createClient } from './client.ts'

const CODE = '7391A846'
const SESSION = 'session-0123456789'
let service: Steered
let relay: Client
const told: string[] = []

beforeAll(async () => {
  service = await startSteered({ PUBLIC_URL: 'http://localhost:8080', LOG_LEVEL: 'trace' })
  relay = await createClient(service.url, await makeKey(['relay']))
})
afterAll(() => service.close())

async function makeKey(scopes: string[]): Promise<string> {
  const body = { scopes, service: 'default', name: 'relay' }
  const { body: made } = await service.admin.post('/admin/api/keys/create', body)
  return made.key
}
const keep = (answer: Answer): Answer => {
  told.push(`${JSON.stringify([...answer.headers])}${answer.text}`)
  return answer
}
const post = async (path: string, body: object, headers = {}) =>
  keep(await relay.post(path, body, headers))
let people = 0
const bodyOf = (more: object = {}) => {
  people += 1
  return { to: `own${people}@example.com`, code: CODE, check: 'elsewhere', ...more }
}
const begin = async (more: object = {}) => (await post('/verify/start', bodyOf(more))).body
const outcome = ({ status, body }: Answer) => `${status} ${body?.error ?? body?.status}`

describe('a key for relay', () => {
  it('starts with its own code, and its mail has that code', async () => {
    const { status, body, headers } = await post('/verify/start', bodyOf())
    expect([status, headers.get('location')]).toEqual([201, `/verify/${body.id}`])
    expect(body).toMatchObject({
      ...{ status: 'pending', checked_by: 'caller', outcome: null, attempts_remaining: 0 },
      ...{ sends_remaining: 4, channel: 'email' },
    })
    await expect
      .poll(async () => (await service.messages(body.id)).map(({ code }) => code))
      .toEqual([CODE])
  })

  it('C92: may do nothing with what is checked here, nor check anything', async () => {
    const native = (await service.start({ to: 'native@example.com' })).body
    const own = await begin()
    const check = { id: own.id, code: '123456' }
    expect(outcome(await post('/verify/start', { to: 'native2@example.com' }))).toBe(
      '403 scope_missing',
    )
    for (const [path, body] of [
      ['/verify/check', check],
      ['/verify/list', { to: 'native@example.com' }],
      ['/approvals/exchange', { approval: 'apc_x', session: SESSION }],
      ['/approvals/consume', { token: 'x' }],
      ['/factors/totp', { subject: 'user-1' }],
      ['/factors/recovery-codes', { subject: 'user-1' }],
    ] as const)
      expect([path, outcome(await post(path, body))]).toEqual([path, '403 scope_missing'])
    expect(outcome(keep(await relay.get('/admin/api/verifications')))).toBe('403 scope_missing')
    const report = { outcome: 'approved' }
    for (const action of ['resend', 'next', 'cancel', 'report'] as const) {
      const body = action === 'report' ? report : {}
      expect(outcome(await post(`/verify/${native.id}/${action}`, body))).toBe(
        '404 verification_not_found',
      )
    }
    expect(outcome(keep(await relay.get(`/verify/${native.id}`)))).toBe(
      '404 verification_not_found',
    )
    expect(outcome(keep(await relay.get(`/verify/${own.id}`)))).toBe('200 pending')
    expect(outcome(await service.look(native.id))).toBe('200 pending')
  })

  it('C92: is not given the answers of a key that checks, under the same Idempotency-Key', async () => {
    const { id } = (await service.start({ to: 'native3@example.com' })).body
    const headers = { 'idempotency-key': 'the-same-for-both' }
    const path = `/verify/${id}/cancel`
    expect(outcome(await service.client.post(path, {}, headers))).toBe('200 canceled')
    expect(outcome(await service.client.post(path, {}, headers))).toBe('200 canceled')
    expect(outcome(await post(path, {}, headers))).toBe('404 verification_not_found')
  })

  it('stands alone', async () => {
    for (const scopes of [
      ['relay', 'verify'],
      ['admin', 'relay'],
    ]) {
      const body = { scopes, service: 'default', name: 'both' }
      const refused = await service.admin.post('/admin/api/keys/create', body)
      expect([outcome(refused), refused.body.errors?.[0]?.field]).toEqual([
        '400 invalid_request',
        'scopes',
      ])
    }
    const everywhere = { scopes: ['relay'], name: 'of every service' }
    expect(outcome(await service.admin.post('/admin/api/keys/create', everywhere))).toBe(
      '400 invalid_request',
    )
  })

  it('reports once: the same again is 200, another outcome 409', async () => {
    const { id } = await begin()
    const report = (what: string, headers = {}) =>
      post(`/verify/${id}/report`, { outcome: what }, headers)
    const key = { 'idempotency-key': 'a-report' }
    const first = await report('approved', key)
    expect(first.body).toMatchObject({ status: 'closed', outcome: 'approved', sends_remaining: 0 })
    expect(first.body).not.toHaveProperty('valid')
    expect((await report('approved', key)).headers.get('idempotency-replayed')).toBe('true')
    expect(outcome(await report('approved'))).toBe('200 closed')
    expect(outcome(await report('failed'))).toBe('409 outcome_reported')
    expect(outcome(await report('canceled'))).toBe('400 invalid_request')
    expect(outcome(await post(`/verify/${id}/cancel`, {}))).toBe('200 closed')
    expect(outcome(await post(`/verify/${id}/resend`, {}))).toBe('409 verification_closed')
    const types = (await service.events(id)).map(({ type }) => type)
    expect(types).toContain('verification.closed')
    expect(types).not.toContain('verification.approved')
  })
})

describe('every other key', () => {
  it('C92: a key that checks may not give a code, nor report', async () => {
    expect(outcome(keep(await service.start(bodyOf())))).toBe('403 scope_missing')
    const { id } = await begin()
    const report = await service.client.post(`/verify/${id}/report`, { outcome: 'approved' })
    expect(outcome(keep(report))).toBe('403 scope_missing')
    const admin = await service.admin.post('/verify/start', bodyOf())
    expect(outcome(keep(admin))).toBe('403 scope_missing')
  })

  it('I24: a check of one is 409, the same for every code, and leaves no approval behind', async () => {
    const { id, view_token: token } = await begin()
    const codes = ['123456', '000000', '73918460', 'K7Q42M', 'wxyz', '123456789012']
    const checks = await Promise.all(codes.map((code) => service.check({ id, code })))
    for (const one of checks) expect(outcome(keep(one))).toBe('409 verified_elsewhere')
    expect(new Set(checks.map(({ body }) => body.detail)).size).toBe(1)
    const own = await service.client.post('/verify/start', { to: 'ours@example.com' })
    const ours = await service.check({ id: own.body.id, code: 'K7Q42M' })
    expect([outcome(ours), ours.body.detail]).toEqual([
      '400 invalid_request',
      'code is not 4 to 10 digits or a recovery code; nothing was charged',
    ])
    const browser = await createClient(service.url, null)
    const secret = { 'countersign-browser': 'a'.repeat(43) }
    expect(outcome(await browser.post(`/v/${token}/check`, { code: '123456' }, secret))).toBe(
      '403 view_without_actions',
    )
    await post(`/verify/${id}/report`, { outcome: 'approved' })
    const view = keep(await browser.get(`/v/${token}.json`, secret))
    expect(view.body).toMatchObject({ status: 'closed', approval: null, actions: [] })
    const cookie = `cs_${id.slice(-8)}=${'a'.repeat(43)}`
    const page = await fetch(`${service.url}/v/${token}`, { headers: { cookie } })
    const html = await page.text()
    expect([page.status, html.includes('<form'), html.includes(CODE)]).toEqual([200, false, false])
  })
})

describe('the fields of a start with an own code', () => {
  it.each([
    [{ code: undefined }, 'code'],
    [{ check: undefined }, 'check'],
    [{ check: 'here' }, 'check'],
    [{ code: 482913 }, 'code'],
    [{ code: '4829 13' }, 'code'],
    [{ code: 'https://evil.example' }, 'code'],
    [{ code: 'x'.repeat(65) }, 'code'],
    [{ actions: true }, 'actions'],
    [{ session: SESSION }, 'session'],
    [{ nonce: 'a-nonce-of-sixteen' }, 'nonce'],
    [{ link: true }, 'link'],
    [{ code_length: 6 }, 'code_length'],
    [{ subject: 'user-1', to: undefined }, 'subject'],
  ])('refuses %o, by its field', async (more, field) => {
    const refused = await post('/verify/start', bodyOf(more))
    expect(outcome(refused)).toBe('400 invalid_request')
    expect(refused.body.errors.map((one: { field: string }) => one.field)).toContain(field)
  })

  it('counts what was given under its Idempotency-Key: another code is another request', async () => {
    const key = { 'idempotency-key': 'one-own-code' }
    const body = bodyOf()
    const first = await post('/verify/start', body, key)
    const again = await post('/verify/start', body, key)
    expect([again.body.id, again.headers.get('idempotency-replayed')]).toEqual([
      first.body.id,
      'true',
    ])
    const other = await post('/verify/start', { ...body, code: '7391B846' }, key)
    expect(outcome(other)).toBe('422 idempotency_key_reused')
  })
})

describe('the code', () => {
  it('C92: shows in no answer, log line, event, metric, export or file', async () => {
    const { id } = await begin({ locale: 'de' })
    await expect.poll(async () => (await service.messages(id)).length).toBe(1)
    await post(`/verify/${id}/report`, { outcome: 'failed' })
    for (const path of [
      `/admin/api/verifications/${id}`,
      '/admin/api/verifications?limit=100',
      '/admin/api/events?limit=100',
      '/admin/api/summary?span=1h',
      '/metrics',
      '/openapi.json',
    ])
      keep(await service.admin.get(path))
    const detail = await service.admin.get(`/admin/api/verifications/${id}`)
    expect(detail.body).toMatchObject({ checked_by: 'caller', outcome: 'failed', status: 'closed' })
    const data = join(service.directory, 'data')
    const files = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'))
    expect(files.length).toBeGreaterThan(2)
    for (const text of [...told, ...service.lines, ...files]) expect(text).not.toContain(CODE)
  })
})
