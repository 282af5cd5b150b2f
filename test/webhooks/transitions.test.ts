// When a message is tried again, when it is dead, and when its destination is switched off.

import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/kernel/clock.ts'
import type { Answer } from '../../src/webhooks/post.ts'
import { decideSwitch } from '../../src/webhooks/switches.ts'
import { decideSettled } from '../../src/webhooks/transitions.ts'

const failed = (status: number, retryAfterMs: number | null = null): Answer => ({
  ...{ kind: 'failed', error: `http_${status}`, status, retryAfterMs },
})
const MIDDLE = 0.5

describe('a message to a webhook after a try', () => {
  it('is delivered where it was taken', () => {
    expect(decideSettled(3, { kind: 'taken' }, MIDDLE)).toEqual({
      ...{ state: 'delivered', dueAfterMs: null, error: null },
    })
  })

  it('C57: a receiver that answers 500 for a day is asked eleven times, from 5 s to 8 h apart; then it is dead', () => {
    const waits: number[] = []
    let tries = 1
    for (; tries < 100; tries += 1) {
      const { state, dueAfterMs } = decideSettled(tries, failed(500), MIDDLE)
      if (state === 'dead') break
      waits.push(dueAfterMs ?? 0)
    }
    expect(tries).toBe(11)
    expect([waits[0], waits.at(-1)]).toEqual([5_000, 8 * HOUR_MS])
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    const total = waits.reduce((sum, wait) => sum + wait, 0)
    expect(total).toBeGreaterThan(0.9 * DAY_MS)
    expect(total).toBeLessThan(DAY_MS)
  })

  it('waits a fifth less or more, by chance', () => {
    const waits = [0, MIDDLE, 0.999_999].map(
      (random) => decideSettled(1, failed(500), random).dueAfterMs,
    )
    expect(waits).toEqual([4_000, 5_000, 6_000])
  })

  it('waits as long as the receiver asks for, eight hours at most', () => {
    expect(decideSettled(1, failed(503, 60_000), MIDDLE).dueAfterMs).toBe(60_000)
    expect(decideSettled(1, failed(429, 99 * HOUR_MS), MIDDLE).dueAfterMs).toBe(8 * HOUR_MS)
    expect(decideSettled(5, failed(503, 1_000), MIDDLE).dueAfterMs).toBe(HOUR_MS / 2)
  })

  it('is dead at once where the receiver is gone', () => {
    expect(decideSettled(1, failed(410), MIDDLE)).toMatchObject({ state: 'dead' })
  })

  it('a node without the key gives it back: another try, another node, and never dead', () => {
    const unknown = { kind: 'unwritten', error: 'unknown_key' } as const
    for (const tries of [1, 11, 500])
      expect(decideSettled(tries, unknown, MIDDLE)).toEqual({
        ...{ state: 'queued', dueAfterMs: 30_000, error: 'unknown_key', isUncounted: true },
      })
  })

  it('one whose text cannot be written is tried like any other, and ends', () => {
    const broken = { kind: 'unwritten', error: 'not_prepared' } as const
    expect(decideSettled(1, broken, MIDDLE)).toMatchObject({ state: 'queued', dueAfterMs: 5_000 })
    expect(decideSettled(11, broken, MIDDLE)).toMatchObject({ state: 'dead' })
  })
})

describe('a destination after an answer', () => {
  const ON = { failingSince: null, offSince: null }
  const failing = (failingSince: number) => ({ failingSince, offSince: null })
  const NOW = 20 * DAY_MS
  it.each([
    ['works on', ON, true, null],
    ['fails for the first time', ON, false, failing(NOW)],
    ['fails further', failing(NOW - DAY_MS), false, null],
    ['works again', failing(NOW - 4 * DAY_MS), true, ON],
    ['works again at the last moment', failing(NOW - 6 * DAY_MS), true, ON],
    ['fails for a moment less than five days', failing(NOW - 5 * DAY_MS + 1), false, null],
    [
      'fails for five days',
      failing(NOW - 5 * DAY_MS),
      false,
      { failingSince: NOW - 5 * DAY_MS, offSince: NOW },
    ],
    ['is off, and answers late', { failingSince: 1, offSince: NOW - 1 }, true, null],
  ])('C57: that %s', (_, from, isTaken, to) => {
    expect(decideSwitch(from, isTaken, NOW)).toEqual(to)
  })
})
