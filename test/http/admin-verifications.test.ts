// Verifications and people under /admin/api: what an admin sees and does, what a key of one service can't, and no recipient or code where none belongs.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { openStore } from '../../src/storage/open.ts'
import { type Client, createClient } from './client.ts'
import { type Real, startReal } from './real.ts'

const SERVICES = JSON.stringify({ services: { default: {}, bank: { brand_name: 'Bank' } } })
const UNKNOWN = 'vrf_00000000000000000000000000000000'
const OFF = {
  LIMIT_SENDS_PER_NUMBER_BURST: 'off',
  LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
  LIMIT_GUESSES_PER_NUMBER_HOUR: 'off',
}

let real: Real
let reader: Client
let banker: Client
let bank: Client
beforeAll(async () => {
  real = await startReal({ SERVICES, ...OFF })
  reader = await keyOf(null, ['admin:read'])
  banker = await keyOf('bank', ['admin'])
  bank = await keyOf('bank', ['verify'])
})
afterAll(() => real.close())

async function keyOf(service: string | null, scopes: Scope[]): Promise<Client> {
  const path = join(real.directory, 'data', 'countersign.db')
  const store = await openStore({ kind: 'sqlite', path, synchronous: 'full' })
  const key = createApiKey({ service, name: 'test', scopes, nowMs: Date.now() })
  await store.apiKeys.insert(key.record)
  await store.close()
  return createClient(real.url, key.text)
}

/** Of nobody else in this file. */
const anAddress = () => `${randomUUID()}@example.com`
const begin = async (to = anAddress(), client = real.client) => {
  const { body } = await client.post('/verify/start', { to })
  return { to, id: body.id as string, reference: body.reference as string }
}
const at = (id: string, rest = '') => `/admin/api/verifications/${id}${rest}`
const search = async (body: object, client = real.admin) =>
  (await client.post('/admin/api/verifications/search', body)).body.verifications
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)
const typesOf = (events: { type: string }[]) => events.map(({ type }) => type)
const eventsOf = async (id: string) => (await real.admin.get(at(id))).body.events

describe('the list', () => {
  it('has one row for each verification, newest first, page by page', async () => {
    const made = [(await begin()).id, (await begin()).id, (await begin()).id]
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { body } = await real.admin.get(`/admin/api/verifications?limit=2${query}`)
      expect(body.verifications.length).toBeLessThanOrEqual(2)
      seen.push(...idsOf(body.verifications))
      cursor = body.next_cursor
    }
    expect(seen.slice(0, 3)).toEqual(made.toReversed())
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('returns everything of a row, the recipient masked', async () => {
    const { body } = await real.start({
      to: '+14155552671',
      client_ip: '203.0.113.9',
      purpose: 'pay',
      authenticated: true,
    })
    const { code } = await real.message(body.id)
    const wrong = code === '000000' ? '000001' : '000000'
    await real.client.post('/verify/check', { id: body.id, code: wrong, purpose: 'pay' })
    await real.client.post('/verify/check', { id: body.id, code, purpose: 'pay' })
    const [row] = (await real.admin.get(`/admin/api/verifications?reference=${body.reference}`))
      .body.verifications
    expect(row).toEqual({
      ...{ id: body.id, reference: body.reference, service: 'default', status: 'approved' },
      ...{ to_masked: '+141•••71', channel: 'sms', purpose: 'pay', kind: 'real', country: 'US' },
      ...{ authenticated: true, client_ip: '203.0.113.9' },
      ...{ attempts: 2, failed: 1, max_attempts: 5, sends: 1, max_sends: 5 },
      ...{ created_at: body.created_at, expires_at: body.expires_at },
      ended_at: expect.stringMatching(/^\d{4}-.*Z$/),
      ...{ delivery_status: 'sent', provider: 'inbox', error: null },
      ...{ checked_by: null, outcome: null },
    })
  })

  it('is filtered by each of its fields', async () => {
    const from = new Date().toISOString()
    const mail = await begin()
    const { body: call } = await real.start({ to: '+4915112345678' })
    await real.client.post(`/verify/${mail.id}/cancel`, {})
    await real.message(call.id)
    const only = async (query: string) =>
      idsOf(
        (await real.admin.get(`/admin/api/verifications?since=${from}&${query}`)).body
          .verifications,
      )
    expect(await only('')).toEqual([call.id, mail.id])
    expect(await only('status=canceled')).toEqual([mail.id])
    expect(await only('channel=sms')).toEqual([call.id])
    expect(await only('country=de')).toEqual([call.id])
    expect(await only('country=fr')).toEqual([])
    expect(await only('delivery=sent&channel=sms')).toEqual([call.id])
    expect(await only('provider=inbox&channel=sms')).toEqual([call.id])
    expect(await only('provider=twilio')).toEqual([])
    expect(await only('service=bank')).toEqual([])
    expect(await only('service=default')).toHaveLength(2)
    expect(await only(`until=${from}`)).toEqual([])
    const said = mail.reference.toLowerCase().replace('-', '')
    expect(await only(`reference=${said}`)).toEqual([mail.id])
  })

  it.each([
    ['status=open', 'status'],
    ['delivery=gone', 'delivery'],
    ['channel=fax', 'channel'],
    ['country=Germany', 'country'],
    ['provider=a%0Ab', 'provider'],
    ['since=2h', 'since'],
    ['reference=K7Q', 'reference'],
    ['limit=101', 'limit'],
    ['cursor=made-up', 'cursor'],
    ['to=%2B14155552671', 'to'],
    ['status=expired&status=pending', 'status'],
  ])('%s is 400 and names the field', async (query, field) => {
    const { status, body } = await real.admin.get(`/admin/api/verifications?${query}`)
    expect([status, body.errors[0].field]).toEqual([400, field])
  })
})

describe('the search', () => {
  it('finds a person in any spelling, and no one else', async () => {
    const { body } = await real.start({ to: '+14155550100' })
    expect(idsOf(await search({ to: '+1 (415) 555-0100' }))).toEqual([body.id])
    expect(idsOf(await search({ to: '(415) 555-0100', country: 'us' }))).toEqual([body.id])
    expect(idsOf(await search({ to: '+14155550100', country: 'DE' }))).toEqual([body.id])
    expect(await search({ to: '+14155550101' })).toEqual([])
    expect(await search({ to: '+14155550100', status: 'approved' })).toEqual([])
  })

  it('finds a subject', async () => {
    const about = { subject: 'user-search', channel: 'totp', decoy: true }
    await real.client.post('/verify/start', about)
    expect(await search({ subject: 'user-search' })).toMatchObject([
      { channel: 'totp', kind: 'decoy', to_masked: 'user•••ch', delivery_status: null },
    ])
    expect(await search({ subject: 'user-Search' })).toEqual([])
  })

  it('without a person is the list', async () => {
    const { id } = await begin()
    expect(idsOf(await search({ limit: 1 }))).toEqual([id])
    expect(await search({ country: 'FR' })).toEqual([])
  })

  it.each([
    [{ to: 'nobody' }, 'to'],
    [{ to: '+14155552671', subject: 'user-1' }, 'subject'],
    [{ subject: 'user-1', country: 'US' }, 'country'],
    [{ limit: 0 }, 'limit'],
    [{ recipient: '+14155552671' }, 'recipient'],
    [{ to: { $gt: '' } }, 'to'],
  ])('%j is 400 and names the field', async (given, field) => {
    const { status, body } = await real.admin.post('/admin/api/verifications/search', given)
    expect([status, body.errors[0].field]).toEqual([400, field])
  })
})

describe('one verification', () => {
  it('is returned with its events, oldest first, and each try', async () => {
    const { id, reference } = await begin()
    await real.message(id)
    // The provider has it before its answer is stored.
    await expect.poll(async () => typesOf(await eventsOf(id))).toContain('delivery.sent')
    const { body } = await real.admin.get(at(id))
    expect(body).toMatchObject({ id, reference, to_masked: expect.stringContaining('•••@') })
    expect(typesOf(body.events)).toEqual([
      'verification.started',
      'delivery.attempted',
      'delivery.sent',
    ])
    expect(body.tries).toMatchObject([
      { send: 1, attempt: 1, provider: 'inbox', result: 'sent', error: null, fault: null },
    ])
    expect(body.tries[0].duration_ms).toBeGreaterThanOrEqual(0)
  })

  it('is canceled, the second time unchanged, but not when it was approved', async () => {
    const { id } = await begin()
    for (const _ of [1, 2])
      expect((await real.admin.post(at(id, '/cancel'), {})).body).toMatchObject({
        ...{ id, status: 'canceled' },
      })
    expect(typesOf(await eventsOf(id)).filter((type) => /cancel/.test(type))).toHaveLength(1)
    const approved = await begin()
    const { code } = await real.message(approved.id)
    await real.client.post('/verify/check', { id: approved.id, code })
    const { status, body } = await real.admin.post(at(approved.id, '/cancel'), {})
    expect([status, body.error]).toEqual([409, 'verification_approved'])
  })

  it('is sent again by the rules of the login flow', async () => {
    const { id } = await begin()
    const early = await real.admin.post(at(id, '/resend'), {})
    expect([early.status, early.body.error]).toEqual([429, 'resend_too_early'])
    await real.client.post(`/verify/${id}/cancel`, {})
    const ended = await real.admin.post(at(id, '/resend'), { channel: 'email' })
    expect([ended.status, ended.body.error]).toEqual([409, 'verification_canceled'])
    const { body } = await real.admin.post(at(id, '/resend'), { channel: 'totp' })
    expect(body.errors[0].field).toBe('channel')
  })

  it('reveals its recipient on request, and the log records who asked', async () => {
    const { id, to } = await begin()
    await real.message(id)
    const shown = await real.admin.post(at(id, '/reveal'), undefined, { 'user-agent': 'a-tool' })
    expect(shown.body).toEqual({ to, subject: null })
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      ...{ type: 'recipient.shown', key_id: 'ADMIN_KEY', service: 'default' },
      ...{ client_ip: '127.0.0.1', user_agent: 'a-tool' },
    })
  })

  it.each(['', '/cancel', '/resend', '/reveal'])('%s of an unknown id is 404', async (rest) => {
    for (const id of [UNKNOWN, 'vrf_x', '%20', "'--"]) {
      const { status, body } =
        rest === '' ? await real.admin.get(at(id)) : await real.admin.post(at(id, rest), {})
      expect([id, status, body.error]).toEqual([id, 404, 'verification_not_found'])
    }
  })
})

describe('a person', () => {
  it('has limits now, in each service', async () => {
    const { to } = await begin()
    const { body } = await real.admin.post('/admin/api/recipients/limits', { to })
    expect(body.services.map(({ service }: { service: string }) => service)).toEqual([
      'default',
      'bank',
    ])
    const day = body.services[0].limits.find(
      (one: { name: string; authenticated: boolean }) =>
        one.name === 'sends_per_number_day' && !one.authenticated,
    )
    expect(day).toMatchObject({ used: 1, full: false, window_seconds: 86_400 })
    expect(Date.parse(day.ends_at)).toBeGreaterThan(Date.now())
  })

  it('is exported in plaintext, with everything, and the log records it', async () => {
    const to = anAddress()
    const own = [await begin(to), await begin(to, bank)]
    const { body: noted } = await real.start({ to, metadata: { order: '7' } })
    await begin()
    const { body } = await real.admin.post('/admin/api/recipients/export', { to })
    expect(body).toMatchObject({ to, subject: null, complete: true })
    expect(idsOf(body.verifications)).toEqual([noted.id, own[1]?.id, own[0]?.id])
    expect(body.verifications[0].metadata).toEqual({ order: '7' })
    for (const one of body.verifications) {
      expect(one).toMatchObject({ to, subject: null })
      expect(typesOf(one.events)).toContain('verification.started')
    }
    expect([typesOf(body.events), body.factors]).toEqual([['recipient.exported'], []])
  })

  it('a subject is exported and erased with their factors, and no secret', async () => {
    const subject = 'user-of-factors'
    const app = { subject, issuer: 'Shop', account_name: 'ann' }
    const { body: made } = await real.client.post('/factors/totp', app)
    const { body: codes } = await bank.post('/factors/recovery-codes', { subject })
    await real.client.post('/factors/recovery-codes', { subject: 'somebody else' })
    const { body, text } = await real.admin.post('/admin/api/recipients/export', { subject })
    expect(body.factors).toMatchObject([
      { service: 'default', id: made.id, subject, type: 'totp', status: 'unverified' },
      { service: 'bank', id: codes.id, subject, type: 'recovery_codes', codes_remaining: 10 },
    ])
    for (const secret of [made.secret, ...codes.codes]) expect(text).not.toContain(secret)
    const own = await banker.post('/admin/api/recipients/export', { subject })
    expect(idsOf(own.body.factors)).toEqual([codes.id])
    const erased = await real.admin.post('/admin/api/recipients/erase', { subject })
    expect(erased.body).toMatchObject({ verifications: 0, factors: 2 })
    const after = await real.admin.post('/admin/api/recipients/export', { subject })
    expect(after.body.factors).toEqual([])
  })

  it('is erased, open codes and all, and nobody else is', async () => {
    const to = anAddress()
    const { id } = await begin(to)
    const { code } = await real.message(id)
    const other = await begin()
    const erased = await real.admin.post('/admin/api/recipients/erase', { to })
    expect(erased.body).toEqual({
      verifications: 1,
      factors: 0,
      suppressions: 0,
      entries: 0,
      events: 0,
    })
    expect((await real.admin.get(at(id))).status).toBe(404)
    expect((await real.client.post('/verify/check', { id, code })).status).toBe(404)
    expect((await real.admin.get(at(other.id))).status).toBe(200)
    const again = await real.admin.post('/admin/api/recipients/erase', { to })
    expect(again.body).toEqual({
      verifications: 0,
      factors: 0,
      suppressions: 0,
      entries: 0,
      events: 0,
    })
    const { body } = await real.admin.get('/admin/api/events?type=recipient.erased&limit=1')
    expect(body.events).toMatchObject([
      { key_id: 'ADMIN_KEY', service: '*', details: { verifications: 1 } },
    ])
  })

  it.each(['limits', 'export', 'erase'])('%s wants one that can be somebody', async (what) => {
    for (const [given, field] of [
      [{}, 'to'],
      [{ to: 'nobody' }, 'to'],
      [{ to: '+14155552671', subject: 'user-1' }, 'subject'],
      [{ subject: 'a\nb' }, 'subject'],
    ] as const) {
      const { status, body } = await real.admin.post(`/admin/api/recipients/${what}`, given)
      expect([status, body.errors[0].field]).toEqual([400, field])
    }
  })
})

it('health has no secrets', async () => {
  const { body, text } = await reader.get('/admin/api/health')
  expect(body).toMatchObject({
    checks: { database: true },
    node: { store: 'SQLite', mode: 'development' },
    outbox: expect.any(Array),
    failed_last_hour: { count: expect.any(Number), more: false },
    providers: [{ name: 'inbox', last: { kind: 'accepted' } }],
  })
  expect(text).not.toContain('the-key-of')
})

const WRITES = ['/cancel', '/resend', '/reveal']
const PEOPLE = ['limits', 'export', 'erase']

describe('keys', () => {
  it('without the scope only read, or not even that', async () => {
    const { id, to } = await begin()
    for (const rest of WRITES) {
      expect([rest, (await reader.post(at(id, rest), {})).status]).toEqual([rest, 403])
      expect([rest, (await bank.post(at(id, rest), {})).status]).toEqual([rest, 403])
    }
    for (const what of PEOPLE) {
      const { status } = await reader.post(`/admin/api/recipients/${what}`, { to })
      expect([what, status]).toEqual([what, what === 'limits' ? 200 : 403])
    }
    expect(await search({ to }, reader)).toHaveLength(1)
    expect((await bank.get('/admin/api/verifications')).status).toBe(403)
    expect((await bank.get('/admin/api/health')).status).toBe(403)
    expect((await real.admin.get(at(id))).body.status).toBe('pending')
    expect(typesOf(await eventsOf(id))).not.toContain('recipient.shown')
  })

  it('C35: of one service see, change, show, export and erase nothing of another', async () => {
    const { id, to, reference } = await begin()
    const own = await begin(to, bank)
    expect(idsOf(await search({ to }, banker))).toEqual([own.id])
    const listed = (await banker.get('/admin/api/verifications?limit=100')).body.verifications
    expect(new Set(listed.map(({ service }: { service: string }) => service))).toEqual(
      new Set(['bank']),
    )
    expect(
      (await banker.get(`/admin/api/verifications?reference=${reference}`)).body.verifications,
    ).toEqual([])
    for (const service of ['default', 'nobody']) {
      const { status, body } = await banker.get(`/admin/api/verifications?service=${service}`)
      expect([status, body.errors[0].field]).toEqual([400, 'service'])
      expect(
        (await banker.post('/admin/api/verifications/search', { to, service })).body.errors[0]
          .field,
      ).toBe('service')
    }
    expect((await banker.get('/admin/api/verifications?service=bank')).status).toBe(200)
    expect((await banker.get(at(id))).status).toBe(404)
    for (const rest of WRITES) {
      const { status } = await banker.post(at(id, rest), {})
      expect([rest, status]).toEqual([rest, 404])
    }
    expect(typesOf(await eventsOf(id))).not.toContain('recipient.shown')
    const limits = await banker.post('/admin/api/recipients/limits', { to })
    expect(limits.body.services).toMatchObject([{ service: 'bank' }])
    const exported = await banker.post('/admin/api/recipients/export', { to })
    expect(idsOf(exported.body.verifications)).toEqual([own.id])
    const erased = await banker.post('/admin/api/recipients/erase', { to })
    expect(erased.body.verifications).toBe(1)
    expect((await real.admin.get(at(id))).body.status).toBe('pending')
    expect((await real.admin.get(at(own.id))).status).toBe(404)
  })
})

describe('what is reported', () => {
  it('C30: no code anywhere, no recipient but where it was requested, none in the log of the process', async () => {
    const to = '+14155550177'
    const { body: started } = await real.start({ to })
    const { code } = await real.message(started.id)
    const { id } = started
    const masked = [
      await real.admin.get('/admin/api/verifications?limit=100'),
      await real.admin.post('/admin/api/verifications/search', { to }),
      await real.admin.get(at(id)),
      await real.admin.post(at(id, '/resend'), {}),
      await real.admin.post('/admin/api/recipients/limits', { to }),
      await real.admin.get('/admin/api/health'),
    ]
    const clear = [
      await real.admin.post(at(id, '/reveal'), {}),
      await real.admin.post('/admin/api/recipients/export', { to }),
    ]
    masked.push(
      await real.admin.post(at(id, '/cancel'), {}),
      await real.admin.post(at(id, '/resend'), {}),
      await real.admin.get('/admin/api/events?limit=100'),
      await real.admin.post('/admin/api/recipients/erase', { to }),
    )
    for (const { text } of masked) expect(text).not.toMatch(/4155550177|5550177/)
    for (const { text } of clear) expect(text).toContain(to)
    const told = [...masked, ...clear].map(({ text }) => text).join('') + real.lines.join('')
    expect(told.replaceAll(/vrf_\w+|req_\w+/g, '')).not.toMatch(
      new RegExp(`(?<!\\d)${code}(?!\\d)`),
    )
    expect(real.lines.join('')).not.toMatch(/4155550177|@example\.com/)
  })
})
