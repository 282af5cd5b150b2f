// How much is due in a lane, counted up to a bound. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { expect, it } from 'vitest'
import { decideStart } from '../../src/verification/transitions.ts'
import { claim, emptyOutbox, LEASE_MS, sendAll } from './outbox-steps.ts'
import { createInput, newVerification, T0 } from './rows.ts'
import type { StoresFactory } from './stores.ts'

export function describeBacklog(factory: StoresFactory): void {
  it('what is due in a lane is counted up to its limit, with how long the first has waited', async () => {
    const stores = factory()
    await emptyOutbox(stores)
    const { backlog } = stores.outbox
    const begin = async (provider: string, createdAt: number) => {
      const record = newVerification({ createdAt })
      const change = decideStart(record, false, provider)
      await stores.verifications.create(createInput(record, { change }))
    }
    const lane = (provider: string, limit: number) => ({ channel: 'sms' as const, provider, limit })
    const none = { due: 0, oldestDueMs: 0 }
    expect(await backlog([lane('acme', 10), lane('other', 10)], T0)).toEqual([none, none])
    for (const at of [T0 - 300, T0 - 200, T0 - 100]) await begin('acme', at)
    await begin('other', T0 - 50)
    await begin('other', T0 + 50)
    const asked = [
      lane('other', 5),
      lane('acme', 10),
      lane('acme', 2),
      lane('nobody', 5),
      { ...lane('acme', 5), channel: 'email' as const },
    ]
    expect(await backlog(asked, T0)).toEqual([
      { due: 1, oldestDueMs: 50 },
      { due: 3, oldestDueMs: 300 },
      { due: 2, oldestDueMs: 300 },
      none,
      none,
    ])
    // What is being sent is not due, until its lease ends.
    await claim(stores, T0, sendAll)
    expect(await backlog([lane('acme', 10)], T0)).toEqual([none])
    expect(await backlog([lane('acme', 10)], T0 + LEASE_MS)).toMatchObject([{ due: 3 }])
    expect(await backlog([], T0)).toEqual([])
  })
}
