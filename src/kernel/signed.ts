// What everybody needs who takes signed requests: secrets compared in constant time, and times that are fresh.

import { createHash, timingSafeEqual } from 'node:crypto'

/** As in Standard Webhooks: a request that was recorded is of no use later. */
const FRESH_MS = 300_000

/** @param pastMs for signatures that keep the time of the first try */
export function isFresh(at: number, now: number, pastMs = FRESH_MS): boolean {
  return at >= now - pastMs && at <= now + FRESH_MS // mutant: C55.replay-window
}

/** In constant time, whatever the lengths are. */
export function isSame(given: string | Uint8Array, expected: string | Uint8Array): boolean {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
