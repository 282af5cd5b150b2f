// What an answer says about the provider's own limit: how many requests are left, and until when.
// It must not believe more than a minute of it.

import type { Clock } from '../../kernel/clock.ts'
import { parseRetryAfter } from '../answers/backoff.ts'
import type { HttpClient } from '../ports.ts'

/** Nobody parks a provider for a day: after this a message finds out. */
const MAX_HOLD_MS = 60_000
/** Later than 2001, in seconds: a time, and no length of one. */
const FIRST_EPOCH_SECONDS = 1_000_000_000
const FIRST_EPOCH_MS = FIRST_EPOCH_SECONDS * 1_000

/** `left`: requests until `resetMs` from now. */
export type Allowance = { left: number; resetMs: number }

type Headers = Readonly<Record<string, string>>
type Times = { now: number /** By the provider's clock. */; wallMs: number | null }

const numberIn = (text: string | undefined): number | null =>
  text !== undefined && /^\s*\d{1,15}(\.\d{1,9})?\s*$/.test(text) ? Number(text) : null

/** Seconds from now; some write the time itself, in seconds or milliseconds since 1970. */
function resetIn(value: number, { now, wallMs }: Times): number {
  if (value < FIRST_EPOCH_SECONDS) return value * 1_000
  const at = value < FIRST_EPOCH_MS ? value * 1_000 : value
  return Math.max(0, at - (wallMs ?? now))
}

/**
 * `RateLimit` in its forms (draft-ietf-httpapi-ratelimit-headers): `"default";r=50;t=30` of several policies, and before its
 * eighth version `limit=100, remaining=50, reset=30`.
 */
function fromRateLimit(text: string | undefined): Allowance[] {
  if (text === undefined) return []
  const one = (part: string, left: string, reset: string): Allowance[] => {
    const read = (name: string) =>
      numberIn(new RegExp(`(?:^|[;,\\s])${name}\\s*=\\s*([\\d.]+)`).exec(part)?.[1])
    const found = { left: read(left), reset: read(reset) }
    return found.left === null || found.reset === null
      ? []
      : [{ left: found.left, resetMs: found.reset * 1_000 }]
  }
  const old = one(text, 'remaining', 'reset')
  return old.length > 0 ? old : text.split(',').flatMap((part) => one(part, 'r', 't'))
}

/** A pair of two headers: draft versions before the third, and everybody before there was one. */
function fromPair(headers: Headers, prefix: string, times: Times): Allowance[] {
  const left = numberIn(headers[`${prefix}-remaining`])
  const reset = numberIn(headers[`${prefix}-reset`])
  return left === null || reset === null ? [] : [{ left, resetMs: resetIn(reset, times) }]
}

/**
 * @param isRefusal of the answer: its Retry-After is about that message, and obeyed there
 * @returns the tightest that it says; null where it says nothing
 */
export function readAllowance(
  headers: Headers,
  isRefusal: boolean,
  times: Times,
): Allowance | null {
  const retryAfterMs = isRefusal ? null : parseRetryAfter(headers['retry-after'], times.now)
  const found = [
    ...fromRateLimit(headers.ratelimit),
    ...fromPair(headers, 'ratelimit', times),
    ...fromPair(headers, 'x-ratelimit', times),
    ...fromPair(headers, 'x-rate-limit', times),
    ...(retryAfterMs === null ? [] : [{ left: 0, resetMs: retryAfterMs }]),
  ].filter(({ resetMs }) => resetMs > 0)
  const [tightest] = found.toSorted((a, b) => a.left - b.left || b.resetMs - a.resetMs)
  return tightest
    ? { left: Math.floor(tightest.left), resetMs: Math.min(tightest.resetMs, MAX_HOLD_MS) } // mutant: C53.hold-bounded
    : null
}

/**
 * The client of one provider, so that none reads these headers itself. A read (a probe, a poll) has limits of its own.
 * @param hear with each answer to a message that says something; `inFlight`: requests without an answer then
 */
export function hearAllowances(
  http: HttpClient,
  clock: Clock,
  hear: (allowance: Allowance, inFlight: number) => void,
): HttpClient {
  let inFlight = 0
  return {
    ...http,
    async send(request, signal) {
      if (request.method === 'GET') return http.send(request, signal)
      inFlight += 1
      const answer = await http.send(request, signal)
      inFlight -= 1
      const { headers, wallMs, verdict } = answer
      const isRefusal = verdict.kind !== 'accepted'
      const allowance = readAllowance(headers, isRefusal, { now: clock.now(), wallMs })
      if (allowance) hear(allowance, inFlight)
      return answer
    },
  }
}
