// A provider's port, and the message that it is given. A provider imports this file, provider-entry.ts, kernel/, and the
// files that several providers share (aws/ and mail/ beside it), nothing else.

import type { Channel } from '../kernel/channel.ts'
import type { Fault, ProviderError } from './answers/blame.ts'
import type { CallReader } from './calls/ports.ts'
import type { Cost } from './cost.ts'
import type { AskReceipt, ReceiptReader } from './receipts/ports.ts'

export { FAULTS, type Fault, type ProviderError } from './answers/blame.ts'

/** A message ready to go out. The code is in plaintext here and nowhere else (I7: codes never leak): never log this object. */
export type OutgoingMessage = {
  /** Sent to the provider (reference or callback URL): a receipt that comes early finds its row. */
  tryId: string
  deliveryId: string
  verificationId: string
  service: string
  brandName: string
  channel: Channel
  /** E.164, or the address as it was given. */
  to: string
  code: string
  locale: string
  /** Mail only. */
  subject: string | null
  text: string
  /** SMS only. */
  size: SmsSize | null
  /** Mail only. */
  html: string | null
  expiresAt: number
  /** Where the provider reports what became of it; null: nowhere. */
  callbackUrl: string | null
  /** Comes back with a bounce, and proves which mail it is of; null: nobody reads bounces. */
  returnToken: string | null
  /** Of a mail, as secret as its code; null: it has none. */
  link: string | null
  /** Calls only: where the provider fetches what it says. */
  callUrl: string | null
}

/** An SMS as networks carry it and providers charge for it. `units`: septets of GSM-7, or UTF-16 code units. */
export type SmsSize = { encoding: 'GSM-7' | 'UCS-2'; units: number; parts: number }

export type Refusal =
  /** Not taken, but may be later. */
  | { kind: 'temporary'; error: ProviderError; retryAfterMs: number | null }
  /** Never will be by this provider. */
  | { kind: 'permanent'; fault: Fault; error: ProviderError }
  /** It may have gone out (a time-out after the request was written): retried, but bounded. */
  | { kind: 'ambiguous'; error: ProviderError }
export type SendResult =
  /** The provider took it; `reference` is its own id. */
  { kind: 'accepted'; reference: string | null } | Refusal

export function temporary(
  code: string,
  message: string,
  retryAfterMs: number | null = null,
): Refusal {
  return { kind: 'temporary', error: { code, message }, retryAfterMs }
}
export function ambiguous(code: string, message: string): Refusal {
  return { kind: 'ambiguous', error: { code, message } }
}
export function permanent(fault: Fault, code: string, message: string): Refusal {
  return { kind: 'permanent', fault, error: { code, message } }
}
/** Null: nobody's, as far as is known. */
export function faultOf(result: SendResult): Fault | null {
  return result.kind === 'permanent' ? result.fault : null
}

/** The facts that can be learned from a provider without a message. */
export type Probe = {
  /** `accepted`: it can be reached, and accepts the login where there is one. */
  result: SendResult
  /** For people, where it was accepted: what was found. */
  learned: string
  /** Its own clock, where its answer had a Date (RFC 9110 §6.6.1). */
  wallMs: number | null
}

/** `key`: of the settings it stands in, and so of the provider or account. */
export type Rate = { key: string; messages: number; perMs: number }

export type Provider = {
  readonly name: string
  readonly channels: readonly Channel[]
  /** Never throws for anything that a peer does; ends soon after `signal` aborts (the deadline). */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>
  /** It drops a second message with the same delivery id and the same content: an ambiguous try may be repeated here, and adds no message. */
  readonly idempotent?: true
  /** About how long a message takes, where none was sent yet. */
  readonly usualMs?: number
  /** At most so many messages, over all nodes. */
  readonly rate?: Rate
  /** Loads everything that its first message needs: neither a start nor a message waits for it. */
  prepare?(): Promise<void>
  /** Goes as far as it can without a message. Otherwise like `send`. */
  probe?(signal: AbortSignal): Promise<Probe>
  /** It reports what became of its messages. */
  readonly receipts?: ReceiptReader
  /** It can be asked: for who is not reachable from outside, and for receipts that were lost. */
  readonly ask?: AskReceipt
  /** It calls, and asks what to say; `receipts` proves that it is the one who asks. */
  readonly call?: CallReader
  close?(): Promise<void>
}

/** The outcome of one request to a provider, including time-outs and exceptions; it does not quote the message. */
export type SendOutcome = {
  provider: string
  channel: Channel
  result: SendResult
  durationMs: number
  /** Where prices are given, and it went out or may have. */
  cost?: Cost | undefined
}

/** A message that one provider did not take, on its way to the next. */
export type Failover = { channel: Channel; from: string; to: string }

export const REST_REASONS = ['failing', 'account', 'destination', 'throttled'] as const
export type RestReason = (typeof REST_REASONS)[number]
/** A provider that is left alone for a while. */
export type Rest = {
  channel: Channel
  provider: string
  /** Null: everywhere. */
  country: string | null
  reason: RestReason
  /** The provider's own code of the answer that it rests for. */
  code: string
  since: number
  /** When a message may try it again. */
  until: number
}

/** A provider's answers since this process began. */
export type ProviderState = {
  name: string
  channels: readonly Channel[]
  last: { kind: SendResult['kind']; code: string | null; at: number; tookMs: number } | null
  /** When it last took a message. */
  acceptedAt: number | null
  accepted: number
  refused: number
}

/** The development inbox as the pages see it. */
export type InboxMessage = {
  id: string
  verification_id: string
  to: string
  channel: Channel
  code: string
  subject: string | null
  text: string
  html: string | null
  link: string | null
  /** RFC 3339 UTC. */
  at: string
}
export type Inbox = {
  /** Newest first, bounded. */
  list(): InboxMessage[]
  /** @returns the function that ends it */
  subscribe(listener: (message: InboxMessage) => void): () => void
}

export type HttpRequest = {
  method: string
  /** Absolute, http or https. Never logged: it may contain a recipient or a secret. */
  url: string
  headers: Record<string, string>
  body: string
}
export type HttpAnswer = {
  /** null: no answer came. */
  status: number | null
  /** At most 64 KiB of it; '' where none came or it broke off. */
  body: string
  /** By name in lower case, the first of several; none where no answer came. */
  headers: Readonly<Record<string, string>>
  /** Its Date; null: it had none that can be read. */
  wallMs: number | null
  /**
   * The class by transport and status alone, without a reference: 2xx accepted (whatever the body),
   * 425, 429 and 503 temporary, 408, 409 and any other 5xx ambiguous, all else permanent: 401, 402, 403, 404, 407 and
   * redirects by fault of the account, the rest of the message. No answer after the request was written is ambiguous,
   * before it temporary. A provider refines it by its own codes.
   */
  verdict: SendResult
}
/** Keep-alive, no redirects, bounded bodies; ends when `signal` aborts. Never throws for anything that a peer does. */
export type HttpClient = {
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
  /** Loads the library; the first `send` does so, too. */
  prepare(): Promise<void>
  close(): Promise<void>
}

/** The part of pino that delivery uses. */
export type DeliveryLog = Record<
  'debug' | 'info' | 'warn' | 'error',
  (fields: Record<string, unknown>, message: string) => void
>

/** A text as it would be sent, with a code of no verification. */
export type TextPreview = Pick<
  OutgoingMessage,
  'locale' | 'channel' | 'subject' | 'text' | 'html' | 'size'
> & {
  direction: 'ltr' | 'rtl'
  /** Of the service's `templates`, in whole or in part. */
  isOwn: boolean
}

/** The texts of one service. */
export type MessageSettings = {
  brandName: string
  /** BCP 47; where the verification's own locale has no text. */
  locale: string
  /** Host of the last line `@host #code`; null: no such line. */
  originDomain: string | null
  /** Of the Android app that may read its SMS (SMS Retriever); null: none. */
  androidAppHash: string | null
  /** Whether the subject of a built-in mail holds the code: a locked screen shows subjects. */
  subjectShowsCode: boolean
  /** Of the login flow, where it takes links of mails itself; null: nowhere. */
  linkUrl: string | null
  /** By BCP 47 language; `{{code}}`, `{{brand}}`, `{{validity}}`, `{{minutes}}`, in a mail `{{link}}`. */
  templates: Readonly<Record<string, { sms?: string; emailSubject?: string; emailText?: string }>>
}
