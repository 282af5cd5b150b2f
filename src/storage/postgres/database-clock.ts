// The database's wall clock, as this process knows it: asked now and then, and carried on by the monotonic clock.
// It must not go by this machine's wall: a node whose clock is off by minutes must break nothing.

import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'

/** Quartz drifts by some 50 µs in a second: half a millisecond until it is asked again. */
const ASK_EVERY_MS = 10_000
/** A time is inexact by the round trip that brought it. Up to so much nobody minds. */
const GOOD_ROUND_TRIP_MS = 20
/** At the start: a busy machine has a quick moment among a few. */
const FIRST_ASKED = 4
/** A slower answer is followed in the end, where the way to the database has become longer: a millisecond more in each second. */
const MORE_ALLOWED_PER_MS = 1e-3

export type DatabaseClock = {
  /** Milliseconds since the epoch. */
  wallMs(): number
  /** @throws StoreUnavailableError */
  ask(): Promise<void>
  stop(): void
}

/** @throws StoreUnavailableError where the first answer does not come */
export async function startDatabaseClock(
  query: Query,
  monotonicMs: () => number = () => performance.now(),
): Promise<DatabaseClock> {
  let offsetMs = Number.NaN
  /** Of the answer that is followed. */
  let known = { roundTripMs: Number.POSITIVE_INFINITY, at: 0 }
  const ask = async () => {
    const asked = monotonicMs()
    const [row] = await query<{ ms: number }>(sql`select cs_now_1(null) as ms`)
    const at = monotonicMs()
    const roundTripMs = at - asked
    const allowedMs =
      Math.max(GOOD_ROUND_TRIP_MS, known.roundTripMs) + (at - known.at) * MORE_ALLOWED_PER_MS
    if (!row || roundTripMs > allowedMs) return // mutant: I12.exact-answers
    known = { roundTripMs, at }
    // As if it had been read at the answer: behind by what the way back took, never ahead.
    offsetMs = row.ms - at
  }
  await ask()
  for (let n = 1; n < FIRST_ASKED && known.roundTripMs > GOOD_ROUND_TRIP_MS; n += 1) await ask() // mutant: I12.first-answer
  // Away for a while: the monotonic clock carries on.
  const timer = setInterval(() => void ask().catch(() => {}), ASK_EVERY_MS)
  timer.unref()
  return {
    wallMs: () => offsetMs + monotonicMs(),
    ask,
    stop: () => clearInterval(timer),
  }
}
