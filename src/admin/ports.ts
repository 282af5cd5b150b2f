// The data that the console and its API read: one row for each verification, with the state of its message; and the health.
// It must not change anything, and must not be slow at ten million rows: a page reads a bounded number.

import type { StreamStatus } from '../audit/ports.ts'
import type { Counted } from '../counts/counter.ts'
import type { OutboxDepth } from '../delivery/outbox-ports.ts'
import type { LaneWait } from '../delivery/pace/ports.ts'
import type { Fault, ProviderState, Rest } from '../delivery/ports.ts'
import type { ReceiptState } from '../delivery/receipts/ports.ts'
import type { EventRecord } from '../events/types.ts'
import type { UnderKey } from '../factors/ports.ts'
import type {
  Channel,
  DeliveryKind,
  DeliveryStatus,
  VerificationChannel,
} from '../kernel/channel.ts'
import type { Checker, Outcome, VerificationStatus } from '../verification/state.ts'
import type { Trouble } from '../webhooks/ports.ts'

/** A key with the scope admin, of one service or (null) of all, and where its request came from. */
export type Admin = {
  service: string | null
  keyId: string
  clientIp: string | null
  userAgent: string | null
}

/** Absent: any. `service` null: every service. */
export type VerificationFilter = {
  service: string | null
  reference?: string | undefined
  budgetIndexes?: readonly Uint8Array[] | undefined
  status?: VerificationStatus | undefined
  /** Of the newest message. */
  delivery?: DeliveryStatus | undefined
  channel?: VerificationChannel | undefined
  provider?: string | undefined
  /** Of the newest message's last answer. */
  fault?: Fault | undefined
  country?: string | undefined
  /** Included. */
  since?: number | undefined
  /** Excluded. */
  until?: number | undefined
}

export type ListedVerification = {
  id: string
  reference: string
  service: string
  status: VerificationStatus
  channel: VerificationChannel
  purpose: string
  kind: DeliveryKind
  authenticated: boolean
  country: string | null
  locale: string
  /** The caller's own. */
  metadata: Record<string, string>
  recipientSealed: Uint8Array
  budgetIndex: Uint8Array
  attempts: number
  failed: number
  maxAttempts: number
  sends: number
  maxSends: number
  /** 0: by a factor. */
  codeLength: number
  clientIp: string | null
  createdAt: number
  expiresAt: number
  endedAt: number | null
  /** Null: this service. */
  checkedBy: Checker | null
  /** As they reported it; null: they did not. */
  outcome: Outcome | null
  /** Of the newest message, like the three below. */
  deliveryStatus: DeliveryStatus | null
  provider: string | null
  errorCode: string | null
  errorMessage: string | null
}

/** One request to a provider. */
export type SendTry = {
  send: number
  tryNumber: number
  provider: string
  startedAt: number
  durationMs: number | null
  /** Null: it is running, or its worker died. */
  result: 'sent' | 'retry' | 'failed' | null
  /** The provider's own id. */
  reference: string | null
  errorCode: string | null
  errorMessage: string | null
  /** Of a refusal for good, or of a message that did not arrive. */
  fault: Fault | null
  /** What its provider reported last; null: nothing. */
  receipt: ReceiptState | null
  receiptAt: number | null
  receiptCode: string | null
}

/** What became of one request to a provider, for advice on weights. */
export type RecentTry = Pick<
  SendTry,
  'provider' | 'startedAt' | 'result' | 'fault' | 'receipt' | 'receiptAt'
> & {
  channel: Channel
  country: string | null
  /** A keyed index, as text. */
  recipient: string
  /** Of the verification, as it is now, like the two below. */
  status: VerificationStatus
  checkedBy: Checker | null
  outcome: Outcome | null
}
/** `before`: where the next slice begins; null: there is none. `createdAt`: of the oldest verification. */
export type RecentTries = { tries: RecentTry[]; before: number | null; createdAt: number }

/** Shares from 0 to 1, of people; null: not known. */
export type ProviderShares = {
  channel: Channel
  provider: string
  country: string
  recipients: number
  late: number | null
  failed: number
  approved: number | null
}

export const ADVICE_MEASURES = ['late', 'failed', 'approved'] as const
export type WeightAdvice = {
  channel: Channel
  country: string
  measure: (typeof ADVICE_MEASURES)[number]
  /** Of the provider that does worse. */
  from: ProviderShares
  to: ProviderShares
  /** Percent, by `to`. */
  weight: number
  text: string
}

export type Weights = { shares: readonly ProviderShares[]; advice: readonly WeightAdvice[] }

export type VerificationDetail = {
  verification: ListedVerification
  /** Oldest first. */
  events: EventRecord[]
  tries: SendTry[]
}

export type VerificationSlice = {
  items: ListedVerification[]
  /** Of each item: of a slice that begins after it. */
  cursors: string[]
  nextCursor: string | null
  /** Where it stopped before it was full: the time of the last row that was read. */
  lookedBackTo: number | null
}

/** @throws StoreUnavailableError everywhere */
export type VerificationReads = {
  /**
   * Newest first. A page may hold fewer than `limit` and still have a cursor: it reads a bounded number of rows,
   * and the next page continues there. @throws InvalidCursorError
   */
  list(filter: VerificationFilter, cursor: string | null, limit: number): Promise<VerificationSlice>
  find(service: string | null, id: string): Promise<ListedVerification | undefined>
  /** Oldest first. */
  triesOf(id: string): Promise<SendTry[]>
  /** Tries of real messages of the newest `limit` verifications before this one, newest first. */
  recentTries(before: number | null, limit: number): Promise<RecentTries>
}

/** Nothing in it is a secret or about a person. Undefined parts: the database is unavailable. */
export type HealthReport = {
  node: Record<'name' | 'version' | 'mode' | 'store' | 'limits', string> & { startedAt: number }
  at: number
  checks: Readonly<Record<string, boolean>>
  hashing: { running: number; waiting: number; limit: number; concurrency: number }
  mint: { ready: number; capacity: number }
  sending: Readonly<Record<Channel, number>>
  outbox: readonly OutboxDepth[] | undefined
  /** Deliveries that failed for good within the last hour, on all nodes, counted up to a bound. */
  failed: { count: number; isMore: boolean } | undefined
  providers: readonly ProviderState[]
  /** Providers that this node leaves alone for a while. */
  rests: readonly Rest[]
  /** What each provider has to carry, on all nodes. */
  lanes: readonly LaneWait[]
  /** How providers do by country, and the advice that follows; nothing is moved for it. */
  weights: Weights
  /** How far the log is counted, for the overview. */
  counted: Counted
  /** URLs that nothing is delivered to at the moment, or no longer. */
  webhooks: readonly Trouble[]
  /** Null: there is none. */
  auditStream: StreamStatus | null
  /** Rows under root keys that this node lacks, by key and service. */
  underMissing: readonly UnderKey[] | undefined
}
