// An engine's work for receipts and polls: tries as they are reported of and asked about.
// It must not decide: delivery/receipts/ does, in this process.

import type { PollStore } from '../delivery/receipts/poll-ports.ts'
import type { PolledDelivery, ReceiptDecision } from '../delivery/receipts/receipts.ts'

/** Of a try: by its numbers, else by the id that its provider gave it. */
export type TryRef = { provider: string } & (
  | { by: 'number'; verificationId: string; send: number; tryNumber: number }
  | { by: 'reference'; reference: string }
)
/** `at`: the engine's time. */
export type ReportedRow = PolledDelivery & { token: string | null; at: number }
/** `seen`: what it was decided on (receipts.ts of storage). */
export type ReceiptToApply = ReceiptDecision & {
  verificationId: string
  send: number
  tryNumber: number
  seen: string
}

/** `leaseUntil`: until then no other node asks. */
export type LeasedPoll = ReportedRow & { leaseUntil: number }
/** From one time to another; null: none. */
export type PollToPlan = {
  verificationId: string
  send: number
  tryNumber: number
  from: number | null
  to: number | null
  isViewed: boolean
}

export type EngineReceipts = Pick<PollStore, 'pollsDue'> & {
  reported(ref: TryRef, now: number): Promise<ReportedRow | undefined>
  /** Durable. `changed`: since it was read; nothing was written. */
  receive(change: ReceiptToApply, now: number): Promise<'applied' | 'changed'>
  /** One transaction: the first that are due get a lease, and nobody has looked at them since. */
  leasePolls(input: {
    provider: string
    limit: number
    now: number
    leaseMs: number
  }): Promise<LeasedPoll[]>
  /** Where it is planned for `from`. */
  planPoll(plan: PollToPlan): Promise<void>
  /** Every try of a verification for which no poll is planned. */
  unplannedTries(verificationId: string, now: number): Promise<ReportedRow[]>
}
