// The event log: what happened, who did it, and when. Append only.
// It must not hold a code, a recipient in plaintext, or a stranger's text beyond a bounded user agent.

import type { Actor } from '../kernel/actor.ts'
import type { VerificationChannel } from '../kernel/channel.ts'

export const EVENT_TYPES = [
  'verification.started',
  'verification.continued',
  'verification.resent',
  'verification.advanced',
  'verification.delegated',
  'verification.approved',
  'verification.canceled',
  'verification.max_attempts_reached',
  'verification.expired',
  'verification.closed',
  'approval.exchanged',
  'approval.consumed',
  'check.incorrect',
  'delivery.attempted',
  'delivery.sent',
  'delivery.retrying',
  'delivery.failed',
  'delivery.canceled',
  'delivery.skipped',
  'delivery.reclaimed',
  'delivery.delivered',
  'delivery.undelivered',
  'request.refused',
  'factor.created',
  'factor.confirmed',
  'factor.deleted',
  'recovery_codes.created',
  'recipient.erased',
  'recipient.shown',
  'recipient.exported',
  'limit.lifted',
  'recipient.suppressed',
  'recipient.unsuppressed',
  'list.entry_made',
  'list.entry_ended',
  'admin.signed_in',
  'admin.signed_out',
  'admin.session_ended',
  'key.created',
  'key.revoked',
  'webhook.switched_off',
  'webhook.switched_on',
  'webhook.replayed',
  'export.started',
  'export.ended',
  'audit.head',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** What admins did, and what shows that nothing of it was changed. */
export const ADMIN_EVENTS = [
  'recipient.erased',
  'recipient.shown',
  'recipient.exported',
  'limit.lifted',
  'recipient.unsuppressed',
  'list.entry_made',
  'list.entry_ended',
  'admin.signed_in',
  'admin.signed_out',
  'admin.session_ended',
  'key.created',
  'key.revoked',
  'webhook.switched_on',
  'webhook.replayed',
  'export.started',
  'export.ended',
  'audit.head',
] as const satisfies readonly EventType[]
export type AdminEvent = (typeof ADMIN_EVENTS)[number]

/** Those that a login flow can have sent to a URL of its own. */
export const WEBHOOK_EVENTS = [
  'verification.approved',
  'verification.canceled',
  'verification.expired',
  'verification.max_attempts_reached',
  'verification.closed',
  'delivery.sent',
  'delivery.failed',
  'delivery.delivered',
  'delivery.undelivered',
  'delivery.skipped',
  'audit.head',
] as const satisfies readonly EventType[]
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** Small and flat; stored as JSON. */
export type EventDetails = Record<string, string | number | boolean | null>

/** A detail that is a text; null: it is none. */
export const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A message to a webhook, which is stored in the commit of its event: with it or not at all. */
export type WebhookToWrite = {
  /** The id of a URL (webhooks/destination.ts). */
  destination: string
  details: EventDetails
}

export type EventRecord = Actor & {
  /** Grows with each event; the cursor. */
  sequence: number
  at: number
  type: EventType
  verificationId: string | null
  reference: string | null
  details: EventDetails
}

export type EventQuery = {
  /** null: every service (an admin key of no service). */
  service: string | null
  /** Null, with `budgetIndexes` only: events of no verification. */
  verificationId?: string | null | undefined
  reference?: string | undefined
  budgetIndexes?: readonly Uint8Array[] | undefined
  types?: readonly EventType[] | undefined
  since?: number | undefined
  until?: number | undefined
  /** Opaque, from the previous slice; newest first. @throws InvalidCursorError */
  cursor: string | null
  limit: number
}

/** How far a follower has read. Valid for the store that gave it, for the lifetime of the process. */
export type LogPosition = {
  sequence: number
  /** The time of that event: after an erasure another event may have its sequence. */
  at: number
  /** Lower sequences that may still be committed, each with the time when it was first missed (monotonic). */
  awaited: readonly { sequence: number; sinceMs: number }[]
}

/** A refusal, and the person it concerns: the verification's recipient, or the one that the request named. */
export type RefusalRecord = EventRecord & {
  budgetIndex: Uint8Array | null
  /** The verification's, with its id as context, where there is one; else with `budgetIndex` as context. */
  recipientSealed: Uint8Array | null
  /** Of the verification. */
  channel: VerificationChannel | null
  /** Of a slice that begins after it. */
  cursor: string
}

export type LogChanges = { items: EventRecord[]; position: LogPosition; hasMore: boolean }

/** @throws StoreUnavailableError */
export type EventStore = {
  append(events: readonly NewEvent[]): Promise<void>
  /** `cursors`: of each item, of a slice that begins after it. */
  list(
    query: EventQuery,
  ): Promise<{ items: EventRecord[]; cursors: string[]; nextCursor: string | null }>
  /** As `list`, of `request.refused` alone. */
  listRefusals(
    query: Omit<EventQuery, 'types'>,
  ): Promise<{ items: RefusalRecord[]; nextCursor: string | null }>
  /**
   * The events committed since `position`, oldest first; null: none, and the present end of the log. No event is left
   * out, whatever the order of commits (on PostgreSQL among the newest thousand numbers); after an erasure some may
   * come twice.
   * @param limit of new ones; `hasMore`: read again at once
   */
  follow(position: LogPosition | null, limit: number): Promise<LogChanges>
  /** Another one once events were committed, in whatever order: shows that there are new ones, without reading them. */
  mark(): Promise<string>
}

export type NewEvent = Actor & {
  at: number
  type: EventType
  verificationId: string | null
  /** Where there is no verification by which to find the recipient. */
  budgetIndex: Uint8Array | null
  /** Of a refusal that named somebody: sealed with `budgetIndex` as context. */
  recipientSealed?: Uint8Array | null
  details: EventDetails
}
