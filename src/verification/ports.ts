// What the domain needs from outside, owned by the domain. Stores, limiters and hashers implement it.
// No port hands out a transaction: each atomic step is one method. All throw StoreUnavailableError
// where the engine can't be reached, is locked, full or read-only; nothing is half done then.

import type { Actor } from '../kernel/actor.ts'
import type { Channel } from '../kernel/channel.ts'
import type { Limit, LimitName, SignInLimitName } from './policy.ts'
import type { DeliveryRecord, VerificationRecord } from './state.ts'

/** A row of `idempotency_keys`: unique by (service, route, keyMac). */
export type IdempotencyKey = { service: string; route: string; keyMacs: readonly Uint8Array[] }
export type StoredAnswer = { fingerprint: Uint8Array; answer: Uint8Array }

/**
 * Written in the transaction of the effect, under `key.keyMacs[0]`. `answer` is pure and
 * synchronous: from the row after the effect (and what the effect was) to the sealed answer.
 */
export type IdempotencyWrite<Effect> = {
  key: IdempotencyKey
  fingerprint: Uint8Array
  expiresAt: number
  answer: (effect: Effect) => Uint8Array
}

/** The key was taken by a request that came first: its answer stands, nothing was changed. */
export type AnsweredBefore = { kind: 'answered_before'; stored: StoredAnswer }

/** What a guess reservation sums over; see api.md, guesses_per_number. */
export type GuessQuery = {
  service: string
  /** Under every key of the ring: a rotation renews no budget. */
  budgetIndexes: readonly Uint8Array[]
  authenticated: boolean
  now: number
  limits: readonly { name: LimitName; limit: Limit }[]
  /** The longest lifetime a verification may have: the window is widened by it. */
  longestLifetimeMs: number
  /** How many guesses the new verification would allow. */
  wanted: number
}
/** `retryAt`: when the oldest counted verification leaves the window. */
export type GuessRefusal = { name: LimitName; limit: Limit; retryAt: number }

/** A browser session's pending verification: (service, to, purpose, session) as one MAC. */
export type SessionSlot = {
  /** Under every key, current first; a new row takes the first. */
  slots: readonly Uint8Array[]
  authenticated: boolean
  decoy: boolean
}

export type NewVerification = Omit<
  VerificationRecord,
  | 'status'
  | 'attempts'
  | 'failed'
  | 'lastAttemptAt'
  | 'sends'
  | 'endedAt'
  | 'deliveryStatus'
  | 'isLastSendLost'
>

export type CreateInput = {
  /** Without `codeSealed` there is nothing to send: no delivery, and no send is counted. */
  record: NewVerification
  slot: SessionSlot | null
  /** For the log: the number is a landline for certain, and may take no texts. */
  isLandline: boolean
  guesses: GuessQuery
  actor: Actor
  idempotency: IdempotencyWrite<VerificationRecord> | null
}
export type CreateOutcome =
  | { kind: 'created'; record: VerificationRecord }
  /** A racer with the same session came first; its verification, unchanged. */
  | { kind: 'continued'; record: VerificationRecord }
  | { kind: 'guesses_refused'; refusal: GuessRefusal }
  | AnsweredBefore

export type ResendInput = {
  id: string
  service: string
  now: number
  /** The sends this decision was made on: another resend in between makes it `stale`. */
  expectedSends: number
  channel: Channel
  /** Nothing is sent when less remains to the expiry. */
  minRemainingMs: number
  actor: Actor
  idempotency: IdempotencyWrite<VerificationRecord> | null
}
export type ResendOutcome =
  | { kind: 'resent'; record: VerificationRecord }
  /** Ended, or sent again meanwhile: decide anew on this row. */
  | { kind: 'stale'; record: VerificationRecord }
  | AnsweredBefore

/** A start that continued its session: the attempt log's row, and the answer under its key. */
export type ContinueInput = {
  id: string
  service: string
  now: number
  actor: Actor
  idempotency: IdempotencyWrite<null> | null
}

export type ChargeInput = {
  id: string
  service: string
  now: number
  /** check_per_number, summed from the rows of these indexes; null: off. */
  perNumber: { limit: Limit; budgetIndexes: readonly Uint8Array[]; authenticated: boolean } | null
}
export type ChargeOutcome =
  /** `record` after the charge, with `codeHash`. */
  | { kind: 'charged'; record: VerificationRecord }
  /** Not pending, expired, or all attempts taken: see the row. Nothing was charged. */
  | { kind: 'not_chargeable'; record: VerificationRecord }
  | { kind: 'number_limited'; retryAt: number }

export type CheckEffect = {
  valid: boolean
  record: VerificationRecord
  /** Of the set that a recovery code was used of. */
  codesRemaining: number | null
}
/** A time step that a right code uses up, of every app of the subject that has the secret. */
export type StepUse = {
  factorId: string
  step: number
  periodSeconds: number
  /** Ids of the subject's other apps with the same secret and time step: a step of one is a step of all. */
  twins: readonly string[]
  /** The subject's, under every key of the ring: the steps that its deleted apps used are used. */
  subjectIndexes: readonly Uint8Array[]
}

/** What a right code uses up, in the transaction that approves: by compare-and-set, so that it is good once. */
export type FactorUse =
  | ({ type: 'totp' } & StepUse)
  | { type: 'recovery_codes'; factorId: string; selector: string }

export type SettleInput = {
  id: string
  service: string
  now: number
  valid: boolean
  /** What a right code uses up. Used before, or gone: the code is wrong. */
  use: FactorUse | null
  actor: Actor
  idempotency: IdempotencyWrite<CheckEffect> | null
}
export type SettleOutcome =
  | { kind: 'approved'; record: VerificationRecord; codesRemaining: number | null }
  | { kind: 'wrong'; record: VerificationRecord }
  /** Right, but the verification had ended before: someone else won. */
  | { kind: 'lost'; record: VerificationRecord }
  /** Erased since it was charged. */
  | { kind: 'gone' }
  | AnsweredBefore

export type CancelInput = {
  id: string
  service: string
  now: number
  actor: Actor
  idempotency: IdempotencyWrite<VerificationRecord> | null
}
export type CancelOutcome =
  /** Canceled now, or had ended otherwise before: the row as it is. */
  | { kind: 'ended'; record: VerificationRecord }
  | { kind: 'approved_before'; record: VerificationRecord }
  | { kind: 'not_found' }
  | AnsweredBefore

export type ListQuery = {
  service: string
  budgetIndexes: readonly Uint8Array[]
  /** Opaque, from the page before. @throws InvalidCursorError (kernel/errors) */
  cursor: string | null
  limit: number
}
export type Page<T> = { items: T[]; nextCursor: string | null }

export type VerificationStore = {
  findAnswer(key: IdempotencyKey, now: number): Promise<StoredAnswer | undefined>
  /**
   * The row that a start with this session continues: pending, not expired, an attempt left, same flags; and a message
   * of it can have arrived or may still be sent.
   */
  findContinuable(slot: SessionSlot, now: number): Promise<VerificationRecord | undefined>
  /** The reservation asked without making it; `create` decides it. */
  checkGuessBudget(query: GuessQuery): Promise<GuessRefusal | undefined>
  /** One transaction: idempotency, slot, guess reservation, verification + delivery (due now) + event. */
  create(input: CreateInput): Promise<CreateOutcome>
  /**
   * One transaction: the event and the answer. Undefined: done. A flood is not one commit each: without
   * an idempotency write, an event within the minute of the last one of this kind may be left out.
   */
  continue(input: ContinueInput): Promise<AnsweredBefore | undefined>
  find(service: string, id: string): Promise<VerificationRecord | undefined>
  /** The newest of this recipient, purpose and session. */
  findBySession(query: {
    service: string
    addressIndexes: readonly Uint8Array[]
    purpose: string
    sessionMacs: readonly Uint8Array[]
  }): Promise<VerificationRecord | undefined>
  /** One transaction: sends + 1, unclaimed deliveries replaced, a delivery due now, event. Undefined: no such row. */
  resend(input: ResendInput): Promise<ResendOutcome | undefined>
  /** One conditional statement; committed when the promise resolves (I2). Undefined: no such row. */
  charge(input: ChargeInput): Promise<ChargeOutcome | undefined>
  /** One transaction: approved (uses the factor up, erases code and hash, cancels unclaimed deliveries) or failed + 1. */
  settle(input: SettleInput): Promise<SettleOutcome>
  cancel(input: CancelInput): Promise<CancelOutcome>
  list(query: ListQuery): Promise<Page<VerificationRecord>>
  deliveriesOf(id: string): Promise<DeliveryRecord[]>
  /**
   * Ends what has expired (after `graceMs`) or had its last attempt charged but never settled, and
   * erases sealed codes that can't be sent any more; at most `limit` rows, by index.
   * @returns how many rows were changed
   */
  sweep(input: { now: number; graceMs: number; limit: number }): Promise<number>
  /** Removes idempotency rows past their time. @returns how many */
  purgeAnswers(input: { now: number; limit: number }): Promise<number>
}

/** A refusal: the first per (what, whom, window) becomes an event, the rest are counted. Never throws, never waits. */
export type RefusalLog = {
  record(refusal: {
    error: string
    limit: LimitName | SignInLimitName | null
    /** Whom it is counted for: an opaque key, an address, a key id. */
    subject: string
    /** The end user's address, as limits count it: a flood from one must not take every line. Null: none is known. */
    source: string | null
    route: string
    budgetIndex: Uint8Array | null
    verificationId: string | null
    /** The person whom `budgetIndex` means, sealed: asked for a row only, not for what is counted. Null: nobody. */
    seal: (() => Uint8Array) | null
    /** What an admin needs to know of the request beside the person; nothing that names one. */
    about: Readonly<Record<string, string>>
    actor: Actor
  }): void
}

export type Wake = () => void
