// The shape of a decision on a delivery: the row that it is made on, and what a store writes of it.
// It must hold no rule: transitions.ts, settling.ts, receipts.ts and steps.ts decide.

import type { EventDetails, EventType, WebhookToWrite } from '../events/types.ts'
import type { DeliveryStatus, StoredDeliveryStatus } from '../kernel/channel.ts'
import type { StepsChange } from '../kernel/steps.ts'
import type { DueDelivery } from './outbox-ports.ts'

/** A delivery with its verification, as a store loads it. */
export type LoadedDelivery = Omit<DueDelivery, 'sendNumber' | 'codeSealed' | 'reclaimed'> & {
  verificationStatus: string
  send: number
  status: StoredDeliveryStatus
  codeSealed: Uint8Array | null
}

/** Columns of the delivery; what is not named stays. */
export type DeliveryColumns = Partial<{
  status: DeliveryStatus
  dueAt: number | null
  token: string | null
  provider: string
  tried: string
  tries: number
  ambiguous: number
  errorCode: string | null
  errorMessage: string | null
  sentAt: number
  /** By a receipt alone. */
  deliveredAt: number
}>

export type DeliveryEvent = {
  type: EventType
  details: EventDetails
  /** Written with it. */
  webhooks?: readonly WebhookToWrite[]
}

export type DeliveryChange = {
  set: DeliveryColumns
  /** Due so long after the store's own now, in place of `set.dueAt`. */
  dueAfterMs?: number
  /** What else it was decided on: the verification's status and sends (they only move forward). */
  stamp?: Pick<LoadedDelivery, 'verificationStatus' | 'sends'>
  /** The decision holds until then, by the store's clock. */
  notAfter?: number
  newTry?: { tryNumber: number; provider: string }
  /** Its provider is asked then what became of it. */
  poll?: { tryNumber: number; at: number }
  /** The try whose row is removed. */
  removed?: number
  at: number
  events: readonly DeliveryEvent[]
  /** Written with its first event. */
  steps?: StepsChange
  /** The sealed code goes where nothing is open and no resend is left (I7: codes never leak). */
  eraseIfUnsendable: boolean
}

/** The basis of a settlement: read from the row, or as the claim left it. */
export type HeldDelivery = Pick<
  LoadedDelivery,
  | 'verificationStatus'
  | 'sends'
  | 'send'
  | 'channel'
  | 'provider'
  | 'tries'
  | 'ambiguous'
  | 'expiresAt'
  | 'hasNext'
>
