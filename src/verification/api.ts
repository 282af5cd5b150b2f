// The commands and results of the domain: plain data. Expected outcomes are values of a tagged
// union; outages are thrown (StoreUnavailableError, UnknownKeyError). http/ maps these to the wire.

import type {
  Channel,
  DeliveryStatus,
  FactorChannel,
  VerificationChannel,
} from '../kernel/channel.ts'
import type { ErrorSlug } from '../kernel/errors.ts'
import type { Challenge } from './challenge-ports.ts'
import type { Budget } from './limit-ports.ts'
import type { ChainStep, Limit, LimitName, ServicePolicy } from './policy.ts'
import type { Checker, DeliveryRecord, Outcome, VerificationStatus } from './state.ts'
import type { Wire, WireKey } from './wire-ports.ts'

/** The caller: an authenticated key, for one service. */
export type Caller = {
  service: ServicePolicy
  keyId: string
  /** It reaches verifications of codes that callers gave, and no others. */
  ownCodesOnly?: boolean
}

/** The end user as far as known: `clientIp` is a canonical address, already resolved. */
export type EndUser = { clientIp: string | null; userAgent: string | null }

/** From the Idempotency-Key header; `body` is the validated body without client_ip and user_agent. */
export type Idempotency = {
  key: string
  body: unknown
  /**
   * For a key that is meant for a while only: slices of time, the present one first, in which it counts as the same.
   * Absent: for as long as answers are kept.
   */
  slices?: readonly string[]
}

type Common = { endUser: EndUser; idempotency: Idempotency | null }

/** What a start asks of the front door (front-ports.ts has what is kept of it). */
export type FrontFields = {
  nonce: string | null
  showsParty: boolean
  returnUrl: string | null
  link: boolean
  /** The value that the login flow keeps in the asking browser. */
  linkBinding: string | null
}

export type StartFields = Common & {
  locale: string | null
  purpose: string
  session: string | null
  authenticated: boolean
  decoy: boolean
  ttlSeconds: number | null
  metadata: Record<string, string>
  /** The solution of one, as the caller gave it. */
  challenge: string | null
  /** Undefined: it asks for nothing of the front door. */
  front?: FrontFields | undefined
  /** Undefined: it came by our own API. */
  wire?: StartByWire | undefined
}
/** A start in the form of somebody else's API. It has no session: what it starts is reached by that wire alone. */
export type StartByWire = WireKey & {
  /** While one of this recipient is pending, a start sends its code again, or is refused: it never makes another. */
  isOneAtATime: boolean
  /** Whoever sends and checks its code, where it makes a new one; else this service. */
  checkedBy?: 'twilio' | null
}
/** A message to a recipient. */
export type SendCommand = StartFields & {
  to: string
  channel: Channel | null
  /** A chain of them; null: the service's, or none. */
  channels: readonly ChainStep[] | null
  country: string | null
  codeLength: number | null
  /** The caller's own code, which the caller checks. Undefined: this service makes one. */
  ownCode?: string | undefined
}
/** The code that a subject already has: of an authenticator app or a recovery code. */
export type FactorStartCommand = StartFields & { subject: string; channel: FactorChannel }
export type StartCommand = SendCommand | FactorStartCommand
export type ResendCommand = Common & { id: string; channel: Channel | null }
type Checked = Common & {
  /** The browser that opened it by its view token asks: it stands in for the session. */
  isBound?: boolean
  /** It came by this wire, with the id: in place of a session. */
  wire?: Wire | undefined
  id: string | null
  purpose: string
  to: string | null
  country: string | null
  subject: string | null
  session: string | null
}
/**
 * Either `id`, or `session` with one of `to` and `subject`, or the link of a mail in place of id and code. `code` as it
 * came, a string.
 */
export type CheckCommand = Checked & ({ code: string; link?: undefined } | { link: LinkProof })
/** A link, and the value of its start, where the browser is not known to be the one that asked (`isBound`). */
export type LinkProof = { token: string; binding: string | null }
/** `error`: why, where nobody asked for it: whoever was to send it in our place did not take it. */
export type CancelCommand = Common & { id: string; error?: string }
/**
 * What became of a code that the caller checks. `byWire`: its API lets a caller end what is checked here; it approves nobody,
 * as any report.
 */
export type ReportCommand = Common & { id: string; outcome: Outcome; byWire?: boolean }
/** The next step of its chain, at once. */
export type AdvanceCommand = Common & { id: string }
export type GetCommand = { id: string }
/** One of `to` and `subject`. */
export type ListCommand = {
  to: string | null
  country: string | null
  subject: string | null
  cursor: string | null
  limit: number
}

/** A verification as a caller sees it. Times are milliseconds since the epoch. */
export type VerificationView = {
  id: string
  reference: string
  status: VerificationStatus
  /** One of the two. */
  to: string | null
  subject: string | null
  channel: VerificationChannel
  /** BCP 47: the language of the message. */
  locale: string
  purpose: string
  /** Null where nothing is sent. */
  deliveryStatus: DeliveryStatus | null
  attemptsRemaining: number
  sendsRemaining: number
  createdAt: number
  expiresAt: number
  expiresInSeconds: number
  resendAt: number | null
  resendInSeconds: number | null
  /** Of a chain: what goes out next automatically, and when at the latest. */
  nextStep: { channel: Channel; at: number } | null
  metadata: Record<string, string>
  /** Whoever checks its code; null: this service. Undefined: an earlier version stored the answer. */
  checkedBy?: Checker | null
  /** As it was reported; null: it was not. */
  outcome?: Outcome | null
}

/** `field` is the wire's name (`to`, `client_ip`, `metadata.x`). */
export type FieldError = { field: string; detail: string }

/** `retryAfter`: seconds. */
export type ElsewhereError = { status: number; code: number; message: string; retryAfter?: number }

export type Refusal = {
  kind: 'refused'
  error: ErrorSlug
  detail: string
  errors?: FieldError[]
  limit?: { name: LimitName; limit: Limit }
  retryAfterSeconds?: number
  /** For support: the id of the entry that refused it. */
  reference?: string
  attemptsRemaining?: number
  verification?: VerificationView
  /** To be solved for the next start. */
  challenge?: Challenge
  /** As whoever checks it in our place has answered, for a wire that passes it on. */
  elsewhere?: ElsewhereError
  /** Only with `code_incorrect`, which is stored under an Idempotency-Key. */
  replayed?: boolean
}

/** In place of the signed token: signed again, a stored answer gives a token with the same claims and the same end. */
export type ApprovalToSign = { nonce: string; showsParty: boolean; approvedAt: number }

/** Budgets are for the RateLimit fields; empty in a replay. */
export type Success<Kind extends string> = {
  kind: Kind
  verification: VerificationView
  budgets: Budget[]
  replayed: boolean
}

export type StartResult = Success<'started'> | Success<'continued'> | Refusal
export type ResendResult = Success<'resent'> | Refusal
/** `recoveryCodesRemaining`: of the set that the code came from; null for every other channel. */
export type Approved = Success<'approved'> & {
  recoveryCodesRemaining: number | null
  /** Null: its start gave no nonce. An answer that an earlier version stored has none. */
  approval?: ApprovalToSign | null
}
export type CheckResult = Approved | Refusal
export type CancelResult = Success<'canceled'> | Refusal
export type ReportResult = Success<'reported'> | Refusal
export type AdvanceResult = Success<'advanced'> | Refusal
export type DetailedView = VerificationView & { deliveries: DeliveryRecord[] }
export type GetResult = { kind: 'found'; verification: DetailedView } | Refusal
export type ListResult =
  | { kind: 'listed'; verifications: DetailedView[]; nextCursor: string | null }
  | Refusal

/** @throws StoreUnavailableError, UnknownKeyError: both are 503 with Retry-After */
export type VerificationService = {
  start(caller: Caller, command: StartCommand): Promise<StartResult>
  resend(caller: Caller, command: ResendCommand): Promise<ResendResult>
  check(caller: Caller, command: CheckCommand): Promise<CheckResult>
  cancel(caller: Caller, command: CancelCommand): Promise<CancelResult>
  report(caller: Caller, command: ReportCommand): Promise<ReportResult>
  advance(caller: Caller, command: AdvanceCommand): Promise<AdvanceResult>
  get(caller: Caller, command: GetCommand): Promise<GetResult>
  list(caller: Caller, command: ListCommand): Promise<ListResult>
}
