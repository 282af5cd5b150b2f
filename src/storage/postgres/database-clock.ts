// The database's wall clock, as this process knows it: asked now and then, and carried on by the monotonic clock.
// It must not go by this machine's wall: a node whose clock is off by minutes must break nothing.

import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'

/** Quartz drifts by some 50 µs in a second: half a millisecond until it is asked again. */
const ASK_EVERY_MS = 10_000
/** An answer that took longer is too inexact: the previous one is as good. */
const MAX_ROUND_TRIP_MS = 250

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
  const ask = async () => {
    const asked = monotonicMs()
    const [row] = await query<{ ms: number }>(sql`select cs_now_1(null) as ms`)
    const answered = monotonicMs()
    if (!row || (answered - asked > MAX_ROUND_TRIP_MS && !Number.isNaN(offsetMs))) return
    // As if it had been read at the answer: behind by what the way back took, never ahead.
    offsetMs = row.ms - answered
  }
  await ask()
  // Away for a while: the monotonic clock carries on.
  const timer = setInterval(() => void ask().catch(() => {}), ASK_EVERY_MS)
  timer.unref()
  return {
    wallMs: () => offsetMs + monotonicMs(),
    ask,
    stop: () => clearInterval(timer),
  }
}
