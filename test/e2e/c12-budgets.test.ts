// C12, C18, C50: one budget a person, whatever the spelling or route; blocks and types refused by name.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

let service: Steered
beforeAll(async () => {
  service = await startSteered({
    CLIENT_IP: 'required',
    ALLOWED_COUNTRIES: 'US,GB,DE,LV,IT',
    LIMIT_SENDS_PER_NUMBER_BURST: '5/600',
    LIMIT_SENDS_PER_IP_BURST: '20/600',
    LIMIT_SENDS_PER_PREFIX_HOUR: '60/3600',
    LIMIT_CHECK_PER_IP: '5/600',
  })
})
afterAll(() => service.close())

let addresses = 0
/** Each from an address of its own: what refuses is not the address. */
const start = (body: object, headers = {}) => {
  addresses += 1
  const client_ip = `203.0.${113 + (addresses >> 8)}.${addresses & 255}`
  return service.start({ client_ip, ...body }, headers)
}

const PHONE = [
  { to: '+1 415 555 2671' },
  { to: '(415) 555-2671', country: 'US' },
  { to: '0014155552671' },
  { to: '＋１４１５５５５２６７１' },
  { to: '+١٤١٥٥٥٥٢٦٧١' },
  { to: '+1\u200b415\u200d555\u20602671' },
  { to: '+1-415.555.2671', channel: 'sms' },
  { to: '415-555-2671', country: 'us' },
]
const MAIL = [
  { to: 'User@EXAMPLE.com' },
  { to: 'uSeR+tag@example.com' },
  { to: 'user+other+tag@Example.COM' },
  { to: 'ｕｓｅｒ@example.com' },
  { to: ' user@example.com ' },
  { to: 'USER@EXAMPLE.COM', purpose: 'other' },
  { to: 'user@example.com', session: 'session-0123456789' },
]
const IDN = [
  { to: 'ann@bücher.example' },
  { to: 'ann@BÜCHER.example' },
  { to: 'ann@xn--bcher-kva.example' },
  { to: 'Ann+x@xn--BCHER-kva.EXAMPLE' },
  { to: 'ann@bu\u0308cher.example' },
  { to: 'ann@ｂücher.example' },
]

describe('one person', () => {
  it.each([
    ['a number', PHONE],
    ['an address', MAIL],
    ['an international domain', IDN],
  ])('C12: %s in any spelling has one budget', async (_name, spellings) => {
    for (const [i, body] of spellings.entries()) {
      const answer = await start(body)
      if (i < 5) expect([JSON.stringify(body), answer.status]).toEqual([JSON.stringify(body), 201])
      else expect([body, ...outcomeOf(answer)]).toEqual([body, 429, 'rate_limited'])
      if (i >= 5) expect(answer.body.limit.name).toBe('sends_per_number_burst')
    }
  })

  it('C12: mail goes to the address as given, and answers repeat it', async () => {
    service.forward(600)
    for (const [to, sentTo] of [
      ['User.Name@EXAMPLE.com', 'User.Name@example.com'],
      ['user.name+Tag@example.com', 'user.name+Tag@example.com'],
      ['Jürgen@bücher.example', 'Jürgen@xn--bcher-kva.example'],
    ]) {
      const { body } = await start({ to })
      expect(body.to).toBe(sentTo)
      expect((await service.message(body.id)).to).toBe(sentTo)
    }
  })

  it('C12: neighbours have budgets of their own', async () => {
    for (const to of ['user2@example.com', 'user@example.org', 'us.er@example.com', '+14155552672'])
      expect((await start({ to })).status).toBe(201)
  })
})

describe('one way in', () => {
  it('C18: another path, method or header brings no more', async () => {
    const to = 'routes@example.com'
    for (let i = 0; i < 5; i += 1) expect((await start({ to })).status).toBe(201)
    const body = { to, client_ip: '198.51.100.5' }
    for (const path of [
      '/verify/start',
      '/verify/start?x=1',
      '/verify/%73tart',
      '/x/../verify/start',
    ])
      expect([path, (await service.client.post(path, body)).status]).toEqual([path, 429])
    for (const path of ['/verify/start/', '//verify/start', '/VERIFY/start', '/verify/start;a=b'])
      expect([404, 405]).toContain((await service.client.post(path, body)).status)
    for (const headers of [
      { 'x-forwarded-for': '8.8.8.8' },
      { 'x-http-method-override': 'PUT' },
      { 'idempotency-key': 'fresh' },
      { 'content-type': 'application/json; charset=utf-8' },
    ] as Record<string, string>[])
      expect((await service.client.post('/verify/start', body, headers)).status).toBe(429)
    const page = await service.client.post('/verify/list', { to })
    expect(page.body.verifications).toHaveLength(5)
  })

  it('C18: a check by id, by recipient and by any spelling of the address spends one budget', async () => {
    const { id, to } = (await start({ to: 'checks@example.com' })).body
    const session = 'session-0123456789'
    const spelt = ['::ffff:198.51.100.9', '198.51.100.9', '::FFFF:C633:6409']
    for (let i = 0; i < 5; i += 1) {
      const client_ip = spelt[i % 3]
      const body = i % 2 === 0 ? { id } : { to, session }
      const answer = await service.check({ ...body, code: '000000', client_ip })
      expect([404, 422, 200]).toContain(answer.status)
    }
    for (const client_ip of spelt)
      expect((await service.check({ to, session, code: '000000', client_ip })).status).toBe(429)
  })
})

describe('blocks and types', () => {
  it('C50: 61 numbers of one block from 61 addresses: the last is refused by name', async () => {
    const number = (i: number) => `+1206555${String(100 + i).padStart(4, '0')}`
    for (let i = 0; i < 60; i += 1) expect((await start({ to: number(i) })).status).toBe(201)
    const refused = await start({ to: number(60) })
    expect(outcomeOf(refused)).toEqual([429, 'rate_limited'])
    expect(refused.body.limit).toEqual({
      name: 'sends_per_prefix_hour',
      max: 60,
      window_seconds: 3600,
    })
    // The refusal spent nothing of the number's own; other blocks and `authenticated` go on.
    expect((await start({ to: number(60), authenticated: true })).status).toBe(201)
    expect((await start({ to: '+12065560100' })).status).toBe(201)
    service.forward(3600)
    const { headers } = await start({ to: number(60) })
    expect(headers.get('ratelimit')).toContain('"sends_per_number_burst";r=4')
  })

  it.each([
    ['premium rate', '+19002345678', 403, 'number_type_not_allowed'],
    ['personal', '+447012345678', 403, 'number_type_not_allowed'],
    ['shared cost', '+448431234567', 403, 'number_type_not_allowed'],
    ['an international freephone', '+80012345678', 400, 'invalid_request'],
    ['an extension', '+14155552671;ext=12', 400, 'invalid_request'],
    ['an extension in words', '+14155552671 x12', 400, 'invalid_request'],
    ['a country that is not allowed', '+33612345678', 403, 'country_not_allowed'],
  ])('C50: %s is refused', async (_name, to, status, error) => {
    expect(outcomeOf(await start({ to }))).toEqual([status, error])
    expect(outcomeOf(await start({ to, decoy: true, authenticated: true }))).toEqual([
      status,
      error,
    ])
  })

  it('C50: toll free is allowed', async () => {
    expect(outcomeOf(await start({ to: '+18002345678' }))).toEqual([201, undefined])
  })
})
