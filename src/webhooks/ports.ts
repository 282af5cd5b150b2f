// The store as webhooks need it: what goes out with a commit, messages that are due, claimed with a lease, settled by a token.
// A message is written with its event (events/types.ts, WebhookToWrite) and has no text of its own: what it says of the
// verification is read from its row, and is erased with it.

import type { EventDetails, EventType, WebhookToWrite } from '../events/types.ts'
import type { DeliveryKind } from '../kernel/channel.ts'
import type { WebhookKey } from '../kernel/ids.ts'

type Caused = { type: EventType; details: EventDetails; webhooks?: readonly WebhookToWrite[] }

/** What the store asks while it decides. Pure and synchronous, except for `written`. */
export type WebhookCauses = {
  /** The events with the messages that go out for them; the same list where a service has no webhooks. */
  attach<E extends Caused>(
    service: string,
    events: readonly E[],
    about: { status: string; channel: string },
  ): readonly E[]
  /** After the commit. */
  written(events: readonly Caused[]): void
}

/** Of a store without webhooks: a command's, a test's. */
export const NO_CAUSES: WebhookCauses = { attach: (_, events) => events, written: () => {} }

export type WebhookState = 'queued' | 'sending' | 'delivered' | 'dead'

/** A message with what it says. */
export type WebhookMessage = WebhookKey & {
  service: string
  type: EventType
  /** Of its event. */
  at: number
  details: EventDetails
  reference: string
  purpose: string
  kind: DeliveryKind
  metadata: Record<string, string>
  recipientSealed: Uint8Array
  /** Since it was written, or since it was replayed. */
  tries: number
}

/** `tries`: this one among them. */
export type ClaimedWebhook = WebhookMessage & { token: string }

/** What a try has made of a message: `queued` is due again later. */
export type WebhookSettlement = {
  state: 'queued' | 'delivered' | 'dead'
  /** From the store's now. */
  dueAfterMs: number | null
  /** A word of ours, without a text of the receiver's; null: it was taken. */
  error: string | null
}

/** @throws StoreUnavailableError everywhere */
export type WebhookOutbox = {
  /** When the next message of each of these is due (or its lease ends); without those that have none. */
  dueAt(destinations: readonly string[]): Promise<Map<string, number>>
  /** One transaction, durable before the request: the oldest that are due, each with a lease and a token. */
  claim(input: {
    destination: string
    now: number
    limit: number
    leaseMs: number
  }): Promise<ClaimedWebhook[]>
  /** `fenced`: another sender holds it, or it was erased. */
  settle(input: {
    key: WebhookKey
    token: string
    now: number
    settlement: WebhookSettlement
  }): Promise<'settled' | 'fenced'>
}
