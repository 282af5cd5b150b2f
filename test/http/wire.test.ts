// What goes to the domain and what comes back: statuses, headers, bodies.

import { parseList } from 'structured-headers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClient } from './client.ts'
import { type Double, ID, KEY, startDouble, VIEW } from './double.ts'

let double: Double
let client: Client
beforeAll(async () => {
  double = await startDouble()
  client = await createClient(double.server.url, KEY)
})
afterAll(() => double.close())
beforeEach(() => {
  double.calls.length = 0
  double.lines.length = 0
  double.refusals.length = 0
  double.answer('start', { kind: 'started', verification: VIEW, budgets: [], replayed: false })
  double.answer('check', {
    kind: 'approved',
    verification: { ...VIEW, status: 'approved' },
    budgets: [],
    replayed: false,
  })
})

const lastCall = () => double.calls.at(-1)

describe('the way in', () => {
  it('passes the request to the domain in its own words', async () => {
    const body = {
      to: '(415) 555-2671',
      channels: [{ channel: 'sms', timeout_seconds: 20, blind: true }, 'email'],
      country: 'us',
      locale: 'pt-br',
      purpose: 'change_email',
      session: 'session-0123456789',
      authenticated: true,
      decoy: true,
      client_ip: '::ffff:203.0.113.7',
      user_agent: 'curl\r\n/8',
      code_length: 8,
      ttl_seconds: 120,
      metadata: { order: '7' },
      challenge: 'c29sdmVk',
    }
    await client.post('/verify/start', body, { 'idempotency-key': '"abc \\"d\\""' })
    const { client_ip: _ip, user_agent: _agent, challenge, ...covered } = body
    expect(lastCall()).toEqual({
      operation: 'start',
      caller: 'shop',
      command: {
        to: '(415) 555-2671',
        channel: null,
        channels: [
          { channel: 'sms', timeoutSeconds: 20, blind: true },
          { channel: 'email', timeoutSeconds: null, blind: false },
        ],
        country: 'US',
        locale: 'pt-BR',
        purpose: 'change_email',
        session: 'session-0123456789',
        authenticated: true,
        decoy: true,
        codeLength: 8,
        ttlSeconds: 120,
        metadata: { order: '7' },
        challenge,
        endUser: { clientIp: '203.0.113.7', userAgent: 'curl\ufffd\ufffd/8' },
        idempotency: { key: 'abc "d"', body: covered },
      },
    })
  })

  it('passes null, not undefined, for absent fields', async () => {
    await client.post('/verify/start', { to: '+14155552671' })
    expect(lastCall()?.command).toEqual({
      to: '+14155552671',
      channel: null,
      channels: null,
      country: null,
      locale: null,
      purpose: 'login',
      session: null,
      authenticated: false,
      decoy: false,
      codeLength: null,
      ttlSeconds: null,
      metadata: {},
      challenge: null,
      endUser: { clientIp: null, userAgent: null },
      idempotency: null,
    })
  })

  it('lets a request without a body resend and cancel, and names the id in the fingerprint', async () => {
    const headers = { authorization: `Bearer ${KEY}`, 'idempotency-key': 'k' }
    expect((await client.send('POST', `/verify/${ID}/resend`, { headers })).status).toBe(200)
    expect(lastCall()?.command).toMatchObject({
      id: ID,
      channel: null,
      idempotency: { key: 'k', body: { id: ID } },
    })
    expect((await client.send('POST', `/verify/${ID}/cancel`, { headers })).status).toBe(200)
    expect((await client.post(`/verify/${ID}/cancel`, {})).status).toBe(200)
    expect((await client.post(`/verify/${ID}/cancel`, { status: 'approved' })).status).toBe(400)
  })

  it('cuts a long user agent and keeps it whole Unicode', async () => {
    await client.post('/verify/start', { to: 'a@b.example', user_agent: `${'x'.repeat(255)}😀` })
    expect(lastCall()?.command).toMatchObject({
      endUser: { userAgent: `${'x'.repeat(255)}\ufffd` },
    })
  })
})

describe('the way out', () => {
  it('answers 201 with Location when started, 200 when continued', async () => {
    const started = await client.post('/verify/start', { to: '+14155552671' })
    expect([started.status, started.headers.get('location')]).toEqual([201, `/verify/${ID}`])
    expect(started.body).toEqual({
      id: ID,
      reference: 'K7Q-42M',
      status: 'pending',
      to: '+14155552671',
      subject: null,
      channel: 'sms',
      locale: 'en-US',
      purpose: 'login',
      delivery_status: 'queued',
      attempts_remaining: 5,
      sends_remaining: 4,
      checked_by: null,
      outcome: null,
      created_at: new Date(VIEW.createdAt).toISOString(),
      expires_at: new Date(VIEW.expiresAt).toISOString(),
      expires_in: 600,
      resend_at: new Date(VIEW.createdAt + 30_000).toISOString(),
      resend_in: 30,
      next_step: null,
      metadata: { order: '7' },
      view_token: expect.stringMatching(/^vt_[\w-]{50}$/),
      view_url: null,
    })
    double.answer('start', { kind: 'continued', verification: VIEW, budgets: [], replayed: true })
    const again = await client.post('/verify/start', { to: '+14155552671' })
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  })

  it('answers a right code with 200, approved and valid', async () => {
    const { status, body } = await client.post('/verify/check', { id: ID, code: '123456' })
    expect([status, body.status, body.valid]).toEqual([200, 'approved', true])
  })

  it('shows deliveries in a GET, and a slice of them in a list', async () => {
    const one = await client.get(`/verify/${ID}`)
    expect(one.body.deliveries).toEqual([
      {
        id: 'dlv_1',
        channel: 'sms',
        provider: 'twilio',
        status: 'failed',
        attempts: 2,
        error: { code: '21610', message: 'Unsubscribed' },
        queued_at: new Date(VIEW.createdAt).toISOString(),
        sent_at: null,
        delivered_at: null,
      },
    ])
    const page = await client.post('/verify/list', { to: '+14155552671' })
    expect(page.body).toEqual({ verifications: [one.body], next_cursor: null })
    expect(lastCall()?.command).toEqual({
      to: '+14155552671',
      country: null,
      subject: null,
      cursor: null,
      limit: 20,
    })
  })

  it('reports budgets as structured fields, on success and on 429', async () => {
    const limit = { max: 5, windowSeconds: 600 }
    double.answer('start', {
      kind: 'started',
      verification: VIEW,
      replayed: false,
      budgets: [
        { name: 'sends_per_number_burst', limit, remaining: 4, resetSeconds: 599.2 },
        {
          name: 'sends_per_ip_burst',
          limit: { max: 20, windowSeconds: 60 },
          remaining: 19,
          resetSeconds: 60,
        },
      ],
    })
    const { headers } = await client.post('/verify/start', { to: '+14155552671' })
    expect(parseList(headers.get('ratelimit-policy') ?? '')).toEqual([
      [
        'sends_per_number_burst',
        new Map([
          ['q', 5],
          ['w', 600],
        ]),
      ],
      [
        'sends_per_ip_burst',
        new Map([
          ['q', 20],
          ['w', 60],
        ]),
      ],
    ])
    expect(parseList(headers.get('ratelimit') ?? '')).toEqual([
      [
        'sends_per_number_burst',
        new Map([
          ['r', 4],
          ['t', 600],
        ]),
      ],
      [
        'sends_per_ip_burst',
        new Map([
          ['r', 19],
          ['t', 60],
        ]),
      ],
    ])
    double.answer('start', {
      kind: 'refused',
      error: 'rate_limited',
      detail: 'Too many.',
      limit: { name: 'sends_per_number_burst', limit },
      retryAfterSeconds: 41.3,
    })
    const refused = await client.post('/verify/start', { to: '+14155552671' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '42'])
    expect(refused.body).toMatchObject({
      limit: { name: 'sends_per_number_burst', max: 5, window_seconds: 600 },
      retry_after_seconds: 42,
    })
    expect(parseList(refused.headers.get('ratelimit') ?? '')).toEqual([
      [
        'sends_per_number_burst',
        new Map([
          ['r', 0],
          ['t', 42],
        ]),
      ],
    ])
  })
})
