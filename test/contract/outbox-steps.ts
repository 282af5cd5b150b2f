// The steps that the outbox suites share.
// It must not know the engine. Suites share one store: each test empties the outbox first.

import type {
  ClaimedDelivery,
  DueDelivery,
  Outbox,
  Plan,
  SettleDelivery,
} from '../../src/delivery/outbox-ports.ts'
import type { Channel } from '../../src/kernel/channel.ts'
import { HOUR, T0 } from './rows.ts'
import type { Stores } from './stores.ts'

export const LEASE_MS = 30_000
export const ERROR = { code: 'provider_500', message: 'the provider answered 500' }

export const sendAll = (): Plan<string> => ({ kind: 'send', provider: 'acme', prepared: 'ready' })

/** Takes what other tests left, so that a claim meets this test's rows only. */
export async function emptyOutbox({ outbox, verifications }: Stores): Promise<void> {
  const far = T0 + 10_000 * HOUR
  for (const channel of ['sms', 'email', 'voice'] as const)
    await claim({ outbox }, far, sendAll, channel, 10_000)
  while ((await verifications.sweep({ now: far, graceMs: 0, limit: 500 })) > 0);
}

/** Of rows that no provider was chosen for, and of those that `sendAll` sent. */
export const lanesOf = (channel: Channel, limit: number) =>
  [null, 'acme'].map((provider) => ({ channel, provider, limit }))

/** When anything is due; undefined: nothing is open. */
export async function nextDueAt({
  dueLanes,
}: Pick<Outbox, 'dueLanes'>): Promise<number | undefined> {
  const times = (await dueLanes()).map(({ at }) => at)
  return times.length === 0 ? undefined : Math.min(...times)
}

export function claim<Prepared>(
  { outbox }: { outbox: Pick<Outbox, 'claim'> },
  now: number,
  plan: (due: DueDelivery) => Plan<Prepared>,
  channel: Channel = 'sms',
  limit = 100,
): Promise<ClaimedDelivery<Prepared>[]> {
  const lanes = lanesOf(channel, limit)
  return outbox.claim({ now, lanes, leaseMs: LEASE_MS, minRemainingMs: 20_000, plan })
}

export async function claimOne(stores: Stores, now: number): Promise<ClaimedDelivery<string>> {
  const [claimed, ...others] = await claim(stores, now, sendAll)
  if (!claimed || others.length > 0) throw new Error(`claimed ${others.length + 1}`)
  return claimed
}

export function settlement(
  claimed: ClaimedDelivery<unknown>,
  now: number,
  result: SettleDelivery['result'],
): SettleDelivery {
  return { claim: claimed, now, durationMs: 120, result }
}

export const SENT = { kind: 'sent', reference: 'SM1' } as const
/** With the provider that it was tried with. */
export const SAME = { provider: 'acme', tried: '' } as const
export const retryAt = (at: number) =>
  ({ kind: 'retry', at, ...SAME, error: ERROR, fault: null, ambiguous: true }) as const

export async function eventsOf(stores: Stores, id: string) {
  const query = { service: null, verificationId: id, cursor: null, limit: 100 }
  return (await stores.events.list(query)).items.reverse()
}
