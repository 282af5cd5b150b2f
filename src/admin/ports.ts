// What the console and its API read: one row for each verification, with what became of its message.
// It must not change anything, and must not be slow at ten million rows: a page looks at a bounded number.

import type { DeliveryKind, DeliveryStatus, VerificationChannel } from '../kernel/channel.ts'
import type { VerificationStatus } from '../verification/state.ts'

/** Absent: whatever it is. `service` null: every service. */
export type AttemptFilter = {
  service: string | null
  reference?: string | undefined
  budgetIndexes?: readonly Uint8Array[] | undefined
  status?: VerificationStatus | undefined
  /** Of the newest message. */
  delivery?: DeliveryStatus | undefined
  channel?: VerificationChannel | undefined
  provider?: string | undefined
  country?: string | undefined
  /** Included. */
  since?: number | undefined
  /** Excluded. */
  until?: number | undefined
}

export type AttemptRow = {
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
  clientIp: string | null
  createdAt: number
  expiresAt: number
  endedAt: number | null
  /** Of the newest message, as the three below. */
  deliveryStatus: DeliveryStatus | null
  provider: string | null
  errorCode: string | null
  errorMessage: string | null
}

/** One request to a provider. */
export type SendAttempt = {
  send: number
  attempt: number
  provider: string
  startedAt: number
  durationMs: number | null
  /** Null: it runs, or its worker died. */
  result: 'sent' | 'retry' | 'failed' | null
  /** The provider's own id. */
  reference: string | null
  errorCode: string | null
  errorMessage: string | null
}

export type AttemptPage = {
  items: AttemptRow[]
  nextCursor: string | null
  /** Where it stopped before it was full: the time of the last row that was looked at. */
  lookedBackTo: number | null
}

/** @throws StoreUnavailableError everywhere */
export type AttemptReads = {
  /**
   * Newest first. A page may hold fewer than `limit` and still have a cursor: so many rows were looked at, back to
   * the cursor's, and the next page goes on there. @throws InvalidCursorError
   */
  list(filter: AttemptFilter, cursor: string | null, limit: number): Promise<AttemptPage>
  find(service: string | null, id: string): Promise<AttemptRow | undefined>
  /** In the order in which they were made. */
  sendAttemptsOf(id: string): Promise<SendAttempt[]>
}
