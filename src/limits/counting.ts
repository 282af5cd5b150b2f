// What every engine's limiter shares: how rate-limiter-flexible is asked, and what its answers mean together.
// It must not know an engine, nor decide what is taken back after a refusal.

import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import type { Admission, LimitKey, LimitReading } from '../verification/limit-ports.ts'
import type { Limit } from '../verification/policy.ts'

/** One library object for each (max, window); services share them, so it is a handful. */
const MAX_COUNTERS = 256

/** The library's answer for one key. */
export type Counted<Name> = {
  key: LimitKey<Name>
  isRefused: boolean
  res: Pick<RateLimiterRes, 'msBeforeNext' | 'remainingPoints'>
}

/** Library objects by (max, window). The name stands in the key, so limits never share a counter. */
export function rememberCounters<Counter>(make: (limit: Limit) => Counter) {
  const counters = new Map<string, Counter>()
  return (limit: Limit): Counter => {
    const id = `${limit.max}/${limit.windowSeconds}`
    const found = counters.get(id)
    if (found) return found
    const counter = make(limit)
    const oldest = counters.keys().next()
    if (counters.size >= MAX_COUNTERS && !oldest.done) counters.delete(oldest.value)
    counters.set(id, counter)
    return counter
  }
}

/** What the counter of a key is called in the store. */
export function counterName({ name, key }: LimitKey<string>): string {
  return `${name}:${key}`
}

/** @returns the library's answer, a refusal too; @throws what the store's driver throws */
export async function consume<Name extends string>(
  counter: RateLimiterAbstract,
  key: LimitKey<Name>,
): Promise<Counted<Name>> {
  try {
    return { key, isRefused: false, res: await counter.consume(counterName(key), 1) }
  } catch (thrown) {
    // The library rejects with a result where the limit is reached, with an error where the store fails.
    if (thrown instanceof RateLimiterRes) return { key, isRefused: true, res: thrown }
    throw thrown // mutant: I11.rethrow-unknown-errors
  }
}

/** @throws what the store's driver throws */
export async function readCounter<Name extends string>(
  counter: RateLimiterAbstract,
  key: LimitKey<Name>,
): Promise<LimitReading<Name>> {
  const found = await counter.get(counterName(key))
  const { name, limit } = key
  if (!found || found.msBeforeNext <= 0) return { name, limit, used: 0, endsInMs: null }
  return { name, limit, used: found.consumedPoints, endsInMs: found.msBeforeNext }
}

/**
 * Of several refusals the longest wait is told (the first in the order given where they are equal):
 * who obeys its Retry-After is not refused by the next one.
 */
export function toAdmission<Name>(counted: readonly Counted<Name>[]): Admission<Name> {
  const budgets = counted.map(({ key: { name, limit }, isRefused, res }) => ({
    ...{ name, limit, isRefused, remaining: res.remainingPoints },
    resetSeconds: Math.max(1, Math.ceil(res.msBeforeNext / 1000)),
  }))
  const refusals = budgets.filter(({ isRefused }) => isRefused)
  const [refusal] = refusals.toSorted((a, b) => b.resetSeconds - a.resetSeconds)
  if (refusal) {
    const { name, limit, resetSeconds } = refusal
    return { kind: 'refused', name, limit, retryAfterSeconds: resetSeconds }
  }
  return { kind: 'admitted', budgets: budgets.map(({ isRefused: _, ...budget }) => budget) }
}
