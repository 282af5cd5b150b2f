import { describe, expect, it } from 'vitest'
import { ambiguous, permanent, type SendResult, temporary } from '../../src/delivery/ports.ts'
import { createRests, PROBE_AFTER_MS } from '../../src/delivery/routes/rests.ts'

const NOW = 1_800_000_000_000
const ACCEPTED: SendResult = { kind: 'accepted', reference: null }
const FAILED = temporary('http_503', 'busy')
const MINUTE = 60_000

/** `provider` answers each in turn, a second apart. @returns the time after the last */
function answer(rests: ReturnType<typeof createRests>, results: readonly SendResult[], from = NOW) {
  let now = from
  for (const result of results) {
    rests.record({ channel: 'sms', provider: 'twilio', country: 'DE' }, result, now)
    now += 1_000
  }
  return now
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const rests = (made: ReturnType<typeof createRests>, now: number) =>
  made.readiness({ channel: 'sms', provider: 'twilio', country: 'DE' }, now).rests
const untilOf = (made: ReturnType<typeof createRests>, now: number) => made.list(now)[0]?.until

describe('a provider rests', () => {
  it.each([
    ['five that failed in a row', times(5, FAILED), true],
    ['ambiguous ones as well', times(5, ambiguous('timeout', 'late')), true],
    ['four', times(4, FAILED), false],
    ['four, one accepted, four', [...times(4, FAILED), ACCEPTED, ...times(4, FAILED)], false],
    ['every other of ten', times(5, [ACCEPTED, FAILED]).flat(), true],
    ['every third of twelve', times(4, [ACCEPTED, ACCEPTED, FAILED]).flat(), false],
    ['every other of eight', times(4, [ACCEPTED, FAILED]).flat(), false],
    ['its account refused once', [permanent('account', '20003', 'no')], true],
    ['a wrong number', times(30, permanent('recipient', '21211', 'no')), false],
    ['a refused text', times(30, permanent('message', '30007', 'no')), false],
    ['one mailbox that is full', times(30, temporary('smtp_452_4.2.2', 'full')), false],
    ['a status that one number has', times(30, permanent('account', 'http_403', 'no')), false],
    ['a sender for one number', times(30, permanent('destination', '21606', 'no')), false],
  ] as const)('%s', (_, results, isResting) => {
    const made = createRests()
    const now = answer(made, results)
    expect(rests(made, now)).toBe(isResting)
    expect(made.list(now)).toHaveLength(isResting ? 1 : 0)
  })

  it('half of ten over more than half a minute is no reason', () => {
    const made = createRests()
    for (let n = 0; n < 10; n += 1)
      made.record(
        { channel: 'sms', provider: 'twilio', country: 'DE' },
        n % 2 === 0 ? ACCEPTED : FAILED,
        NOW + n * 5_000,
      )
    expect(rests(made, NOW + 45_001)).toBe(false)
  })
})

describe('one message tries it again', () => {
  it('after 15 s, and where that fails after twice as long, up to five minutes', () => {
    const made = createRests()
    let failedAt = answer(made, times(5, FAILED)) - 1_000
    for (const waitMs of [15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
      expect(untilOf(made, failedAt)).toBe(failedAt + waitMs)
      expect(rests(made, failedAt + waitMs - 1)).toBe(true)
      expect(rests(made, failedAt + waitMs)).toBe(false)
      failedAt += waitMs
      made.record({ channel: 'sms', provider: 'twilio', country: 'DE' }, FAILED, failedAt)
    }
  })

  it('the others wait for its answer, and if there is none for half a minute', () => {
    const made = createRests()
    const probeAt = answer(made, times(5, FAILED)) - 1_000 + PROBE_AFTER_MS
    made.begin({ channel: 'sms', provider: 'twilio', country: 'DE' }, probeAt)
    expect(rests(made, probeAt)).toBe(true)
    expect(rests(made, probeAt + MINUTE / 2)).toBe(false)
  })

  it('accepted: it is awake, and begins to count anew', () => {
    const made = createRests()
    const now = answer(made, times(5, FAILED)) + PROBE_AFTER_MS
    made.begin({ channel: 'sms', provider: 'twilio', country: 'DE' }, now)
    made.record({ channel: 'sms', provider: 'twilio', country: 'DE' }, ACCEPTED, now)
    expect(rests(made, now)).toBe(false)
    expect(made.list(now)).toEqual([])
    const later = answer(made, times(4, FAILED), now)
    expect(rests(made, later)).toBe(false)
  })

  it('asked sooner, because all others rest as well, it rests no longer for that', () => {
    const made = createRests()
    const there = { channel: 'sms', provider: 'twilio', country: 'DE' } as const
    const failedAt = answer(made, times(5, FAILED)) - 1_000
    for (const afterMs of [1_000, 2_000, 3_000, 4_000]) {
      made.begin(there, failedAt + afterMs)
      made.record(there, FAILED, failedAt + afterMs + 10)
    }
    expect(untilOf(made, failedAt + 5_000)).toBe(failedAt + PROBE_AFTER_MS)
    expect(rests(made, failedAt + PROBE_AFTER_MS)).toBe(false)
  })

  it('what was under way when its rest began makes that no longer', () => {
    const made = createRests()
    const failedAt = answer(made, times(5, FAILED)) - 1_000
    answer(made, times(10, FAILED), failedAt + 1)
    expect(untilOf(made, failedAt + 10_000)).toBe(failedAt + PROBE_AFTER_MS)
  })
})

describe('C56: a country that is not enabled', () => {
  const REFUSED = permanent('destination', '21408', 'not enabled')

  it('rests there alone', () => {
    const made = createRests()
    made.record({ channel: 'sms', provider: 'twilio', country: 'IN' }, REFUSED, NOW)
    expect(made.readiness({ channel: 'sms', provider: 'twilio', country: 'IN' }, NOW).rests).toBe(
      true,
    )
    expect(made.readiness({ channel: 'sms', provider: 'twilio', country: 'DE' }, NOW).rests).toBe(
      false,
    )
    expect(made.readiness({ channel: 'sms', provider: 'vonage', country: 'IN' }, NOW).rests).toBe(
      false,
    )
    expect(made.list(NOW)).toEqual([
      expect.objectContaining({ provider: 'twilio', country: 'IN', reason: 'destination' }),
    ])
  })

  it('is awake with the first message that is accepted there', () => {
    const made = createRests()
    made.record({ channel: 'sms', provider: 'twilio', country: 'IN' }, REFUSED, NOW)
    made.record({ channel: 'sms', provider: 'twilio', country: 'DE' }, ACCEPTED, NOW)
    expect(made.list(NOW)).toHaveLength(1)
    made.record(
      { channel: 'sms', provider: 'twilio', country: 'IN' },
      ACCEPTED,
      NOW + PROBE_AFTER_MS,
    )
    expect(made.list(NOW + PROBE_AFTER_MS)).toEqual([])
  })
})

describe('Retry-After', () => {
  const there = { channel: 'sms', provider: 'twilio', country: 'DE' } as const
  const slowDown = temporary('http_429', 'slow down', 4_000)

  it('C49: once, it may be one recipient’s: others go elsewhere if they can, and nobody waits', () => {
    const made = createRests()
    made.record(there, slowDown, NOW)
    expect(made.readiness(there, NOW)).toEqual({ rests: true, pausedUntil: 0 })
    expect(made.readiness({ ...there, channel: 'email' }, NOW).rests).toBe(false)
    expect(made.list(NOW)).toEqual([expect.objectContaining({ reason: 'throttled' })])
    expect(made.readiness(there, NOW + 4_000)).toEqual({ rests: false, pausedUntil: 0 })
  })

  it('three times in a row: everybody waits for so long', () => {
    const made = createRests()
    for (let n = 0; n < 3; n += 1) made.record(there, slowDown, NOW)
    expect(made.readiness(there, NOW).pausedUntil).toBe(NOW + 4_000)
    expect(made.readiness(there, NOW + 4_000)).toEqual({ rests: false, pausedUntil: 0 })
    made.record(there, ACCEPTED, NOW)
    expect(made.readiness(there, NOW).pausedUntil).toBe(0)
  })
})

it('what is kept is bounded', () => {
  const made = createRests()
  for (let n = 0; n < 20_000; n += 1)
    made.record(
      { channel: 'sms', provider: `provider${n}`, country: 'DE' },
      permanent('account', '1', 'no'),
      NOW,
    )
  expect(made.list(NOW).length).toBeLessThanOrEqual(5_000)
})
