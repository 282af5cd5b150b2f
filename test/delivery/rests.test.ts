import { describe, expect, it } from 'vitest'
import { ambiguous, permanent, type SendResult, temporary } from '../../src/delivery/ports.ts'
import { createRests, PROBE_AFTER_MS } from '../../src/delivery/rests.ts'

const NOW = 1_800_000_000_000
const ACCEPTED: SendResult = { kind: 'accepted', reference: null }
const FAILED = temporary('http_503', 'busy')
const MINUTE = 60_000

/** `provider` answers each in turn, a second apart. @returns the time after the last */
function answer(rests: ReturnType<typeof createRests>, results: readonly SendResult[], from = NOW) {
  let now = from
  for (const result of results) {
    rests.record('twilio', 'DE', result, now)
    now += 1_000
  }
  return now
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const rests = (made: ReturnType<typeof createRests>, now: number) =>
  made.readiness('twilio', 'DE', now).rests
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
      made.record('twilio', 'DE', n % 2 === 0 ? ACCEPTED : FAILED, NOW + n * 5_000)
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
      made.record('twilio', 'DE', FAILED, failedAt)
    }
  })

  it('the others wait for its answer, and if there is none for half a minute', () => {
    const made = createRests()
    const probeAt = answer(made, times(5, FAILED)) - 1_000 + PROBE_AFTER_MS
    made.begin('twilio', 'DE', probeAt)
    expect(rests(made, probeAt)).toBe(true)
    expect(rests(made, probeAt + MINUTE / 2)).toBe(false)
  })

  it('accepted: it is awake, and begins to count anew', () => {
    const made = createRests()
    const now = answer(made, times(5, FAILED)) + PROBE_AFTER_MS
    made.begin('twilio', 'DE', now)
    made.record('twilio', 'DE', ACCEPTED, now)
    expect(rests(made, now)).toBe(false)
    expect(made.list(now)).toEqual([])
    const later = answer(made, times(4, FAILED), now)
    expect(rests(made, later)).toBe(false)
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
    made.record('twilio', 'IN', REFUSED, NOW)
    expect(made.readiness('twilio', 'IN', NOW).rests).toBe(true)
    expect(made.readiness('twilio', 'DE', NOW).rests).toBe(false)
    expect(made.readiness('vonage', 'IN', NOW).rests).toBe(false)
    expect(made.list(NOW)).toEqual([
      expect.objectContaining({ provider: 'twilio', country: 'IN', reason: 'destination' }),
    ])
  })

  it('is awake with the first message that is accepted there', () => {
    const made = createRests()
    made.record('twilio', 'IN', REFUSED, NOW)
    made.record('twilio', 'DE', ACCEPTED, NOW)
    expect(made.list(NOW)).toHaveLength(1)
    made.record('twilio', 'IN', ACCEPTED, NOW + PROBE_AFTER_MS)
    expect(made.list(NOW + PROBE_AFTER_MS)).toEqual([])
  })
})

it('Retry-After: it is left alone for so long, and nothing more is held against it', () => {
  const made = createRests()
  made.record('twilio', 'DE', temporary('http_429', 'slow down', 4_000), NOW)
  expect(made.readiness('twilio', 'DE', NOW)).toEqual({ rests: false, pausedUntil: NOW + 4_000 })
  expect(made.list(NOW)).toEqual([expect.objectContaining({ reason: 'throttled' })])
  expect(made.readiness('twilio', 'DE', NOW + 4_000).pausedUntil).toBe(0)
})

it('what is kept is bounded', () => {
  const made = createRests()
  for (let n = 0; n < 20_000; n += 1)
    made.record(`provider${n}`, 'DE', permanent('account', '1', 'no'), NOW)
  expect(made.list(NOW).length).toBeLessThanOrEqual(5_000)
})
