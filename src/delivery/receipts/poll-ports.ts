// The store as the poller needs it: tries whose providers are to be asked what became of them, claimed with a lease.
// It must not know a provider.

import type { Channel, DeliveryKind } from '../../kernel/channel.ts'
import type { NextAfter } from '../outbox-ports.ts'

/** A try whose provider is to be asked what became of it, leased. */
export type ClaimedPoll = {
  verificationId: string
  channel: Channel
  kind: DeliveryKind
  send: number
  tryNumber: number
  tryId: string
  provider: string
  /** The provider's own id; null: of a decoy. */
  reference: string | null
  startedAt: number
  leaseUntil: number
}

/** What is asked of whoever waits for an answer. */
export type PollWaiting = { next: NextAfter; hasWebhook: (service: string) => boolean }

/** @throws StoreUnavailableError everywhere */
export type PollStore = {
  /** The first time of each of these providers, or the end of its lease; without those that are not to be asked. */
  pollsDue(providers: readonly string[]): Promise<{ provider: string; at: number }[]>
  /** Each leased for one node; those that nobody waits for any more are planned no more instead. */
  claimPolls(
    input: { provider: string; limit: number; now: number; leaseMs: number } & PollWaiting,
  ): Promise<ClaimedPoll[]>
  /** After the answer was taken, or none came: planned again while somebody waits, and where this lease holds. */
  settlePoll(poll: ClaimedPoll, input: { now: number } & PollWaiting): Promise<void>
  /** Somebody looks at a verification: the next poll of its tries by these providers is planned. @param service null: any */
  view(input: {
    verificationId: string
    service: string | null
    providers: readonly string[]
    now: number
  }): Promise<void>
}
