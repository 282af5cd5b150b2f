// What a provider reports later of a message that it took, and how such a report is checked and read.
// It must not know a provider, nor a store.

import type { Fault, ProviderError } from '../answers/blame.ts'
import type { Charge } from '../cost.ts'

/** What a provider says later of a message that it took. Only moves a try forward: sent < undelivered < delivered (I16). */
export type ReceiptState = 'sent' | 'undelivered' | 'delivered'

export type Receipt = {
  kind: 'receipt'
  /** Of our own making, where the callback URL or an echoed field has it. */
  tryId: string | null
  /** The provider's own id. */
  reference: string | null
  state: ReceiptState
  /** The provider's own code and words; null where there is none. */
  error: ProviderError | null
  /** Of `undelivered`. */
  fault: Fault | null
  /** A hard bounce, a complaint, an unknown number: the recipient is suppressed for it. */
  suppress: 'bounce' | 'complaint' | 'unknown' | 'stop' | null
  /** When it happened, by the provider; unix ms. */
  at: number | null
  /** Takes the place of our own price. */
  charge?: Charge | undefined
  /** Of a mail: what it went out with (`returnToken`), for readers whose `url` is `token`. */
  token?: string
  /** Whom the report is about, where that may be somebody else (an alias, a list): nobody else is suppressed for it. */
  recipient?: string
}

/** The person's own word, in a message to the sender. */
export type OptOut = { kind: 'stop' | 'start'; recipient: string }

export type Report = Receipt | OptOut

/** What is known of a callback before its body; `url` is PUBLIC_URL with its path and query, never the Host that was asked for. */
export type CallbackHead = {
  method: string
  url: string
  query: URLSearchParams
  /** By name in lower case. */
  headers: Readonly<Record<string, string>>
}

/** A callback as it came. */
export type Callback = CallbackHead & {
  /** At most 16 KiB, or as much as its reader has room for. */
  body: Uint8Array
}

type Reports = readonly Report[] | undefined

export type ReceiptReader = {
  /**
   * `message`: its URL is given with each message and carries our MAC, checked before; `account`: set up once, rests on
   * `verify` alone; `token`: set up once, and the report names its message by the token that went out with it.
   */
  url: 'message' | 'account' | 'token'
  /** In place of the provider's name: /receipts/{path}. */
  path?: string
  /** It reports failures alone: no step of a chain can wait for `delivered`. */
  failuresOnly?: true
  /** Decided before the body is read: how long it may be. Undefined: nobody's whom this reader knows. */
  room?(headers: Callback['headers']): number | undefined
  /** How long the report of many messages may be, where nothing proves whose it is before it is read. */
  batchBytes?: number
  /** The provider's own signature over the raw bytes. Cheap before it is sure; constant-time. */
  verify(callback: Callback, now: number, signal: AbortSignal): boolean | Promise<boolean>
  /** Texts of people come to its address without a MAC: they rest on `verify` alone, and nothing else is read of those. */
  takesTexts?: true
  /** Undefined: it can't be read. `[]`: nothing that concerns us. */
  read(callback: Callback): Reports | Promise<Reports>
  /** The text that a handshake is answered with, once it is verified (WhatsApp); null: none is wanted. */
  reply?(callback: Callback): string | null
}

/** `unknown`: it does not know the message (yet), or nothing that says more than its acceptance. `failed`: it could not be asked. */
export type Asked = Receipt | { kind: 'unknown' } | { kind: 'failed'; code: string }

/** Asks the provider what became of a message, by the id that it gave it. It never throws for anything that a peer does. */
export type AskReceipt = (reference: string, signal: AbortSignal) => Promise<Asked>

/** For metrics: what an answer said, or why it said nothing. */
export type PollOutcome = ReceiptState | 'unknown' | 'failed'

/** `nobody`: no provider of this name reports here. `refused`: it is not signed, or its URL is not one of ours. */
export type Received = 'taken' | 'nobody' | 'refused' | 'unreadable' | { reply: string }

/** For the body of a report, which arrives within `withinMs` (null: as any body); to be left once the report is answered. */
export type Room = { bytes: number; withinMs: number | null; leave(): void }

/** Where providers report to. */
export type ReceiptDesk = {
  /** The origin under which they reach it. */
  publicUrl: string
  /** Of those that report here: `twilio`, `dsn`. */
  paths: readonly string[]
  /**
   * `refused`: it is nobody's who may report; `busy`: others that are as long are still read. Its body is not read.
   */
  room(provider: string, head: CallbackHead): Room | 'refused' | 'busy'
  /** @throws StoreUnavailableError, UnknownKeyError */
  take(provider: string, callback: Callback): Promise<Received>
}
