// Advice on weights from rows that the store itself wrote. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { expect, it } from 'vitest'
import { createWeights } from '../../src/admin/weights.ts'
import type { Store } from '../../src/storage/store.ts'
import { decideStart } from '../../src/verification/transitions.ts'
import { emptyOutbox, LEASE_MS, SENT, settlement } from './outbox-steps.ts'
import { createInput, MINUTE, mac, newVerification, T0 } from './rows.ts'
import type { Stores } from './stores.ts'

/** Apart from what other tests have left there. */
const COUNTRY = 'BR'
const NAMES = ['twilio', 'vonage']
const PROVIDERS = NAMES.map(() => ({ channels: ['sms' as const] }))

/** Sent by this provider; all but `late` of them arrive within seconds. */
async function sendTo(stores: Stores, provider: string, people: readonly Buffer[], late: number) {
  for (const budgetIndex of people) {
    const record = newVerification({ country: COUNTRY, budgetIndex })
    const change = decideStart(record, false, provider)
    await stores.verifications.create(createInput(record, { change }))
  }
  const claims = await stores.outbox.claim({
    ...{ now: T0, lanes: [{ channel: 'sms', provider, limit: people.length }], leaseMs: LEASE_MS },
    ...{ minRemainingMs: 20_000, plan: () => ({ kind: 'send', provider, prepared: 'ready' }) },
  })
  expect(claims).toHaveLength(people.length)
  for (const claimed of claims) await stores.outbox.settle(settlement(claimed, T0 + 100, SENT))
  for (const { tryId } of claims.slice(late))
    await stores.outbox.receive({
      key: { provider, tryId, reference: null },
      reported: { state: 'delivered', error: null, fault: null, at: null },
      ...{ now: T0 + 9_000, next: () => undefined },
    })
}

const peopleOf = (count: number) => Array.from({ length: count }, () => mac())

export function describeWeights(factory: () => Stores & Store): void {
  const advise = async (stores: Store) => {
    const clock = { now: () => T0 + 9 * MINUTE }
    const weights = createWeights({ reads: stores.verificationReads, providers: PROVIDERS, clock })
    const { advice, shares } = await weights.current()
    const here = shares.filter(({ country }) => country === COUNTRY)
    return { texts: advice.map(({ text }) => text), here }
  }

  it('advice on weights has exact numbers of people, and none for a flood by one', async () => {
    const stores = factory()
    await emptyOutbox(stores)
    const [one] = peopleOf(1)
    const decoys = newVerification({ country: COUNTRY, kind: 'decoy' })
    const change = decideStart(decoys, false, 'twilio')
    await stores.verifications.create(createInput(decoys, { change }))
    await emptyOutbox(stores)
    await sendTo(stores, 'twilio', [...peopleOf(98), ...Array(60).fill(one)], 30)
    await sendTo(stores, 'vonage', peopleOf(100), 6)
    // Ninety-nine, of whom one asked sixty times.
    expect(await advise(stores)).toMatchObject({ texts: [], here: [{ provider: 'vonage' }] })
    await sendTo(stores, 'twilio', peopleOf(1), 1)
    expect(await advise(stores)).toEqual({
      texts: ['twilio in BR: 31 % late against 6 % by vonage: send 80 % by vonage'],
      here: expect.arrayContaining([
        {
          ...{ channel: 'sms', provider: 'twilio', country: 'BR', recipients: 100 },
          ...{ late: 0.31, failed: 0, approved: null },
        },
        {
          ...{ channel: 'sms', provider: 'vonage', country: 'BR', recipients: 100 },
          ...{ late: 0.06, failed: 0, approved: null },
        },
      ]),
    })
    // In slices nobody is lost or comes twice.
    const seen: string[] = []
    for (let before: number | null = null; ; ) {
      const slice: Awaited<ReturnType<Store['verificationReads']['recentTries']>> =
        await stores.verificationReads.recentTries(before, 7)
      for (const { country, provider } of slice.tries)
        if (country === COUNTRY && NAMES.includes(provider)) seen.push(provider)
      if (slice.before === null) break
      before = slice.before
    }
    expect(seen).toHaveLength(98 + 60 + 100 + 1)
  })
}
