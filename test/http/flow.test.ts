// The API with the real domain behind it: each answer is held against the OpenAPI document on the way.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { type Real, startReal } from './real.ts'

const OTHER_KEY_ENV = JSON.stringify({ services: { default: {}, bank: { brand_name: 'Bank' } } })

let real: Real
beforeAll(async () => {
  real = await startReal({ SERVICES: OTHER_KEY_ENV, LIMIT_SENDS_PER_NUMBER_BURST: '30/600' })
})
afterAll(() => real.close())

const wrong = (code: string) => (code === '000000' ? '000001' : '000000')

describe('start, check', () => {
  it('approves the right code once, and logs each step', async () => {
    const started = await real.start({ purpose: 'signup', metadata: { order: '7' } })
    expect(started.status).toBe(201)
    const { id } = started.body
    expect(started.headers.get('location')).toBe(`/verify/${id}`)
    expect(started.headers.get('ratelimit')).toContain('sends_per_number_burst')
    expect(started.text).not.toMatch(/"code"/)
    const { code } = await real.message(id)

    const bad = await real.client.post('/verify/check', {
      id,
      code: wrong(code),
      purpose: 'signup',
    })
    expect([bad.status, bad.body.attempts_remaining]).toEqual([422, 4])
    const other = await real.client.post('/verify/check', { id, code })
    expect([other.status, other.body.error]).toEqual([409, 'verification_mismatch'])
    const good = await real.client.post('/verify/check', { id, code, purpose: 'signup' })
    expect([good.status, good.body.status, good.body.valid]).toEqual([200, 'approved', true])
    const again = await real.client.post('/verify/check', { id, code, purpose: 'signup' })
    expect([again.status, again.body.error]).toEqual([409, 'verification_approved'])

    const found = await real.client.get(`/verify/${id}`)
    expect(found.body).toMatchObject({ status: 'approved', metadata: { order: '7' } })
    expect(found.body.deliveries).toHaveLength(1)
    const page = await real.client.post('/verify/list', {
      to: '(415) 555-2671',
      country: 'US',
      limit: 1,
    })
    expect(page.body.verifications).toHaveLength(1)
  })

  it('C8: a code of another shape is 400 and costs nothing', async () => {
    const { id } = (await real.start()).body
    const CODES = ['12345a', '123', '12345678901', '١٢٣', 'true', '      ', '-']
    for (const code of CODES) {
      const { status, body } = await real.client.post('/verify/check', { id, code })
      expect([status, body.errors?.map(({ field }: { field: string }) => field)]).toEqual([
        400,
        ['code'],
      ])
    }
    expect((await real.client.get(`/verify/${id}`)).body.attempts_remaining).toBe(5)
  })

  it('resends not too early, cancels, and reports the end', async () => {
    const { id } = (await real.start({ to: 'ann@example.com' })).body
    const early = await real.client.post(`/verify/${id}/resend`, {})
    expect([early.status, early.body.error]).toEqual([429, 'resend_too_early'])
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0)
    const canceled = await real.client.post(`/verify/${id}/cancel`, {})
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled'])
    const check = await real.client.post('/verify/check', { id, code: '123456' })
    expect([check.status, check.body.error]).toEqual([409, 'verification_canceled'])
    const unknown = await real.client.post('/verify/check', { id: 'vrf_unknown', code: '123456' })
    expect([unknown.status, unknown.body.error]).toEqual([404, 'verification_not_found'])
  })

  it('replays under an Idempotency-Key, and refuses it for another body', async () => {
    const headers = { 'idempotency-key': 'flow-1' }
    const first = await real.start({ client_ip: '203.0.113.1' }, headers)
    const second = await real.start(
      { client_ip: '203.0.113.2', user_agent: 'x' },
      { 'idempotency-key': '"flow-1"' },
    )
    expect([second.status, second.body.id]).toEqual([201, first.body.id])
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    const other = await real.start({ purpose: 'other' }, headers)
    expect([other.status, other.body.error]).toEqual([422, 'idempotency_key_reused'])

    const { id } = first.body
    const { code } = await real.message(id)
    const check = () =>
      real.client.post('/verify/check', { id, code }, { 'idempotency-key': 'flow-2' })
    expect((await check()).status).toBe(200)
    const replay = await check()
    expect([replay.status, replay.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  })

  it('a bad number, a bad cursor: 400, named', async () => {
    for (const [path, body, field] of [
      ['/verify/start', { to: '+1415' }, 'to'],
      ['/verify/start', { to: 'ann@example.com\r\nBcc: x@example.com' }, 'to'],
      ['/verify/list', { to: '+14155552671', cursor: 'made up' }, 'cursor'],
    ] as const) {
      const { status, body: problem } = await real.client.post(path, body)
      expect([status, problem.errors?.[0]?.field]).toEqual([400, field])
    }
  })
})

describe('keys and services', () => {
  it('C35: the key of another service does not see the verification', async () => {
    const { createApiKey } = await import('../../src/access/api-keys.ts')
    const { openDatabase } = await import('../../src/storage/sqlite/open.ts')
    const { createSqliteStore } = await import('../../src/storage/sqlite/store.ts')
    const client = await openDatabase({
      path: `${real.directory}/data/countersign.db`,
      migrationsFolder: 'drizzle/sqlite',
    })
    const store = createSqliteStore(client)
    const key = createApiKey({
      service: 'bank',
      name: 'test',
      scopes: ['verify'],
      nowMs: Date.now(),
    })
    await store.apiKeys.insert(key.record)
    const bank = await createClient(real.url, key.text)
    const { id } = (await real.start()).body
    const { code } = await real.message(id)

    expect((await bank.get(`/verify/${id}`)).status).toBe(404)
    expect((await bank.post('/verify/check', { id, code })).status).toBe(404)
    expect((await bank.post(`/verify/${id}/resend`, {})).status).toBe(404)
    expect((await bank.post(`/verify/${id}/cancel`, {})).status).toBe(404)
    const list = await bank.post('/verify/list', { to: '+14155552671' })
    expect(list.body.verifications).toEqual([])
    expect((await real.client.post('/verify/check', { id, code })).status).toBe(200)

    // Revoked by another process (the command line): refused at the very next request.
    await store.apiKeys.revoke(key.record.id, Date.now())
    const { status, body } = await bank.get(`/verify/${id}`)
    expect([status, body.error]).toEqual([401, 'unauthenticated'])
    await store.close()
  })

  it('health and readiness', async () => {
    expect((await real.client.get('/healthz')).body).toEqual({ status: 'ok' })
    const ready = await real.client.get('/readyz')
    expect([ready.status, ready.body.ready]).toEqual([200, true])
  })
})
