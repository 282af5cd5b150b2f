// A bucket of tokens, one for each message, that fills evenly: as many as the rate, and a little more after a quiet moment. Pure.
// PostgreSQL has the same rule in its function, for all nodes.

import type { Rate } from '../ports.ts'
import type { Bucket, Taken } from './ports.ts'

/**
 * So much of the rate may go out at once after a quiet moment, and one message. A worker that comes late by less makes
 * up for it; a provider that counts by the second sees a quarter more than the rate at the most.
 */
const BURST_MS = 250

export function bucketOf({ messages, perMs }: Pick<Rate, 'messages' | 'perMs'>): Bucket {
  const intervalMs = perMs / messages
  return { intervalMs, burst: 1 + Math.floor(BURST_MS / intervalMs) }
}

/**
 * @param fullAt when the bucket is full again: each token taken moves it on by one interval
 * @returns as many tokens as there are, at most `wanted`
 */
export function takeFrom(
  fullAt: number,
  { intervalMs, burst }: Bucket,
  wanted: number,
  now: number,
): Taken & { fullAt: number } {
  const holdsMs = burst * intervalMs
  // Emptier than empty: the clock, or the rate, was another.
  const from = Math.min(Math.max(fullAt, now), now + holdsMs)
  // A thousandth: intervals are no whole milliseconds.
  const there = Math.floor((now + holdsMs - from) / intervalMs + 0.001)
  const granted = Math.min(wanted, there)
  const next = from + granted * intervalMs
  return { granted, fullAt: next, waitMs: Math.max(0, next + intervalMs - holdsMs - now) }
}

/** Tokens that were not used. */
export const putBack = (fullAt: number, { intervalMs }: Bucket, count: number) =>
  fullAt - count * intervalMs
