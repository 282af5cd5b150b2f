// The parts that every engine's limiter shares: how rate-limiter-flexible is asked, what its answers mean together, and the ends of
// waits and windows.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { HOUR_MS } from '../kernel/clock.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { remember } from '../kernel/remember.ts'
import type {
  Admission,
  Count,
  Limiter,
  LimitKey,
  LimitLifts,
  LimitReading,
  LimitReads,
} from '../verification/limit-ports.ts'
import type { Limit } from '../verification/policy.ts'

/** `close` waits for the admissions that have joined; later ones throw StoreUnavailableError. */
export type LimitStore = Limiter & LimitReads & LimitLifts & { close(): Promise<void> }

/** One library object for each (max, window); services share them, so it is a handful. */
const MAX_COUNTERS = 256

/** Clocks are read to a millisecond, and an answer takes its time. The shortest window has a second. */
const END_SLACK_MS = 250

/** The library's answer for one key. */
export type Counted<Name> = {
  key: LimitKey<Name>
  isRefused: boolean
  res: Pick<RateLimiterRes, 'msBeforeNext' | 'remainingPoints'>
  /** Of the window, by this process' wall clock: a little late, and never as late as the end of the next one. */
  endsAt: number
}

/** Library objects by (max, window). The name is part of the key, so limits never share a counter. */
export function rememberCounters<Counter extends object>(make: (limit: Limit) => Counter) {
  return remember(MAX_COUNTERS, make, ({ max, windowSeconds }) => `${max}/${windowSeconds}`)
}

/** A counter's key in the store. */
export function counterName({ name, key }: LimitKey<string>): string {
  return `${name}:${key}`
}

/** @returns the library's answer, a refusal too; @throws what the store's driver throws */
export async function consume<Name extends string>(
  counter: RateLimiterAbstract,
  key: LimitKey<Name>,
): Promise<Counted<Name>> {
  const answer = (isRefused: boolean, res: RateLimiterRes) => {
    const endsAt = Date.now() + res.msBeforeNext + END_SLACK_MS // mutant: I8.given-back-in-its-window
    return { key, isRefused, res, endsAt }
  }
  try {
    return answer(false, await counter.consume(counterName(key), 1))
  } catch (thrown) {
    // The library rejects with a result where the limit is reached, with an error where the store fails.
    if (thrown instanceof RateLimiterRes) return answer(true, thrown)
    throw thrown // mutant: I11.rethrow-unknown-errors
  }
}

/** @param take one from each counter, unless its window ends later than in so long; throws where the store is down */
export async function giveBack(
  counts: readonly Count[],
  take: (counters: readonly string[], msLeft: readonly number[]) => Promise<unknown>,
): Promise<void> {
  const current = counts.filter(({ endsAt }) => endsAt > Date.now())
  const counters = current.map(({ counter }) => counter)
  const msLeft = current.map(({ endsAt }) => Math.ceil(endsAt - Date.now()))
  try {
    if (current.length > 0) await take(counters, msLeft)
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
  }
}

/** @throws what the store's driver throws */
export async function readCounter<Name extends string>(
  counter: RateLimiterAbstract,
  key: LimitKey<Name>,
): Promise<LimitReading<Name>> {
  const found = await counter.get(counterName(key))
  return toReading(key, found?.consumedPoints ?? 0, found?.msBeforeNext ?? 0)
}

export function toReading<Name extends string>(
  { name, limit }: LimitKey<Name>,
  used: number,
  endsInMs: number,
): LimitReading<Name> {
  return endsInMs > 0 ? { name, limit, used, endsInMs } : { name, limit, used: 0, endsInMs: null }
}

/**
 * Of several refusals the one with the longest wait is reported (the first in the order given where they are equal):
 * a caller that obeys its Retry-After is not refused by the next one.
 */
export function toAdmission<Name extends string>(
  counted: readonly Counted<Name>[],
): Admission<Name> {
  const budgets = counted.map(({ key: { name, limit }, res }) => ({
    name,
    limit,
    remaining: res.remainingPoints,
    resetSeconds: Math.max(1, Math.ceil(res.msBeforeNext / 1000)),
  }))
  const [refusal] = budgets
    .filter((_, i) => counted[i]?.isRefused)
    .toSorted((a, b) => b.resetSeconds - a.resetSeconds)
  if (!refusal) {
    const counts = counted.map(({ key, endsAt }) => ({ counter: counterName(key), endsAt }))
    return { kind: 'admitted', budgets, counts }
  }
  const { name, limit, resetSeconds } = refusal
  return { kind: 'refused', name, limit, retryAfterSeconds: resetSeconds }
}

/**
 * An answer of a store, or the refusal to wait for it any longer. The work itself continues: its owner closes the
 * connection, or ignores the answer.
 * @throws StoreUnavailableError after `ms`, else what `work` throws
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const giveUp = () =>
    late.reject(new StoreUnavailableError('the limit store did not answer in time'))
  // One turn of the event loop more: after a busy moment timers run before the answers that have long arrived.
  const timer = setTimeout(() => setImmediate(giveUp), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

export const PURGE_EVERY_MS = 60_000
/** Some 5 to 10 ms of locks. */
const PURGE_BATCH = 500
/** Rows stay so long past their window: a clock that jumps ahead and back resets little. */
export const PURGE_GRACE_MS = HOUR_MS

/**
 * Removes rows whose window ended over an hour ago, once a minute. A purge that fails is made up for by the next one.
 * @param removeBatch removes at most this many, and returns how many it removed
 */
export function purgeRegularly(removeBatch: (limit: number) => Promise<number>, everyMs: number) {
  const purge = async (): Promise<number> => {
    for (let total = 0; ; ) {
      const removed = await removeBatch(PURGE_BATCH)
      total += removed
      if (removed < PURGE_BATCH) return total
      await nextTurn()
    }
  }
  const timer = setInterval(() => void purge().catch(() => undefined), everyMs)
  timer.unref()
  return { purge, stop: () => clearInterval(timer) }
}
