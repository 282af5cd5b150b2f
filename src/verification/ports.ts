// The outside as the domain needs it, owned by the domain. Stores, limiters and hashers implement it.
// No port hands out a transaction: each atomic step is one method. All throw StoreUnavailableError
// where the engine can't be reached, is locked, full or read-only; nothing is half done then.

import type { Actor } from '../kernel/actor.ts'
import type { Channel } from '../kernel/channel.ts'
import type { TraceContext } from '../kernel/tracing.ts'
import type {
  AnsweredBefore,
  IdempotencyKey,
  IdempotencyWrite,
  StoredAnswer,
} from './answer-ports.ts'
import type { Refusal } from './api.ts'
import type { SpentChallenge } from './challenge-ports.ts'
import type { Change, Decide } from './change.ts'
import type { Asked, FrontRequest } from './front-ports.ts'
import type { GuessQuery, GuessRefusal } from './limit-ports.ts'
import type { Limit, LimitName, SignInLimitName } from './policy.ts'
import type { DeliveryRecord, NewVerification, VerificationRecord } from './state.ts'
import type { Suppressed, SuppressedKey } from './suppression.ts'
import type { WireKey } from './wire-ports.ts'

/** A browser session's pending verification: (service, to, purpose, session) as one MAC. */
export type SessionSlot = {
  /** Under every key, current first; a new row takes the first. */
  slots: readonly Uint8Array[]
  authenticated: boolean
  decoy: boolean
}

export type ListQuery = {
  service: string
  budgetIndexes: readonly Uint8Array[]
  /** Opaque, from the page before. @throws InvalidCursorError (kernel/errors) */
  cursor: string | null
  limit: number
}
export type Page<T> = { items: T[]; nextCursor: string | null }

/** Guesses of one number in a window, summed from its verifications. */
export type NumberLimit = {
  limit: Limit
  /** Under every key of the ring. */
  budgetIndexes: readonly Uint8Array[]
  authenticated: boolean
}

/** What stands in the way of a start: of several the first. */
export type StartObstacle =
  | { kind: 'suppressed'; suppressed: Suppressed }
  | { kind: 'guesses'; refusal: GuessRefusal }

export type CreateInput = {
  record: NewVerification
  change: Change
  slot: SessionSlot | null
  guesses: GuessQuery
  /** Noted, so that no other start is made for it. Null: none was asked for. */
  challenge: SpentChallenge | null
  /** Kept with it; undefined: it asks for nothing of the front door. */
  front?: FrontRequest | undefined
  /** The id that its wire's callers get; undefined: no wire started it. */
  wire?: WireKey | undefined
  actor: Actor
  idempotency: IdempotencyWrite<VerificationRecord> | null
  /** Of the request, kept with what it writes; undefined: it is not traced. */
  trace?: TraceContext | undefined
}
export type CreateOutcome =
  /** `isDue`: its message waits for whichever worker comes first; else a worker of this process has it, or it has none. */
  | { kind: 'created'; record: VerificationRecord; isDue: boolean }
  /** A racer with the same session came first; its verification, unchanged. */
  | { kind: 'continued'; record: VerificationRecord }
  | { kind: 'guesses_refused'; refusal: GuessRefusal }
  /** Another start came first with this solution. */
  | { kind: 'challenge_spent' }
  | AnsweredBefore

export type ChangeInput<Result> = {
  /** As it was read; `decide` may be called again with the row as it is. */
  record: VerificationRecord
  decide: Decide<Result>
  now: number
  /** Asked under the number's lock: full refuses, and nothing is changed. */
  numberLimit?: NumberLimit | null
  actor: Actor
  idempotency: IdempotencyWrite<Result> | null
  trace?: TraceContext | undefined
}
export type ChangeOutcome<Result> =
  | { kind: 'changed'; result: Result }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'number_limited'; retryAt: number }
  /** Erased since it was read. */
  | { kind: 'gone' }
  | AnsweredBefore

/** By id, or the newest of this recipient, purpose and session. */
export type CheckQuery = { service: string; now: number; numberWindowMs: number | null } & (
  | { id: string }
  | {
      addressIndexes: readonly Uint8Array[]
      purpose: string
      sessionMacs: readonly Uint8Array[]
    }
)
export type ToCheck = {
  record: VerificationRecord
  /** Guesses of its number within the window, under the row's own index, and when the first of them was. */
  spent: { count: number; oldestAt: number } | null
  /** Null: its start asked for nothing of the front door. */
  asked: Asked | null
}

export type VerificationStore = {
  findAnswer(key: IdempotencyKey, now: number): Promise<StoredAnswer | undefined>
  /** The row that a start with this session continues (state.ts, mayContinue). */
  findContinuable(slot: SessionSlot, now: number): Promise<VerificationRecord | undefined>
  /** The reservation asked without making it; `create` decides it. */
  checkGuessBudget(query: GuessQuery): Promise<GuessRefusal | undefined>
  /** The same, and before it whether the recipient gets no messages (null: it may always be written to). One round trip. */
  checkStart(query: GuessQuery, recipient: SuppressedKey | null): Promise<StartObstacle | undefined>
  /** Undefined: it gets messages at this time. */
  findSuppressed(recipient: SuppressedKey, now: number): Promise<Suppressed | undefined>
  /** Whether this person was approved here, among the newest of their verifications that are kept. */
  isKnown(service: string, budgetIndexes: readonly Uint8Array[]): Promise<boolean>
  find(service: string, id: string): Promise<VerificationRecord | undefined>
  /** One round trip. */
  findToCheck(query: CheckQuery): Promise<ToCheck | undefined>
  /** Whether a start was made for this challenge; `create` decides it. */
  isSpent(challenge: Uint8Array): Promise<boolean>
  /** One transaction: idempotency, slot, guess reservation, challenge, verification with what `change` says. */
  create(input: CreateInput): Promise<CreateOutcome>
  /**
   * One transaction: the stored answer is looked up, `decide` decides on the row as it is, and all that it decided is
   * written with its answer. Committed when the promise resolves; a flood of events that are left out commits nothing.
   */
  change<Result>(input: ChangeInput<Result>): Promise<ChangeOutcome<Result>>
  list(query: ListQuery): Promise<Page<VerificationRecord>>
  deliveriesOf(id: string): Promise<DeliveryRecord[]>
  /**
   * Ends what has expired (after `graceMs`) or had its last attempt charged and never judged, and
   * erases sealed codes that cannot be sent any more; at most `limit` rows, by index.
   * @returns how many rows were changed
   */
  sweep(input: { now: number; graceMs: number; limit: number }): Promise<number>
  /** Removes idempotency rows and spent challenges past their time. @returns how many */
  purgeAnswers(input: { now: number; limit: number }): Promise<number>
}

/** A refusal: the first per (what, whom, window) becomes an event, the rest are counted. Never throws, never waits. */
export type RefusalLog = {
  record(refusal: {
    error: string
    limit: LimitName | SignInLimitName | null
    /** The one that it is counted for: an opaque key, an address, a key id. */
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

/** After the commit of a message that is due at once. */
export type Wake = (channel: Channel) => void
