// The one source of time for domain, storage and delivery.
// It must not go back: what has expired stays expired whatever the wall clock does (I12: one clock, never backwards).

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Milliseconds since the Unix epoch. */
export type Clock = { now(): number }

/** For a wall steered by another machine: half of a lead is made up at a time, and nobody sees time stand still. */
export const STEERED_RATE = 0.5

export type ClockSources = {
  wallMs: () => number
  monotonicMs: () => number
  /** The newest time found in storage, or 0: after a restart with the clock set back, time continues from there. */
  floorMs: number
  /** Share of the monotonic progress while this clock is ahead of the wall: under 1 it comes back to a steered wall. */
  aheadRate: number
}

/**
 * Wall time at start, then monotonic progress. A forward jump of the wall is adopted; a backward
 * one is ignored while time continues. (A plain max(wall, last) would stand still after a jump
 * forward and back, and codes would never expire.)
 */
export function createClock(sources: Partial<ClockSources> = {}): Clock {
  const wallMs = sources.wallMs ?? Date.now
  const monotonicMs = sources.monotonicMs ?? (() => performance.now())
  const aheadRate = sources.aheadRate ?? 1
  let last = Math.max(wallMs(), sources.floorMs ?? 0) // mutant: I12.restart-floor
  let lastMonotonic = monotonicMs()
  return {
    now() {
      const monotonic = monotonicMs()
      const wall = wallMs()
      const passed = Math.max(0, monotonic - lastMonotonic)
      last = Math.max(last + (last + passed > wall ? passed * aheadRate : passed), wall) // mutants: I12.never-backwards I12.monotonic-progress I12.database-clock-sync
      lastMonotonic = monotonic
      return Math.floor(last)
    },
  }
}
