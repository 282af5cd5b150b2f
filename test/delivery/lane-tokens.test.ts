// A lane that waits for tokens comes back once, and never too early to find one.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { takeTokens } from '../../src/delivery/pace/lane-tokens.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('a timer that fires before its token is there is set again', async () => {
  // The clock counts whole milliseconds, and is behind the timer by one.
  let now = 0
  const pace = { applies: () => true, take: () => 0, waitMs: () => Math.max(0, 100.5 - now) }
  const setLeft = vi.fn()
  const freed = vi.fn()
  const one = {
    ...{ channel: 'sms' as const, provider: 'a', lane: { setLeft }, limit: 2, tokens: 0 },
    ...{ places: [{ free: freed }, { free: freed }], isWaiting: false },
  }
  const comeBack = vi.fn()
  expect(await takeTokens(pace, [one], comeBack)).toEqual([])
  expect(freed).toHaveBeenCalledTimes(2)
  expect(setLeft).toHaveBeenCalledWith(true)
  now = 100
  vi.advanceTimersByTime(101)
  expect(comeBack).not.toHaveBeenCalled()
  now = 101
  vi.advanceTimersByTime(1)
  expect(comeBack.mock.calls).toEqual([[one]])
})
