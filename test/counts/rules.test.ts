// What is counted of an event, how spans become rows, and how a median comes back from buckets. No store.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cover,
  coverLess,
  KEPT_MS,
  SIZES,
  SPAN_NAMES,
  SPANS,
  windowOf,
} from '../../src/counts/buckets.ts'
import { fold } from '../../src/counts/fold.ts'
import { createNames, MAX_NAMES, OTHER } from '../../src/counts/names.ts'
import { type Buckets, type CountedEvent, DIMENSIONS, LEVELS } from '../../src/counts/ports.ts'
import { bucketOf, quantileOf } from '../../src/counts/times.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'

const T0 = 1_800_000_000_000
const START: CountedEvent = {
  ...{
    sequence: 1,
    priced: [],
    at: T0,
    type: 'verification.started',
    service: 'a',
    details: {},
    kind: 'real',
  },
  ...{ country: 'US', purpose: 'login', channel: 'sms', createdAt: T0 },
  ...{ messageChannel: null, lastProvider: null, lastChannel: null },
}
const all = (events: CountedEvent[]) =>
  fold(events, { now: T0, from: { sequence: 0 }, nameOf: createNames([]) })

describe('what is counted', () => {
  it('C76: names that a login flow makes up are bounded, here and after a restart', () => {
    const events = Array.from({ length: MAX_NAMES + 20 }, (_, n) => ({
      ...START,
      purpose: `p${n}`,
    }))
    const stored = all(events).counts.filter(({ dimension, level }) => {
      return dimension === DIMENSIONS.purpose && level === LEVELS.ever
    })
    const rows = stored.filter(({ service }) => service === 'a')
    expect(rows).toHaveLength(MAX_NAMES + 1)
    expect(rows.find(({ value }) => value === OTHER)?.started).toBe(20)
    const again = fold([{ ...START, purpose: 'new' }], {
      ...{ now: T0, from: { sequence: 0 }, nameOf: createNames(stored) },
    })
    expect(again.counts.map(({ value }) => value)).toContain(OTHER)
    expect(again.counts.map(({ value }) => value)).not.toContain('new')
  })

  it('C76: an old log is counted in days, and in no minute that would be removed at once', () => {
    const old = all([{ ...START, at: T0 - KEPT_MS.hour - SIZES.hour }])
    expect(new Set(old.counts.map(({ level }) => level))).toEqual(
      new Set([LEVELS.day, LEVELS.ever]),
    )
  })

  it('C92: a caller’s own code by what the caller reports, and in no share where nobody does', () => {
    const closed = (outcome: string, at = T0 + 7_000) =>
      ({
        ...START,
        at,
        type: 'verification.closed',
        details: { outcome, checked_by: 'caller' },
      }) as const
    const ended = (type: 'verification.expired' | 'verification.canceled', details = {}) =>
      ({ ...START, type, details }) as const
    const own = { checked_by: 'caller' }
    const counted = (event: CountedEvent) =>
      all([event]).counts.find(({ dimension }) => dimension === DIMENSIONS.all)
    expect(counted(closed('approved'))).toMatchObject({ approved: 1, unapproved: 0 })
    expect(all([closed('approved')]).times[0]).toMatchObject({ bucket: bucketOf(7_000), n: 1 })
    expect(counted(closed('failed'))).toMatchObject({ approved: 0, unapproved: 1 })
    for (const type of ['verification.expired', 'verification.canceled'] as const) {
      expect(counted(ended(type))).toMatchObject({ unapproved: 1 })
      expect(counted(ended(type, own))).toBeUndefined()
    }
  })

  it('C76: nobody who is no real recipient is counted, and no refusal less than in full', () => {
    const counted = (change: Partial<CountedEvent>) =>
      all([{ ...START, ...change }]).counts.find(({ dimension }) => dimension === 0)
    for (const kind of ['decoy', 'test', null] as const) expect(counted({ kind })).toBeUndefined()
    const refused = { type: 'request.refused', kind: null } as const
    expect(counted({ ...refused, details: { error: 'e', count: 12 } })?.refused).toBe(12)
    for (const count of [0, -3, 'x', null, 0.5])
      expect(counted({ ...refused, details: { error: 'e', count } })?.refused).toBe(1)
  })
})

describe('spans', () => {
  it.each(SPAN_NAMES)(
    '%s, and as much of the one before it as has passed, are covered once, by rows that are still kept',
    (span) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 400 * DAY_MS }), (later) => {
          const now = T0 + later
          const { since, until, before } = windowOf(span, now)
          expect(since <= now && now < until).toBe(true)
          const { ms, cut } = SPANS[span]
          expect(before.since).toBe(since - ms)
          const more = before.until - before.since - (now - since)
          expect(more > 0 && more <= SIZES[cut] && before.until <= since).toBe(true)
          const both = [before, { since, until }].map((one) => {
            const buckets = cover(0, one.since, one.until)
            let at = one.since
            for (const bucket of buckets) {
              expect(bucket.at).toBe(at)
              const size = Object.values(SIZES)[bucket.level] ?? 0
              const kept = Object.values(KEPT_MS)[bucket.level] ?? 0
              expect(at + size).toBeGreaterThan(now - kept)
              at += size
            }
            expect(at).toBe(one.until)
            return buckets.length
          })
          expect(both[0] ?? 0).toBeLessThan(100)
          expect(both[1] ?? 0).toBeLessThan(100)
        }),
        { numRuns: 200 },
      )
    },
  )

  it.each(SPAN_NAMES)(
    '%s before ends with the fewer minutes of its last hour, and whatever is over is taken off once',
    (span) => {
      const minutesOf = ({ level, at }: Buckets[number]) =>
        Array.from({ length: (Object.values(SIZES)[level] ?? 0) / SIZES.minute }, (_, n) => {
          return at / SIZES.minute + n
        })
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 400 * DAY_MS }), (later) => {
          const { before } = windowOf(span, T0 + later)
          const buckets = coverLess(0, 1, before.since, before.until)
          const of = (group: number) =>
            buckets.filter((one) => one.group === group).flatMap(minutesOf)
          const over = new Set(of(1))
          const left = of(0).filter((minute) => !over.delete(minute))
          const whole = cover(0, before.since, before.until).flatMap(minutesOf)
          expect([left, over.size]).toEqual([whole, 0])
          const lastHour = before.until - (before.until % SIZES.hour)
          const atEnd = buckets.filter(({ level, at }) => level === LEVELS.minute && at >= lastHour)
          expect(atEnd.length).toBeLessThanOrEqual(30)
          const now = T0 + later
          for (const { level, at } of buckets)
            expect(at).toBeGreaterThan(now - (Object.values(KEPT_MS)[level] ?? 0))
        }),
        { numRuns: 20 },
      )
    },
  )
})

describe('times', () => {
  it('C76: a quantile from buckets is near the one of the times themselves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 250, max: 3_600_000 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95),
        (times, share) => {
          const counts = times.map((ms) => ({ bucket: bucketOf(ms), n: 1 }))
          const byBucket = [...Map.groupBy(counts, ({ bucket }) => bucket)].map(([bucket, own]) => {
            return { bucket, n: own.length }
          })
          const exact = times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? 0
          const found = quantileOf(byBucket, share) ?? 0
          expect(found / exact).toBeGreaterThan(0.7)
          expect(found / exact).toBeLessThan(1.42)
        },
      ),
    )
    expect(quantileOf([], 0.5)).toBeNull()
  })
})
