// The rounds of retention: by the clock, in batches, and on after a store that was away.

import { expect, it, vi } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { createPurger } from '../../src/retention/purger.ts'

const DAY = 86_400_000
const NOW = 1_800_000_000_000

function createStore(left: { purge: number; addresses: number }) {
  const asked: { step: string; before: number; limit: number }[] = []
  const take =
    (step: 'purge' | 'addresses') => async (input: { before: number; limit: number }) => {
      asked.push({ step, ...input })
      const taken = Math.min(left[step], input.limit)
      left[step] -= taken
      return taken
    }
  return { asked, left, purge: take('purge'), eraseAddresses: take('addresses') }
}

const parts = (store: ReturnType<typeof createStore>, more: object = {}) => ({
  ...{ store, days: { addresses: 30, recipients: 90 }, clock: { now: () => NOW } },
  ...{ logger: { warn: vi.fn() }, pauseMs: 0, ...more },
})

it('removes everything past its time, in batches, recipients first', async () => {
  const store = createStore({ purge: 120, addresses: 60 })
  await createPurger(parts(store)).purgeOnce()
  expect(store.left).toEqual({ purge: 0, addresses: 0 })
  expect(store.asked.map(({ step }) => step)).toEqual([
    ...Array.from({ length: 4 }, () => 'purge'),
    ...Array.from({ length: 3 }, () => 'addresses'),
  ])
  expect(store.asked[0]).toMatchObject({ before: NOW - 90 * DAY, limit: 50 })
  expect(store.asked.at(-1)).toMatchObject({ before: NOW - 30 * DAY })
})

it('continues after the store was down, and ends in the middle when it is stopped', async () => {
  const store = createStore({ purge: 10_000, addresses: 0 })
  let isAway = true
  const { purge } = store
  store.purge = async (input) => {
    if (isAway) throw new StoreUnavailableError('away')
    return purge(input)
  }
  const made = parts(store, { everyMs: 5, pauseMs: 5 })
  const purger = createPurger(made)
  purger.start()
  await vi.waitFor(() => expect(made.logger.warn).toHaveBeenCalled())
  isAway = false
  await vi.waitFor(() => expect(store.left.purge).toBeLessThan(10_000))
  await purger.stop()
  const { purge: rest } = store.left
  expect(rest).toBeGreaterThan(0)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(store.left.purge).toBe(rest)
})
