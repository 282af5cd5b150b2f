// RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11 §2-3): structured strings (RFC 9651) with
// parameters; and whether an answer is a stored one. They must not carry a partition key, which is a phone number.

import type { Budget } from '../verification/limit-ports.ts'
import type { AppContext } from './deps.ts'

/**
 * Of the answer in progress, whatever it becomes. Hono's `c.header` makes a WHATWG `Headers`, which checks, folds and sorts
 * what is right already: a sixth of an answer's time.
 */
export function setHeader(c: AppContext, name: string, value: string): void {
  c.env.outgoing.setHeader(name, value)
}

/** `"name";q=5;w=600`: quota and window in seconds. Names are slugs and need no escaping. */
function rateLimitPolicy(budgets: readonly Budget[]): string {
  return budgets
    .map(({ name, limit }) => `"${name}";q=${limit.max};w=${limit.windowSeconds}`)
    .join(', ')
}

/** `"name";r=4;t=600`: what remains, and the seconds until the window ends. */
function rateLimit(budgets: readonly Budget[]): string {
  return budgets
    .map(({ name, remaining, resetSeconds }) => {
      const seconds = Math.max(0, Math.ceil(resetSeconds))
      return `"${name}";r=${Math.max(0, remaining)};t=${seconds}`
    })
    .join(', ')
}

/** An empty list has no header (RFC 9651 §4.1). */
export function setRateLimitHeaders(c: AppContext, budgets: readonly Budget[]): void {
  if (budgets.length === 0) return
  setHeader(c, 'ratelimit-policy', rateLimitPolicy(budgets))
  setHeader(c, 'ratelimit', rateLimit(budgets))
}

export function answerSuccess(
  c: AppContext,
  result: { budgets: readonly Budget[]; replayed: boolean },
): void {
  setRateLimitHeaders(c, result.budgets)
  answerReplayed(c, result)
}

export function answerReplayed(c: AppContext, { replayed }: { replayed: boolean }): void {
  if (replayed) setHeader(c, 'idempotency-replayed', 'true')
}
