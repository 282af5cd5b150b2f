// Whether this machine's clock agrees with another one.
// It must not set a clock.

import { type Finding, finding } from './finding.ts'

/** A Date header has whole seconds, and an answer takes its time. */
const TOLERATED_MS = 5_000
/** A step of an authenticator app: codes of the present one would be taken for another's. */
const HARMFUL_MS = 30_000

const describeOffset = (offsetMs: number) =>
  `${(Math.abs(offsetMs) / 1000).toFixed(1)} s ${offsetMs > 0 ? 'behind' : 'ahead'}`

/** @param offsetMs how far the other clock is ahead of this machine's */
export function judgeClock(other: string, offsetMs: number): Finding {
  const amount = Math.abs(offsetMs)
  if (amount <= TOLERATED_MS)
    return finding('clock', 'ok', `agrees with ${other} (within ${TOLERATED_MS / 1000} s)`)
  return finding(
    'clock',
    amount < HARMFUL_MS ? 'warning' : 'failed',
    `is ${describeOffset(offsetMs)} of ${other}: set up NTP on this machine (or on the other); codes of authenticator apps go by it`,
  )
}
