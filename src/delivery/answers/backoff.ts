// When to try again, and when to stop: pure functions from a provider's answer to its settlement in the outbox.

import { MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import type { ClaimedDelivery, SettleDelivery } from '../outbox-ports.ts'
import { faultOf, type SendResult } from '../ports.ts'
import type { NextProvider } from '../routes/next-provider.ts'

/** The first wait; a provider's hiccup is over in a second. */
export const BACKOFF_BASE_MS = 1_000
/** Codes live ten minutes: a longer wait would waste the rest. */
export const BACKOFF_CAP_MS = 60_000
/** A gateway that asks for an hour would kill every message; two minutes are polite enough. */
export const RETRY_AFTER_CAP_MS = 120_000
/** Tries of one send that may have reached the person: more would be a nuisance. */
export const MAX_AMBIGUOUS_SENDS = 3
/** Of one verification, those included that may have gone out: no further try of one that may have arrived. */
export const MAX_MESSAGES = 5
/** Never reached in practice (an hour of outage is about 120): a bound against a bug. */
export const MAX_TRIES_PER_DELIVERY = 200
/** The last retry is planned so much earlier: claimed a moment late, it must still count as in time. */
const LAST_RETRY_MARGIN_MS = 2_000

/** The longest wait after this round where the provider asked for none. */
export function backoffWindowMs(round: number): number {
  // 2^6 seconds is past the cap; the bound of the exponent prevents an overflow.
  return Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(round - 1, 16))
}

/**
 * Exponential with full jitter: uniform in [0, min(cap, base · 2^(round-1))).
 * @param round the number of the round that failed, from 1
 * @param random in [0, 1)
 */
export function backoffMs(round: number, random: number): number {
  return Math.floor(random * backoffWindowMs(round))
}

/**
 * Retry-After: seconds or an HTTP date (RFC 9110 §10.2.3).
 * @returns milliseconds from `now`, not negative, capped; null for an invalid value
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? ''
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text) * 1000, RETRY_AFTER_CAP_MS)
  // Date.parse takes "1" and "soon 5" for dates; an HTTP date begins with the name of a day and ends in GMT.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*GMT$/.test(text)) return null
  const at = Date.parse(text)
  if (Number.isNaN(at)) return null
  return Math.min(Math.max(0, at - now), RETRY_AFTER_CAP_MS)
}

type Tried = Pick<ClaimedDelivery<unknown>, 'tryNumber' | 'ambiguous' | 'expiresAt' | 'provider'>

/** The time of the next try, or undefined where none fits before the expiry. */
function nextTryAt(
  claim: Tried,
  { isNewRound, notBefore, roundLength }: NextProvider,
  retryAfterMs: number | null,
  now: number,
  random: number,
): number | undefined {
  const latest = claim.expiresAt - MIN_REMAINING_TO_SEND_MS - LAST_RETRY_MARGIN_MS // mutant: I6.last-useful-retry
  if (latest <= now || claim.tryNumber >= MAX_TRIES_PER_DELIVERY) return undefined
  const round = Math.ceil(claim.tryNumber / roundLength)
  const jitter = isNewRound ? backoffMs(round, random) : 0 // mutant: C53.next-provider-at-once
  const askedMs = Math.max(retryAfterMs ?? 0, notBefore - now)
  if (retryAfterMs === null && askedMs <= 0) return Math.min(now + jitter, latest)
  // Retry-After is a floor; a little jitter on top prevents a crowd from returning at once.
  const at = now + Math.min(askedMs, RETRY_AFTER_CAP_MS) + Math.min(jitter, BACKOFF_BASE_MS)
  return at > latest ? undefined : at
}

/**
 * The settlement of one try, from its answer.
 * @param next undefined: each provider of the route has refused it for good
 */
export function decideSettlement(
  claim: Tried,
  result: SendResult,
  next: NextProvider | undefined,
  now: number,
  random: number,
): SettleDelivery['result'] {
  if (result.kind === 'accepted') return { kind: 'sent', reference: result.reference }
  const isAmbiguous = result.kind === 'ambiguous'
  const notSent = { error: result.error, fault: faultOf(result), ambiguous: isAmbiguous }
  // No other provider reaches them either.
  const isTheirs = faultOf(result) === 'recipient' // mutant: C53.recipient-ends-it
  const isOver = isTheirs || (isAmbiguous && claim.ambiguous + 1 >= MAX_AMBIGUOUS_SENDS)
  if (isOver || !next) return { kind: 'failed', ...notSent }
  // It slows the provider that asked for it, and no other.
  const isSame = next.provider === claim.provider // mutant: C53.retry-after-of-one
  const retryAfterMs = isSame && result.kind === 'temporary' ? result.retryAfterMs : null
  const at = nextTryAt(claim, next, retryAfterMs, now, random)
  const { provider, tried } = next
  return at === undefined
    ? { kind: 'failed', ...notSent }
    : { kind: 'retry', at, provider, tried, ...notSent }
}
