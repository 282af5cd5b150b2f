// C7: what a stranger who knows only the number or address can do to its owner: nothing.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type Nodes, remaining, startNodes, tally, together } from './nodes.ts'
import { type Answer, UNLIMITED, wrong } from './service-process.ts'

const NUMBER = '+14155552671'
const MAX_ATTEMPTS = 5
const STRANGERS = 12
/** The first of each that strangers spend: three messages, or the guesses of three verifications. */
const ONE_LIMIT_EACH = {
  sends_per_number_burst: '3/600',
  sends_per_number_day: '3/86400',
  sends_per_prefix_hour: '3/3600',
  sends_per_country_hour: '3/3600',
  sends_per_service_hour: '3/3600',
  guesses_per_number_hour: '15/3600',
  guesses_per_number_day: '15/86400',
} as const
const NAMES = Object.keys(ONE_LIMIT_EACH) as (keyof typeof ONE_LIMIT_EACH)[]

const serviceOf = (name: string) => name.replaceAll('_', '-')
const SERVICES = JSON.stringify({
  services: {
    // As by default, every budget on, addresses too.
    default: {
      client_ip: 'required',
      limits: {
        sends_per_number_burst: '5/600',
        sends_per_number_day: '20/86400',
        sends_per_ip_burst: '20/600',
        sends_per_ip_day: '200/86400',
        sends_per_prefix_hour: '60/3600',
        check_per_ip: '60/600',
        check_per_number: '60/600',
        guesses_per_number_hour: '40/3600',
        guesses_per_number_day: '100/86400',
      },
    },
    checks: { limits: { check_per_number: '5/600' } },
    ...Object.fromEntries(
      NAMES.map((name) => [serviceOf(name), { limits: { [name]: ONE_LIMIT_EACH[name] } }]),
    ),
  },
})

describe('C7: a stranger who knows only the number', () => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes({ engine: 'sqlite', processes: 2 }, { ...UNLIMITED, SERVICES })
  })
  afterAll(() => nodes.stop())

  async function expectAuthenticatedGoesThrough(caller: Caller, address: object = {}) {
    const started = await caller.start({ to: NUMBER, authenticated: true, ...address })
    expect(started.status, JSON.stringify(started.body)).toBe(201)
    const { id } = started.body
    const code = await nodes.code(id)
    expect((await caller.check(id, wrong(code))).status).toBe(422)
    expect((await caller.check(id, code)).status).toBe(200)
  }

  /** Starts with a session of his own or none, guesses past the end, resends, cancels; and tries the owner's. */
  async function molest(n: number, owned: { id: string; code: string }): Promise<Answer> {
    const session = `a-session-of-stranger-number-${n}`
    const client_ip = `203.0.113.${n}`
    const bound = n % 2 ? { session } : {}
    const start = await nodes.start({ to: NUMBER, client_ip, ...bound })
    if (start.status === 201) {
      const { id } = start.body
      expect(id).not.toBe(owned.id)
      for (let guess = 0; guess < 6; guess += 1) await nodes.check(id, '000000', bound)
      await nodes.post(`/verify/${id}/resend`, {})
      await nodes.post(`/verify/${id}/cancel`, {})
    }
    // Knowing even the code, there is no way to it without its session.
    for (const answer of await Promise.all([
      nodes.post('/verify/check', { to: NUMBER, session, code: owned.code }),
      nodes.check(owned.id, owned.code, { session }),
      nodes.check(owned.id, owned.code),
    ]))
      expect([404, 409]).toContain(answer.status)
    return start
  }

  it('C7: starts, resends, guesses and cancels leave the owner’s verification as it was', async () => {
    const session = 'a-session-of-the-owners-browser'
    const owner = { to: NUMBER, session, client_ip: '198.51.100.1' }
    const { id } = (await nodes.start(owner)).body
    const code = await nodes.code(id)
    const before = (await nodes.get(`/verify/${id}`)).body
    const answers: Answer[] = []
    for (let n = 0; n < STRANGERS; n += 1) answers.push(await molest(n, { id, code }))
    expect(tally(answers)).toEqual({ '201': 4, '429 rate_limited': STRANGERS - 4 })

    const after = (await nodes.get(`/verify/${id}`)).body
    const { status, attempts_remaining, sends_remaining, expires_at } = before
    expect(after).toMatchObject({ status, attempts_remaining, sends_remaining, expires_at })
    expect(after).toMatchObject({ status: 'pending', attempts_remaining: MAX_ATTEMPTS })
    expect((await nodes.start(owner)).body.id, 'the owner’s browser continues it').toBe(id)
    const client_ip = '198.51.100.2'
    expect((await nodes.start({ to: NUMBER, client_ip })).status).toBe(429)
    await expectAuthenticatedGoesThrough(nodes, { client_ip })
    expect((await nodes.check(id, code, { session })).status).toBe(200)
  })

  it.each(NAMES)(
    'C7: strangers have spent %s: the owner’s authenticated start and checks go through',
    async (name) => {
      const caller = await nodes.as(serviceOf(name))
      for (let n = 0; n < 3; n += 1) {
        const { id } = (await caller.start({ to: NUMBER })).body
        const code = await nodes.code(id)
        await together(MAX_ATTEMPTS, () => caller.check(id, wrong(code)))
      }
      const refused = await caller.start({ to: NUMBER })
      expect(refused).toMatchObject({ status: 429, body: { limit: { name } } })
      await expectAuthenticatedGoesThrough(caller)
    },
  )

  it('C7: strangers have spent check_per_number: the owner’s authenticated check is compared', async () => {
    const caller = await nodes.as('checks')
    const [first, second] = await together(2, async () => {
      const { id } = (await caller.start({ to: NUMBER })).body
      return { id: id as string, code: await nodes.code(id) }
    })
    if (!first || !second) throw new Error('nothing was started')
    await together(MAX_ATTEMPTS, () => caller.check(first.id, wrong(first.code)))
    const refused = await caller.check(second.id, wrong(second.code))
    expect(refused).toMatchObject({ status: 429, body: { limit: { name: 'check_per_number' } } })
    expect(await remaining(caller, second.id), 'refused, so not charged').toBe(MAX_ATTEMPTS)
    await expectAuthenticatedGoesThrough(caller)
  })
})
