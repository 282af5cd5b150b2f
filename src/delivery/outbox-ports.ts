// The store as delivery needs it: due deliveries, claimed with a lease, settled by their token.
// It must not know a provider: what one answers is in ports.ts.

import type { Channel, DeliveryKind } from '../kernel/channel.ts'
import type { LinkKind } from '../kernel/link-token.ts'
import type { Cost } from './cost.ts'
import type { Backlog } from './pace/ports.ts'
import type { Fault, ProviderError, SendResult } from './ports.ts'
import type { Receipt } from './receipts/ports.ts'
import type { NextProvider } from './routes/next-provider.ts'

type Permanent = Extract<SendResult, { kind: 'permanent' }>
/** As far as the rows say: without a reference and Retry-After. A fault of null: a version without faults wrote it. */
export type StoredResult =
  | Exclude<SendResult, Permanent>
  | (Omit<Permanent, 'fault'> & { fault: Fault | null })

/** A real send that was answered, as the store keeps it: on any node, and before a restart. */
export type PastSend = {
  /** Of the try. */
  id: string
  verificationId: string
  channel: Channel
  provider: string
  recipientSealed: Uint8Array
  country: string | null
  /** When the answer came. */
  at: number
  durationMs: number
  result: StoredResult
  /** Which try of its message, from 1. */
  tryNumber: number
  /** From the answer to the next try, where that is planned with the same provider and has not begun. */
  waitMs: number | null
}

/** Of a step, by the limits and by what its recipient wants; `unavailable`: neither could be asked. */
export type StepAdmission = 'admitted' | 'refused' | 'suppressed' | 'blocked' | 'unavailable'

/** A due delivery as the store hands it to `plan`. */
export type DueDelivery = {
  verificationId: string
  service: string
  sendNumber: number
  /** The verification's sends when this was read. */
  sends: number
  maxSends: number
  /** A step of a chain waits after it. */
  hasNext: boolean
  channel: Channel
  kind: DeliveryKind
  /** Tries before this one. */
  tries: number
  /** Of those, how many may have reached the person. */
  ambiguous: number
  recipientSealed: Uint8Array
  codeSealed: Uint8Array
  locale: string
  /** Of a mail: where its link leads; null: it has none. */
  link: LinkKind | null
  expiresAt: number
  /** The lease of an earlier worker ran out (it died or froze): that try may have gone out. */
  reclaimed: boolean
  /** When the first try began that may have gone out: those after it say the same. Null: none. */
  wordedAt: number | null
  /** Of the next try. Null: an older program made it, or nobody served the channel. */
  provider: string | null
  /** Those that had their turn before (routes/tried.ts). */
  tried: string
  /** ISO 3166-1 of a phone number, as far as it is known. */
  country: string | null
  /** Of the start, for the limits. */
  authenticated: boolean
  clientIp: string | null
  /** Messages of the verification, of all its sends: those that were accepted, and those whose answer never came. */
  mayHaveGone: number
}

/** Rows of a channel that one provider carries next; null: that have none. */
export type LaneKey = { channel: Channel; provider: string | null }

/** Synchronous: what to do with a due delivery. It runs inside the claiming transaction, again where the row changed meanwhile. */
export type Plan<Prepared> =
  | { kind: 'send'; provider: string; prepared: Prepared }
  | { kind: 'fail'; error: ProviderError }
  /** To that provider's lane, due there after `delayMs`. */
  | { kind: 'move'; provider: string; tried: string; delayMs: number }
  /** Not for this node (a key it does not know): left as it was, due again after `delayMs`. */
  | { kind: 'give_back'; delayMs: number }

export type ClaimedDelivery<Prepared> = Omit<DueDelivery, 'provider'> & {
  /** Where it was claimed. */
  lane: string | null
  tryId: string
  deliveryId: string
  /** This try's number, from 1. */
  tryNumber: number
  startedAt: number
  provider: string
  /** Fencing: only the holder of this token can settle. */
  token: string
  leaseUntil: number
  prepared: Prepared
}

/** `fault`: of a permanent answer, else null. */
type NotSent = { error: ProviderError; fault: Fault | null; ambiguous: boolean }

export type SettleDelivery = {
  /** As it was claimed: a settlement is decided on it, and again where it no longer fits. */
  claim: Omit<ClaimedDelivery<unknown>, 'prepared'>
  now: number
  durationMs: number
  /** Of a message that went out, or may have, where prices are given. */
  cost?: Cost | undefined
  result:
    | {
        kind: 'sent'
        reference: string | null
        /** A receipt of it can send the message to another provider; its own one can be asked for that. */
        mayFailOver?: boolean
        mayBeAsked?: { hasWebhook: boolean }
      }
    | ({
        kind: 'retry'
        at: number
        /** Of the next try; and what it has tried then. */
        provider: string
        tried: string
      } & NotSent)
    | ({ kind: 'failed' } & NotSent)
}

/**
 * A place in a worker's lane for the message of a start, held from before its commit. It ends once: with `take` after the
 * commit, or with `giveBack`.
 */
export type HeldPlace<Prepared> = {
  leaseMs: number
  minRemainingMs: number
  plan: (due: DueDelivery) => Plan<Prepared>
  take(claimed: ClaimedDelivery<Prepared>): void
  giveBack(): void
}

/** Null: the worker has no place free in this lane. */
export type Reserve<Prepared> = (lane: LaneKey) => HeldPlace<Prepared> | null

/** `at`: of the lane's first row. */
export type LaneDue = LaneKey & { at: number }

/** Who carries a message after a receipt. Undefined: each of its route has refused it for good. */
export type NextAfter = (
  message: Pick<
    DueDelivery,
    'verificationId' | 'service' | 'channel' | 'country' | 'recipientSealed'
  >,
  tried: string,
) => NextProvider | undefined

/** Where a receipt belongs: by our own id of the try, else by the provider's. */
export type ReceiptKey = { provider: string; tryId: string | null; reference: string | null }

/** Whose message a receipt is about. */
type ReportedMessage = {
  channel: Channel
  country: string | null
  of: DeliveryKind
  recipient: Pick<DueDelivery, 'verificationId' | 'service' | 'recipientSealed'>
}

/**
 * `unknown`: no such try (erased, or not ours). `known`: it says nothing new. `moved`: the try; `requeued`: its message is
 * due again, with another provider.
 */
export type ReceiptOutcome =
  | { kind: 'unknown' }
  | (ReportedMessage & { kind: 'known' })
  | (ReportedMessage & {
      kind: 'moved'
      from: string
      /** Since the try began. */
      afterMs: number
      requeued: string | null
    })

/** The backlog of one channel; counted up to a bound, for a backlog must not slow down its own report. */
export type OutboxDepth = {
  channel: Channel
  /** Could go out now: nobody has taken it yet, or its lease ran out. */
  due: number
  /** Planned for later, after a failure. */
  retrying: number
  /** Of the oldest that is due. */
  oldestDueMs: number
}

/** @throws StoreUnavailableError everywhere */
export type Outbox = {
  /**
   * One transaction: of each lane up to `limit` due deliveries get a lease and a token, and each a try row, before any request.
   * What has ended, or has under `minRemainingMs` left, is canceled or failed (I6). A lease that ran out is an ambiguous try.
   */
  claim<Prepared>(input: {
    now: number
    lanes: readonly (LaneKey & { limit: number })[]
    leaseMs: number
    minRemainingMs: number
    plan: (due: DueDelivery) => Plan<Prepared>
  }): Promise<ClaimedDelivery<Prepared>[]>
  /**
   * `fenced`: the lease ran out and another worker holds the row; only the answer is appended.
   * A result of a verification that ended meanwhile moves the delivery, never the verification.
   */
  settle(input: SettleDelivery): Promise<'settled' | 'fenced'>
  /** A provider's report of a try, durable when it resolves; twice or late it changes nothing (I16). */
  receive(input: {
    key: ReceiptKey
    reported: Pick<Receipt, 'state' | 'error' | 'fault' | 'at' | 'charge'>
    now: number
    next: NextAfter
  }): Promise<ReceiptOutcome>
  /**
   * A step of a chain that was claimed when it was due, once the limits were asked: it is counted as a send and claimed as
   * one, or skipped, or due again. Undefined: nothing is to be sent for it.
   */
  begin<Prepared>(
    claim: ClaimedDelivery<Prepared>,
    input: { now: number; admission: StepAdmission },
  ): Promise<ClaimedDelivery<Prepared> | undefined>
  /** At drain: claimed but not begun rows are due again at once, their try row removed. */
  release(
    claims: readonly Pick<
      ClaimedDelivery<unknown>,
      'verificationId' | 'sendNumber' | 'tryNumber' | 'token'
    >[],
  ): Promise<void>
  /** When the next row of each lane is due; lanes with nothing open are left out. */
  dueLanes(): Promise<LaneDue[]>
  /**
   * A worker claims here from now on. Where it has a place, a start of this process claims its message for it in its own
   * commit and hands it over: no look, no claim. What a resend makes due is claimed.
   */
  serve<Prepared>(reserve: Reserve<Prepared>): void
  /** The answered tries of the newest real messages, bounded; in no order. */
  pastSends(): Promise<PastSend[]>
  readonly backlog: Backlog
  /** One for each channel. */
  depths(now: number): Promise<OutboxDepth[]>
}
