// C84: what each rule counts, what drains it, and when it trips. No store.

import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/kernel/clock.ts'
import type { ShieldMode, ShieldRule } from '../../src/kernel/shield-rules.ts'
import { networkKey } from '../../src/limits/client-address.ts'
import { createLevels } from '../../src/shield/book-of-levels.ts'
import { createFactReader, type Fact, type FactKind, unreportedIn } from '../../src/shield/facts.ts'
import { createJudge } from '../../src/shield/judge.ts'
import type { WatchedEvent } from '../../src/shield/log-ports.ts'
import { entryOf } from '../../src/shield/rule-entries.ts'
import { keyring } from './write-month.ts'

const T0 = Date.UTC(2026, 9, 1)
const MINUTE_MS = 60_000

/** Of one rule alone, under one value. */
function watch(rule: ShieldRule, mode: ShieldMode = 'record', levels = createLevels()) {
  const judge = createJudge({ levels, modeOf: (_, one) => (one === rule ? mode : 'off') })
  const fact = (kind: FactKind, at: number, tail: string, about: Partial<Fact> = {}): Fact => ({
    ...{ kind, at, startedAt: at, service: 'default', verificationId: 'v', tail, recipient: '' },
    values: { [rule]: 'x' },
    ...about,
  })
  return {
    levels,
    start: (at: number, tail = 'a', about?: Partial<Fact>) =>
      judge.judge(fact('start', at, tail, about)),
    after: (kind: FactKind, at: number, startedAt: number, tail = 'a') =>
      judge.judge(fact(kind, at, tail, { startedAt })),
  }
}
const begunBy = (many: number, start: (n: number) => { begun: unknown[] }) =>
  Array.from({ length: many }, (_, n) => start(n).begun.length).findIndex((one) => one > 0)

describe('C84: a bucket', () => {
  it('trips with the eleventh number of a block within an hour that nobody approved', () => {
    const prefix = watch('prefix')
    expect(begunBy(20, (n) => prefix.start(T0 + n * 1000, `${n}`))).toBe(10)
  })

  it('leaks: ten an hour are never unusual', () => {
    const country = watch('country')
    expect(begunBy(300, (n) => country.start(T0 + n * 8 * MINUTE_MS))).toBe(-1)
  })

  it('counts one who tries again three times at the most', () => {
    const prefix = watch('prefix')
    expect(begunBy(40, (n) => prefix.start(T0 + n * 1000, `${n % 3}`))).toBe(-1)
    expect(prefix.start(T0 + 50_000, 'c').begun).toHaveLength(0)
    expect(prefix.start(T0 + 51_000, 'd').begun).toHaveLength(1)
  })

  it('is drained by an approval, of all that this one has tried, and widened by it', () => {
    const network = watch('network')
    for (let n = 0; n < 200; n += 1) {
      const at = T0 + n * 1000
      expect(network.start(at).begun).toHaveLength(0)
      if (n % 2 === 0) network.after('approval', at + 500, at)
    }
    const prefix = watch('prefix')
    for (let n = 0; n < 3; n += 1) prefix.start(T0 + n, 'a')
    prefix.after('approval', T0 + 1000, T0 + 2)
    expect(prefix.levels.size()).toBe(0)
  })

  it('is drained where the first message failed: nothing was sent', () => {
    const country = watch('country')
    const outage = begunBy(300, (n) => {
      const at = T0 + n * 1000
      const judged = country.start(at)
      country.after('failure', at + 100, at)
      return judged
    })
    expect(outage).toBe(-1)
  })

  it('counts a late event as of its time', () => {
    const [inOrder, late] = [watch('country'), watch('country')]
    for (const at of [T0, T0 + HOUR_MS]) inOrder.start(at)
    for (const at of [T0 + HOUR_MS, T0]) late.start(at)
    const sumsOf = (one: typeof late) =>
      one.levels
        .get({ rule: 'country', service: 'default', value: 'x' })
        ?.sums.map((sum) => sum.toFixed(9))
    expect(sumsOf(late)).toEqual(sumsOf(inOrder))
  })
})

describe('C84: a stop', () => {
  const trip = (prefix: ReturnType<typeof watch>, from: number) => {
    for (let n = 0; n < 60; n += 1) {
      const { begun } = prefix.start(from + n, `${from}${n}`)
      if (begun[0]) return begun[0]
    }
    throw new Error('it did not trip')
  }

  it('ends by itself, lasts longer each time, and forgets after a quiet week', () => {
    const prefix = watch('prefix')
    let at = T0
    const lasted = [0, 0, 0, 0, 0].map(() => {
      const { since, until } = trip(prefix, at)
      at = until
      return (until - since) / MINUTE_MS
    })
    expect(lasted).toEqual([15, 60, 240, 1440, 1440])
    const { since, until } = trip(prefix, at + 8 * DAY_MS)
    expect((until - since) / MINUTE_MS).toBe(15)
  })

  it('stops what comes while it lasts, and does not count it: it would not have been there', () => {
    const prefix = watch('prefix')
    const { until } = trip(prefix, T0)
    for (let n = 0; n < 50; n += 1)
      expect(prefix.start(T0 + MINUTE_MS + n, `s${n}`)).toMatchObject({
        stopped: [{ rule: 'prefix', value: 'x', until }],
        begun: [],
      })
    // An hour later nearly all has leaked.
    expect(begunBy(20, (n) => prefix.start(until + HOUR_MS + n, `t${n}`))).toBeGreaterThan(4)
  })

  it('in force, counts who passes all the same: it begins again at once', () => {
    const prefix = watch('prefix', 'refuse')
    const { until } = trip(prefix, T0)
    for (let n = 0; n < 50; n += 1) prefix.start(T0 + MINUTE_MS + n, `s${n}`)
    expect(prefix.start(until, 'next').begun).toMatchObject([{ strikes: 2 }])
  })
})

describe('C84: the other rules', () => {
  it('six numbers of a block close together are counted upwards; six apart are not', () => {
    const close = watch('sequential')
    expect(begunBy(8, (n) => close.start(T0 + n * HOUR_MS, `${4000 + n * 9}`))).toBe(5)
    const apart = watch('sequential')
    expect(begunBy(8, (n) => apart.start(T0 + n * HOUR_MS, `${n * 700}`))).toBe(-1)
    const office = watch('sequential')
    const moved = begunBy(40, (n) => {
      const judged = office.start(T0 + n * MINUTE_MS, `${4000 + n}`)
      office.after('approval', T0 + n * MINUTE_MS + 1, T0 + n * MINUTE_MS, `${4000 + n}`)
      return judged
    })
    expect(moved).toBe(-1)
  })

  it('a country whose conversion falls far under its own is noticed; one that was always low is not', () => {
    const weeks = (share: number) => {
      const country = watch('conversion')
      const at = (n: number) => T0 + n * 10 * MINUTE_MS
      for (let n = 0; n < 1_000; n += 1) {
        expect(country.start(at(n)).begun).toHaveLength(0)
        if ((n % 100) / 100 < share) country.after('approval', at(n) + 1, at(n))
      }
      return begunBy(400, (n) => country.start(at(1_000) + n * 15_000))
    }
    expect(weeks(0.8)).toBeGreaterThan(20)
    expect(weeks(0.8)).toBeLessThan(60)
    expect(weeks(0.1)).toBe(-1)
  })
})

describe('C84: what is counted of an event', () => {
  const facts = createFactReader({ keyring, networkOf: networkKey })
  const event = (to: string, change: Partial<WatchedEvent> = {}): WatchedEvent => ({
    ...{ sequence: 1, at: T0, type: 'verification.started', service: 'default', details: {} },
    ...{ verificationId: 'vrf_1', kind: 'real', channel: 'sms', country: 'LV', createdAt: T0 },
    ...{ clientIp: '203.0.113.77', isKnown: false },
    recipientSealed: keyring.seal(to, 'vrf_1:recipient'),
    ...change,
  })

  it('a number by its block, country and network, and its last digits', () => {
    const read = facts.judged(event('+37122101234'))
    expect(read).toMatchObject({ kind: 'start', tail: '1234' })
    const block = { prefix: '3712210', sequential: '3712210' }
    expect(read?.values).toEqual({
      ...{ ...block, country: 'LV', conversion: 'LV', network: '203.0.113.0/24' },
    })
  })

  it('C92: an own code as any other where it is reported, and not at all where nobody reports', () => {
    const details = { checked_by: 'caller' }
    const services = new Map([
      ['shop', { relay: { zitadel: ['secret'] } }],
      ['default', { relay: {} }],
    ] as const)
    const own = createFactReader({
      ...{ keyring, networkOf: networkKey },
      isUnreported: unreportedIn(services),
    })
    const kindOf = (change: Partial<WatchedEvent>) =>
      own.judged(event('+37122101234', { details, ...change }))?.kind
    const closed = (outcome: string) => ({
      type: 'verification.closed' as const,
      details: { ...details, outcome },
    })
    expect([kindOf({}), kindOf(closed('approved')), kindOf(closed('failed'))]).toEqual([
      ...['start', 'approval', undefined],
    ])
    expect([
      kindOf({ service: 'shop' }),
      kindOf({ service: 'shop', ...closed('approved') }),
    ]).toEqual([undefined, undefined])
    expect(kindOf({ service: 'shop', details: {} })).toBe('start')
  })

  it('an address by a keyed hash and its domain', () => {
    const about = { channel: 'email', country: null, clientIp: '2001:db8:1:2::3' } as const
    const { values } = facts.judged(event('ann@example.com', about)) ?? {}
    expect(values).toMatchObject({ domain: 'example.com', network: '2001:db8:1::/48' })
    expect(values?.address).toMatch(/^[\w-]{22}@example\.com$/)
    expect(JSON.stringify(values)).not.toContain('ann')
  })

  it.each([
    ['a known recipient', { isKnown: true }],
    ['a decoy', { kind: 'decoy' }],
    ['a test recipient', { kind: 'test' }],
    ['a factor', { channel: 'totp' }],
    ['a resend that failed', { type: 'delivery.failed', details: { send: 2 } }],
    ['an event of nobody', { verificationId: null, recipientSealed: null }],
    ['one under another root key', { recipientSealed: Buffer.alloc(60) }],
  ] as const)('nothing of %s', (_, change) => {
    expect(facts.judged(event('+37122101234', change))).toBeUndefined()
  })
})

it('C84: a rule makes an entry in force alone, before its end, with an address in plaintext', () => {
  const stop = {
    rule: 'address',
    service: 'default',
    value: 'hash@example.com',
    strikes: 2,
  } as const
  const times = { since: T0, until: T0 + HOUR_MS }
  const entry = (mode: ShieldMode, now = T0) =>
    entryOf({ ...stop, ...times }, { recipient: 'ann@example.com' }, { mode, now })
  for (const mode of ['off', 'record'] as const) expect(entry(mode)).toBeUndefined()
  expect(entry('refuse', T0 + HOUR_MS)).toBeUndefined()
  expect(entry('refuse')).toMatchObject({
    ...{ service: 'default', effect: 'refuse', by: 'address', value: 'ann@example.com' },
    ...{ rule: 'address', endsAt: T0 + HOUR_MS, reason: expect.stringContaining('(2 times)') },
  })
})

it('C84: levels are bounded: what counts least is forgotten first, and what is drained before it', () => {
  const levels = createLevels(100)
  const prefix = watch('prefix', 'record', levels)
  const values = (value: string) => ({ values: { prefix: value } })
  for (let n = 0; n < 9; n += 1) prefix.start(T0, `${n}`, values('pumped'))
  for (let n = 0; n < 400; n += 1) prefix.start(T0 + n, 'a', values(`p${n}`))
  expect(levels.size()).toBeLessThanOrEqual(100)
  expect(prefix.start(T0 + 6_000, 'y', values('pumped')).begun).toHaveLength(0)
  expect(prefix.start(T0 + 6_000, 'z', values('pumped')).begun).toHaveLength(1)
})
