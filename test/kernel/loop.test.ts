// Rounds that follow one another: through failures, until they are stopped, and never two at once.

import { expect, it, vi } from 'vitest'
import { createLoop, type Loop } from '../../src/kernel/loop.ts'

const LONG_MS = 600_000

it('a failed round is followed by another one, and counts those before it', async () => {
  const outcomes = ['fails', 'fails', 'works', 'fails', 'works']
  const failures: number[] = []
  const loop = createLoop({
    async round() {
      if (outcomes.shift() === 'fails') throw new Error('away')
      return outcomes.length > 0 ? 0 : LONG_MS
    },
    onFailure(_, count) {
      failures.push(count)
      return 0
    },
  })
  loop.start()
  await vi.waitFor(() => expect(outcomes).toEqual([]))
  expect(failures).toEqual([1, 2, 1])
  await loop.stop()
})

it('stopping ends the wait, waits for the round in progress, and no longer than asked', async () => {
  let rounds = 0
  const last = Promise.withResolvers<number>()
  const loop = createLoop({
    round() {
      rounds += 1
      return rounds === 1 ? Promise.resolve(0) : last.promise
    },
    onFailure: () => 0,
  })
  loop.start()
  await vi.waitFor(() => expect(rounds).toBe(2))
  await loop.stop(0)
  let isOver = false
  const over = loop.stop().then(() => {
    isOver = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isOver).toBe(false)
  last.resolve(LONG_MS)
  await over
  expect(rounds).toBe(2)
})

it('a wake ends the wait, or makes another round right after the present one, and no third', async () => {
  let rounds = 0
  const loop: Loop = createLoop({
    async round() {
      rounds += 1
      if (rounds === 1) loop.wake()
      return LONG_MS
    },
    onFailure: () => 0,
  })
  loop.start()
  await vi.waitFor(() => expect(rounds).toBe(2))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(rounds).toBe(2)
  loop.wake()
  await vi.waitFor(() => expect(rounds).toBe(3))
  await loop.stop()
})

it('nothing is reported of a round that fails once the loop is stopped', async () => {
  const onFailure = vi.fn(() => 0)
  const round = Promise.withResolvers<number>()
  const loop = createLoop({ round: () => round.promise, onFailure })
  loop.start()
  const over = loop.stop()
  round.reject(new Error('the store is closed'))
  await over
  expect(onFailure).not.toHaveBeenCalled()
})
