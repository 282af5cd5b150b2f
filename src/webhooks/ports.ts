// The store as webhooks need it: what goes out with a commit, messages that are due, claimed with a lease, settled by a token.
// A message is written with its event (events/types.ts, WebhookToWrite) and has no text of its own: what it says of the
// verification is read from its row, and is erased with it.

import type { EventDetails, EventType, NewEvent, WebhookToWrite } from '../events/types.ts'
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

/** As people ask: `pending` is queued or being sent. */
export const WEBHOOK_STATUSES = ['pending', 'delivered', 'dead'] as const
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number]

export const STATES_OF: Readonly<Record<WebhookStatus, readonly WebhookState[]>> = {
  pending: ['queued', 'sending'],
  delivered: ['delivered'],
  dead: ['dead'],
}

export const statusOf = (state: WebhookState): WebhookStatus =>
  state === 'delivered' || state === 'dead' ? state : 'pending'

/** Of one request: a receiver that was down for a day is not flooded by a click, and nobody waits long for the answer. */
export const MAX_REPLAYED = 1_000

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
  /** Nothing was sent: the try is given back. */
  isUncounted?: true
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

/** A message as people see it. */
export type StoredWebhook = WebhookMessage & {
  state: WebhookState
  dueAt: number | null
  error: string | null
  /** When it was delivered or given up. */
  endedAt: number | null
}

/** Each counted up to the given bound. */
export type WebhookCount = {
  destination: string
  pending: number
  dead: number
  /** Of the newest event that was delivered. */
  deliveredAt: number | null
}

/** @throws StoreUnavailableError everywhere */
export type WebhookReads = {
  /** Newest event first: a bounded number of rows for each destination and state. @throws InvalidCursorError */
  list(query: {
    destinations: readonly string[]
    states: readonly WebhookState[]
    cursor: string | null
    limit: number
  }): Promise<{ items: StoredWebhook[]; nextCursor: string | null }>
  find(key: WebhookKey): Promise<StoredWebhook | undefined>
  /** Every destination that has messages, whether the settings still have it or not. */
  known(): Promise<{ destination: string; service: string }[]>
  counts(destinations: readonly string[], most: number): Promise<WebhookCount[]>
}

/** Since when nothing was taken; since when nothing is sent. Both null: all is well. */
export type WebhookSwitch = { failingSince: number | null; offSince: number | null }

/** By which the chain knows how far a URL has its heads (audit/ports.ts). */
export const headsReader = (destination: string) => `heads:${destination}` as const

/** Never failed, or switched on again. */
export const ON: WebhookSwitch = { failingSince: null, offSince: null }

/** A destination that fails or is off, as a node knows it. */
export type Trouble = WebhookSwitch & { id: string; service: string; url: string }

/** Each one transaction. @throws StoreUnavailableError everywhere */
export type WebhookActs = {
  /** Due now, as if it were new; one that is being sent stays as it is. @returns what it was; undefined: there is none */
  replay(key: WebhookKey, now: number): Promise<WebhookState | undefined>
  /** The oldest dead ones. @returns how many */
  replayDead(input: { destination: string; now: number; limit: number }): Promise<number>
  /** Without those that never failed. */
  switches(destinations: readonly string[]): Promise<Map<string, WebhookSwitch>>
  /** With its event, where it still is as `from` says. @returns whether it was */
  turn(input: {
    destination: string
    from: WebhookSwitch
    to: WebhookSwitch
    event: NewEvent | null
  }): Promise<boolean>
}

export type WebhookStore = WebhookOutbox & WebhookReads & WebhookActs
