// The HTTP contract of start, look, list and cancel, line by line, against the composed service.
// (Checks and resends: check-contract and resend-contract. Every answer is held against OpenAPI.)

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const SESSION = 'session-0123456789'

let service: Steered
beforeAll(async () => {
  service = await startSteered({
    CLIENT_IP: 'required',
    LIMIT_SENDS_PER_NUMBER_BURST: '3/600',
    LIMIT_SENDS_PER_IP_BURST: '50/600',
  })
})
afterAll(() => service.close())

let numbers = 0
const anyNumber = () => `+1415555${String(2000 + numbers++)}`
const start = (body: object = {}, headers: Record<string, string> = {}) =>
  service.start({ to: anyNumber(), client_ip: '203.0.113.1', ...body }, headers)

describe('start', () => {
  it('returns every field, consistent times, and never the code', async () => {
    const to = anyNumber()
    const { status, headers, body, text } = await start({ to, metadata: { order: '7' } })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/verify/${body.id}`)
    expect(body).toEqual({
      id: expect.stringMatching(/^vrf_[0-9a-v]{32}$/),
      reference: expect.stringMatching(/^[2-9A-HJKMNP-TV-Z]{3}-[2-9A-HJKMNP-TV-Z]{3}$/),
      status: 'pending',
      to,
      subject: null,
      channel: 'sms',
      locale: 'en',
      purpose: 'login',
      delivery_status: 'queued',
      attempts_remaining: 5,
      sends_remaining: 4,
      checked_by: null,
      outcome: null,
      created_at: expect.any(String),
      expires_at: expect.any(String),
      expires_in: 600,
      resend_at: expect.any(String),
      resend_in: 30,
      next_step: null,
      metadata: { order: '7' },
      view_token: expect.stringMatching(/^vt_[\w-]{50}$/),
      view_url: null,
    })
    const at = (field: string) => Date.parse(body[field])
    expect(at('expires_at') - at('created_at')).toBe(600_000)
    expect(at('resend_at') - at('created_at')).toBe(30_000)
    const { code } = await service.message(body.id)
    expect(text + JSON.stringify([...headers])).not.toContain(code)
  })

  it.each([
    [{ to: 'Ann.Lee+x@EXAMPLE.com' }, { to: 'Ann.Lee+x@example.com', channel: 'email' }],
    [{ to: 'ann@bücher.example' }, { to: 'ann@xn--bcher-kva.example', channel: 'email' }],
    [
      { to: '030 901820', country: 'DE' },
      { to: '+4930901820', channel: 'sms' },
    ],
    [{ purpose: 'change-email' }, { purpose: 'change-email' }],
    [{ ttl_seconds: 60 }, { expires_in: 60, resend_at: null, resend_in: null }],
    [{ ttl_seconds: 90 }, { expires_in: 90, resend_in: 30 }],
    [{ ttl_seconds: 3600 }, { expires_in: 3600, resend_in: 30 }],
    [
      { decoy: true, authenticated: true },
      { status: 'pending', attempts_remaining: 5 },
    ],
  ])('%j is answered with %j', async (given, told) => {
    const { status, body } = await start(given)
    expect(status).toBe(201)
    expect(body).toMatchObject(told)
    expect(Object.keys(body)).toHaveLength(22)
  })

  it.each([4, 10])('a code of %d digits where it is requested', async (length) => {
    const { body } = await start({ code_length: length })
    expect((await service.message(body.id)).code).toMatch(new RegExp(`^\\d{${length}}$`))
  })

  it.each([
    [{ to: undefined }, 'to'],
    [{ to: '+14155552671 ext. 5' }, 'to'],
    [{ to: '+1999' }, 'to'],
    [{ to: '+883510000000091' }, 'to'],
    [{ to: '0301234' }, 'to'],
    [{ to: 'ann@localhost' }, 'to'],
    [{ country: 'XX', to: '415 555 2671' }, 'country'],
    [{ channel: 'pigeon' }, 'channel'],
    [{ channel: 'email' }, 'channel'],
    [{ to: 'ann@example.com', channel: 'sms' }, 'channel'],
    [{ locale: 5 }, 'locale'],
    [{ locale: 'x'.repeat(256) }, 'locale'],
    [{ session: 'short' }, 'session'],
    [{ session: 'x'.repeat(256) }, 'session'],
    [{ authenticated: 'yes' }, 'authenticated'],
    [{ code_length: 3 }, 'code_length'],
    [{ code_length: 11 }, 'code_length'],
    [{ ttl_seconds: 59 }, 'ttl_seconds'],
    [{ ttl_seconds: 3601 }, 'ttl_seconds'],
    [{ client_ip: undefined }, 'client_ip'],
    [{ client_ip: '300.1.1.1' }, 'client_ip'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
  ])('%j is 400 and names the field', async (given, field) => {
    const { status, body } = await start(given)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
    expect(body.errors.map((one: { field: string }) => one.field)).toEqual([field])
    expect(body.errors[0].detail).not.toBe('')
  })

  it('names every invalid field at once', async () => {
    const { body } = await start({ ttl_seconds: 1, code_length: 99, purpose: '' })
    const fields = body.errors.map((one: { field: string }) => one.field)
    expect(fields.sort()).toEqual(['code_length', 'purpose', 'ttl_seconds'])
  })

  it('reports its own budgets on success and on 429, where Retry-After is the limit’s', async () => {
    const to = anyNumber()
    const burst = (headers: Headers) =>
      [headers.get('ratelimit-policy'), headers.get('ratelimit')].map((value) =>
        value?.split(', ').find((item) => item.startsWith('"sends_per_number_burst"')),
      )
    for (const left of [2, 1, 0]) {
      const { headers } = await start({ to })
      expect(burst(headers)[0]).toBe('"sends_per_number_burst";q=3;w=600')
      expect(burst(headers)[1]).toMatch(new RegExp(`";r=${left};t=(600|599|598)$`))
      expect(headers.get('ratelimit-policy')).toContain('"sends_per_ip_burst";q=50;w=600')
    }
    const { status, headers, body } = await start({ to })
    expect([status, body.error]).toEqual([429, 'rate_limited'])
    expect(body.limit).toEqual({ name: 'sends_per_number_burst', max: 3, window_seconds: 600 })
    expect(body.retry_after_seconds).toBeGreaterThan(590)
    expect(headers.get('retry-after')).toBe(String(body.retry_after_seconds))
    expect(burst(headers)[1]).toBe(`"sends_per_number_burst";r=0;t=${body.retry_after_seconds}`)
    // `authenticated` has a budget of its own (C7); the window's end opens the first one again.
    expect((await start({ to, authenticated: true })).status).toBe(201)
    service.forward(body.retry_after_seconds)
    expect((await start({ to })).status).toBe(201)
  })

  it('without a session each start is a verification of its own', async () => {
    const to = anyNumber()
    const [a, b] = [await start({ to }), await start({ to })]
    expect(a.body.id).not.toBe(b.body.id)
    for (const { body } of [b, a]) {
      const { code } = await service.message(body.id)
      expect((await service.check({ id: body.id, code })).status).toBe(200)
    }
  })
})

describe('look up, list, cancel', () => {
  it('a GET shows the deliveries, with their times', async () => {
    const { id } = (await start()).body
    await service.message(id)
    await expect.poll(async () => (await service.look(id)).body.delivery_status).toBe('sent')
    const { body } = await service.look(id)
    expect(body.deliveries).toEqual([
      {
        id: expect.stringMatching(/^dlv_/),
        channel: 'sms',
        provider: 'inbox',
        status: 'sent',
        attempts: 1,
        error: null,
        queued_at: body.created_at,
        sent_at: expect.any(String),
        delivered_at: null,
      },
    ])
  })

  it('lists newest first, by any spelling, and pages by a cursor that stays true', async () => {
    const ids: string[] = []
    for (const tag of ['', '+a', '+b', '+c', '+d'])
      ids.unshift((await start({ to: `list${tag}@example.com`, client_ip: '203.0.113.2' })).body.id)
    // Three in ten minutes: the burst counts the tags as one person.
    expect(ids.filter((id) => id !== undefined)).toHaveLength(3)
    const list = (body: object) =>
      service.client.post('/verify/list', { to: 'LIST+z@Example.com', ...body })
    const first = await list({ limit: 2 })
    const made = ids.filter((id) => id !== undefined)
    const idsOf = (page: typeof first) =>
      page.body.verifications.map(({ id }: { id: string }) => id)
    expect(idsOf(first)).toEqual(made.slice(0, 2))
    expect(first.body.verifications[0].deliveries).toHaveLength(1)
    service.forward(600)
    await start({ to: 'list@example.com' })
    const second = await list({ limit: 2, cursor: first.body.next_cursor })
    expect(idsOf(second)).toEqual(made.slice(2))
    expect(second.body.next_cursor).toBeNull()
    for (const cursor of ['AAAA', `${first.body.next_cursor}x`, '../../etc'])
      expect(outcomeOf(await list({ cursor }))).toEqual([400, 'invalid_request'])
    for (const limit of [0, 101, 1.5, '5'])
      expect(outcomeOf(await list({ limit }))).toEqual([400, 'invalid_request'])
  })

  it('cancel is idempotent: an ended verification stays as it was, but an approval is 409', async () => {
    const { id } = (await start()).body
    expect((await service.cancel(id)).body.status).toBe('canceled')
    const again = await service.cancel(id)
    expect([again.status, again.body.status]).toEqual([200, 'canceled'])
    expect(again.body).toMatchObject({
      attempts_remaining: 0,
      sends_remaining: 0,
      resend_at: null,
      resend_in: null,
    })
    const expired = (await start({ ttl_seconds: 60 })).body.id
    service.forward(60)
    const late = await service.cancel(expired)
    expect([late.status, late.body.status, late.body.expires_in]).toEqual([200, 'expired', 0])

    const approved = (await start()).body.id
    const { code } = await service.message(approved)
    await service.check({ id: approved, code })
    expect(outcomeOf(await service.cancel(approved))).toEqual([409, 'verification_approved'])
    expect(outcomeOf(await service.cancel('vrf_unknown'))).toEqual([404, 'verification_not_found'])
  })

  it.each([
    '/verify/vrf_unknown',
    `/verify/${'x'.repeat(65)}`,
    '/verify/%00',
    '/verify/vrf_%27%20or%201=1',
  ])('%s is 404', async (path) => {
    expect(outcomeOf(await service.client.get(path))).toEqual([404, 'verification_not_found'])
  })

  it('a session value is never returned, nor stored in plaintext', async () => {
    const { body, text } = await start({ session: SESSION })
    expect(text + (await service.look(body.id)).text).not.toContain(SESSION)
    expect(service.lines.join('')).not.toContain(SESSION)
  })
})
