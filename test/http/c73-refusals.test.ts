// C73: a refusal that support looks for, by number, address and subject; and limits of a person that an admin lifts.
// On each engine: the store's, and the limits'.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { loadSettings } from '../../src/config/load.ts'
import { openStore } from '../../src/storage/open.ts'
import { PATIENCE_MS } from '../long.ts'
import { createDatabase } from '../postgres/databases.ts'
import { REDIS, startRedis } from '../redis/server.ts'
import { type Client, createClient } from './client.ts'
import { type Real, startReal } from './real.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const STREET = { client_ip: 'required', limits: { sends_per_ip_burst: '1/600' } }
const SERVICES = JSON.stringify({
  services: { default: {}, bank: { brand_name: 'Bank' }, street: STREET },
})
const LIMITED = {
  SERVICES,
  ALLOWED_COUNTRIES: 'US',
  CLIENT_IP: 'off',
  LIMIT_SENDS_PER_NUMBER_BURST: '2/600',
  LIMIT_SENDS_PER_NUMBER_DAY: '3/86400',
  LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
  // Of others, too: never lifted for one person.
  LIMIT_SENDS_PER_SERVICE_HOUR: '10000/3600',
  LIMIT_GUESSES_PER_NUMBER_HOUR: '40/3600',
}

type Engine = { env: Record<string, string>; end(): Promise<void> }
const ENGINES: [name: string, start: () => Promise<Engine>][] = [
  ['SQLite', async () => ({ env: {}, end: async () => {} })],
  [
    'PostgreSQL',
    async () => {
      const database = await createDatabase()
      return { env: { DATABASE_URL: database.url }, end: () => database.drop() }
    },
  ],
  [
    'SQLite, limits in Redis',
    async () => {
      const redis = await startRedis()
      return { env: { RATE_LIMIT_URL: redis.url() }, end: () => redis.stop() }
    },
  ],
]

describe.each(ENGINES.slice(0, REDIS ? 3 : 2))('C73: on %s', (_, startEngine) => {
  let engine: Engine
  let real: Real
  let banker: Client
  let reader: Client
  let bank: Client
  beforeAll(async () => {
    engine = await startEngine()
    real = await startReal({ ...LIMITED, ...engine.env })
    banker = await keyOf('bank', ['admin'])
    reader = await keyOf(null, ['admin:read'])
    bank = await keyOf('bank', ['verify'])
  })
  afterAll(async () => {
    await real?.close()
    await engine?.end()
  })

  async function keyOf(service: string | null, scopes: Scope[]): Promise<Client> {
    const settings = { DATA_DIR: `${real.directory}/data`, ...engine.env }
    const loaded = loadSettings({ ...settings, SECRET_KEY: Buffer.alloc(32, 7).toString('base64') })
    if (!loaded.ok) throw new Error(loaded.message)
    const store = await openStore(loaded.config.store, { mustExist: true })
    const key = createApiKey({ service, name: 'test', scopes, nowMs: Date.now() })
    await store.apiKeys.insert(key.record)
    await store.close()
    return createClient(real.url, key.text)
  }

  let numbers = 1000
  const aNumber = () => {
    numbers += 1
    return `+1415555${numbers}`
  }
  /** Redis has 90 ms for an answer: on a machine that is busy some ask again, as the 503 says. */
  const ask = (client: Client, path: string, body: object) =>
    vi.waitFor(
      async () => {
        const answer = await client.post(path, body)
        expect(answer.status).not.toBe(503)
        return answer
      },
      { timeout: PATIENCE_MS },
    )
  const start = (body: object, client = real.client) => ask(client, '/verify/start', body)
  const find = async (body: object, client = real.admin) =>
    (await client.post('/admin/api/refusals/search', body)).body.refusals
  /** The first row is written a turn after the answer. */
  const found = (body: object, expected: object[], client = real.admin) =>
    vi.waitFor(
      async () => {
        const lines = await find(body, client)
        expect(lines).toMatchObject(expected)
        expect(lines).toHaveLength(expected.length)
        return lines
      },
      { timeout: PATIENCE_MS },
    )
  const lift = (body: object, client = real.admin) =>
    ask(client, '/admin/api/recipients/limits/lift', body)
  const liftEvents = async (recipient: string) =>
    (await real.admin.post('/admin/api/events/search', { recipient, type: 'limit.lifted' })).body
      .events

  it('a number of another country, a number that costs, a channel, a limit: each by the number', async () => {
    const german = '+4930123456'
    expect((await start({ to: german })).body.error).toBe('country_not_allowed')
    const [line] = await found({ to: '+49 30 123456' }, [
      { error: 'country_not_allowed', count: 1, country: 'DE', channel: 'sms', limit: null },
    ])
    expect(line).toMatchObject({ to_masked: '+493•••56', route: 'start', verification_id: null })
    expect(line.action).toContain('ALLOWED_COUNTRIES')
    await found({ to: '030 123456', country: 'de' }, [{ error: 'country_not_allowed' }])

    const premium = '+19002345678'
    expect((await start({ to: premium })).body.error).toBe('number_type_not_allowed')
    await found({ to: premium }, [
      { error: 'number_type_not_allowed', number_type: 'premium_rate', country: 'US' },
    ])

    const limited = aNumber()
    for (const status of [201, 201, 429, 429])
      expect((await start({ to: limited })).status).toBe(status)
    const [full] = await found({ to: limited }, [
      { error: 'rate_limited', limit: 'sends_per_number_burst' },
    ])
    expect(full.action).toContain('lift the limit')
    expect(await find({ to: aNumber() })).toEqual([])
  })

  it('an address in any spelling, and fields that were wrong', async () => {
    const to = `${randomUUID()}@example.com`
    expect((await start({ to, ttl_seconds: 5 })).status).toBe(400)
    expect((await start({ to, channel: 'sms' })).status).toBe(400)
    for (const status of [201, 201, 429]) expect((await start({ to })).status).toBe(status)
    const lines = await found({ to: to.replace('@', '+news@').toUpperCase() }, [
      { error: 'rate_limited', to_masked: `${to[0]}•••@example.com` },
      { error: 'invalid_request', channel: 'sms' },
    ])
    expect(JSON.stringify(lines)).not.toContain(to.split('@')[0])
  })

  it('a subject: without a factor, and with no guesses left', async () => {
    const subject = `user-${randomUUID()}`
    expect((await start({ subject, channel: 'totp' })).status).toBe(404)
    expect((await start({ subject, channel: 'recovery_code' })).status).toBe(404)
    const without = [{ error: 'factor_not_found', channel: 'recovery_code' }]
    const lines = await found({ subject }, [
      ...without,
      { error: 'factor_not_found', channel: 'totp' },
    ])
    for (const line of lines) expect(line.to_masked).toContain('•••')
    for (let n = 0; n < 8; n += 1)
      expect((await start({ subject, channel: 'totp', decoy: true })).status).toBe(201)
    const refused = await start({ subject, channel: 'totp', decoy: true })
    expect(refused.body).toMatchObject({ error: 'rate_limited' })
    const [limited] = await found({ subject, error: 'rate_limited' }, [
      { limit: 'guesses_per_number_hour' },
    ])
    expect(limited.action).toContain('authenticated: true')
  })

  it('a check and a resend that were refused, by the number of their verification', async () => {
    const to = aNumber()
    const { body } = await start({ to })
    await real.client.post(`/verify/${body.id}/cancel`, {})
    await real.client.post('/verify/check', { id: body.id, code: '000000' })
    await real.client.post(`/verify/${body.id}/resend`, {})
    await real.client.post('/verify/check', {
      to,
      session: 'a-session-of-a-browser',
      code: '000000',
    })
    await found({ to }, [
      { error: 'verification_not_found', verification_id: null },
      { error: 'verification_canceled', reference: body.reference },
    ])
  })

  it('people whom one address’ limit refused, each by their own number', async () => {
    const street = await keyOf('street', ['verify'])
    const client_ip = '203.0.113.77'
    expect((await start({ to: aNumber(), client_ip }, street)).status).toBe(201)
    const people = [aNumber(), aNumber(), `${randomUUID()}@example.com`]
    for (const to of people) expect((await start({ to, client_ip }, street)).status).toBe(429)
    const noAddress = aNumber()
    expect((await start({ to: noAddress }, street)).status).toBe(400)
    for (const to of people)
      await found({ to }, [{ limit: 'sends_per_ip_burst', client_ip, service: 'street' }])
    await found({ to: noAddress }, [{ error: 'invalid_request', client_ip: null }])
  })

  it('people refused at the same time are distinguished, and counted, by the list as by the search', async () => {
    const people = ['+4930555001', '+4930555002', '+4930555003']
    const began = Date.now()
    await Promise.all(people.flatMap((to) => [1, 2, 3].map(() => start({ to }))))
    for (const to of people) await found({ to }, [{ to_masked: expect.stringMatching(/^\+493/) }])
    const since = new Date(began - 1000).toISOString()
    const query = `since=${since}&error=country_not_allowed&limit=50`
    const { body } = await reader.get(`/admin/api/refusals?${query}`)
    expect(
      body.refusals.every(({ error }: { error: string }) => error === 'country_not_allowed'),
    ).toBe(true)
    const pages = []
    for (let cursor = ''; ; ) {
      const page = (await reader.get(`/admin/api/refusals?limit=2${cursor}`)).body
      pages.push(...page.refusals)
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(pages.length).toBeGreaterThan(6)
  })

  it('is erased and exported with the person', async () => {
    const to = '+4930765432'
    await start({ to })
    await found({ to }, [{ error: 'country_not_allowed' }])
    const exported = (await real.admin.post('/admin/api/recipients/export', { to })).body
    expect(exported.events).toMatchObject([
      { type: 'recipient.exported' },
      { type: 'request.refused', details: { error: 'country_not_allowed' } },
    ])
    await real.admin.post('/admin/api/recipients/erase', { to })
    expect(await find({ to })).toEqual([])
  })

  it('a refused decoy gets the answer of a real one', async () => {
    const answers = []
    for (const decoy of [false, true]) {
      const to = aNumber()
      for (let n = 0; n < 2; n += 1) await start({ to, decoy })
      const { status, body } = await start({ to, decoy })
      const { instance: _, retry_after_seconds: __, detail, ...rest } = body
      answers.push({ status, rest, detail: detail.replace(/in \d+ s$/, '') })
      await found({ to }, [{ error: 'rate_limited', limit: 'sends_per_number_burst' }])
    }
    expect(answers[0]).toEqual(answers[1])
  })

  describe('lifting', () => {
    it('lets the person start again at once, and is logged once, with who did it', async () => {
      const to = aNumber()
      for (const status of [201, 201, 429]) expect((await start({ to })).status).toBe(status)
      expect((await lift({ to, limit: 'sends_per_number_burst' })).body).toEqual({
        services: [
          { service: 'default', limits: ['sends_per_number_burst'] },
          { service: 'bank', limits: [] },
          { service: 'street', limits: [] },
        ],
      })
      // The day's own limit of three stands.
      for (const status of [201, 429]) expect((await start({ to })).status).toBe(status)
      expect((await lift({ to })).body.services[0].limits).toEqual([
        'sends_per_number_burst',
        'sends_per_number_day',
      ])
      expect((await start({ to })).status).toBe(201)
      const events = await liftEvents(to)
      expect(events).toMatchObject([
        { details: { limits: 'sends_per_number_burst, sends_per_number_day' } },
        { key_id: 'ADMIN_KEY', service: 'default', details: { limits: 'sends_per_number_burst' } },
      ])
      expect((await lift({ to: aNumber() })).body.services[0].limits).toEqual([])
    })

    it('gives no guess: beyond the budget of I4 starts are refused as before', async () => {
      const to = aNumber()
      for (let started = 0; started < 8; started += 1) {
        expect((await start({ to })).status).toBe(201)
        expect((await lift({ to })).status).toBe(200)
      }
      const refused = await start({ to })
      expect(refused).toMatchObject({
        status: 429,
        body: { limit: { name: 'guesses_per_number_hour' } },
      })
      for (const limit of [
        'guesses_per_number_hour',
        'check_per_number',
        'sends_per_ip_day',
        'x',
      ]) {
        const no = await lift({ to, limit })
        expect([no.status, JSON.stringify(no.body)]).toEqual([
          400,
          expect.stringContaining('Limits on guesses cannot be lifted'),
        ])
      }
      const subject = await lift({ subject: 'user-1' })
      expect(subject.body.errors[0].detail).toContain('Limits on guesses cannot be lifted')
      expect((await start({ to })).status).toBe(429)
    })

    it('is for the scope admin alone, and within the key’s service', async () => {
      const to = aNumber()
      for (const client of [real.client, bank])
        for (const status of [201, 201, 429])
          expect((await start({ to }, client)).status).toBe(status)
      expect((await lift({ to }, reader)).status).toBe(403)
      expect((await lift({ to }, bank)).status).toBe(403)
      expect((await lift({ to, service: 'default' }, banker)).status).toBe(400)
      const done = (await lift({ to }, banker)).body.services
      expect(done).toMatchObject([
        { service: 'bank', limits: [{}, {}].map(() => expect.any(String)) },
      ])
      expect((await start({ to })).status).toBe(429)
      expect((await start({ to }, bank)).status).toBe(201)
      await found({ to }, [{ service: 'bank' }], banker)
      await found({ to }, [{ service: 'bank' }, { service: 'default' }], reader)
      expect(await find({ to, service: 'default' }, banker)).toBeUndefined()
      const seen = (await banker.get('/admin/api/refusals?limit=100')).body.refusals
      expect(new Set(seen.map(({ service }: { service: string }) => service))).toEqual(
        new Set(['bank']),
      )
    })
  })
})
