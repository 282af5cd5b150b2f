// Limits as the domain needs them: counting all or nothing, and a look at the counters. limits/ implements it.
// It must not say how a window is kept.

import type { Limit, LimitName } from './policy.ts'

/**
 * `key` is already bound to service and recipient or address, and holds nothing in plaintext. A name of its own is a
 * counter of its own: other parts (the console) bring theirs.
 */
export type LimitKey<Name = LimitName> = { name: Name; key: string; limit: Limit }
/** A budget after it was consumed: for the RateLimit fields. */
export type Budget<Name = LimitName> = {
  name: Name
  limit: Limit
  remaining: number
  resetSeconds: number
}
/** One count of an admission: where, and the end of its window by this process' wall clock. */
export type Count = { counter: string; endsAt: number }
export type Admission<Name = LimitName> =
  | { kind: 'admitted'; budgets: Budget<Name>[]; counts: readonly Count[] }
  | { kind: 'refused'; name: Name; limit: Limit; retryAfterSeconds: number }

export type Limiter = {
  /** All or nothing: either every key is consumed by one, or none is. @throws StoreUnavailableError */
  admit<Name extends string = LimitName>(keys: readonly LimitKey<Name>[]): Promise<Admission<Name>>
  /**
   * For a message that is certain not to be made: each counter, in the window that it was counted in, is one less. Where the
   * store is down the counts stay, too high until the windows end. It does not throw.
   */
  giveBack(counts: readonly Count[]): Promise<void>
}

/** A counter as it is; `endsInMs` null: nothing is counted now. */
export type LimitReading<Name = LimitName> = {
  name: Name
  limit: Limit
  used: number
  endsInMs: number | null
}
export type LimitReads = {
  /** In the order given; counts nothing. @throws StoreUnavailableError */
  read<Name extends string = LimitName>(
    keys: readonly LimitKey<Name>[],
  ): Promise<LimitReading<Name>[]>
}

export type LimitLifts = {
  /** All or none: each window begins again with the next message. Others are untouched. @throws StoreUnavailableError */
  lift<Name extends string = LimitName>(keys: readonly LimitKey<Name>[]): Promise<void>
}

/** The rows that a guess reservation sums; see api.md, guesses_per_number. */
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
