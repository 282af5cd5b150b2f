// The deadline of a request whose peer keeps it waiting: it passes a while after the peer has what it needs for its part, not after
// a time from the beginning, in which a busy machine may not have come that far.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { quiet } from '../quiet.ts'

/** Several short waits: in each turn of the event loop what has arrived is read. */
const TURNS = 8
const TURN_MS = 50
/** A shared machine may be late, but never by seconds. */
const LATE_MS = 1_500

/** @param isReached by the request: from then on nothing more comes */
export function deadlineAfter(isReached: () => boolean): AbortSignal {
  const end = new AbortController()
  const wait = async () => {
    await vi.waitUntil(isReached)
    for (let turn = 0; turn < TURNS; turn += 1) await sleep(TURN_MS)
  }
  void wait()
    .catch(() => {})
    .finally(() => end.abort())
  return end.signal
}

/** What `ask` gives; it ends soon after its deadline has passed. */
export async function inTime<Given>(
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<Given>,
): Promise<Given> {
  let abortedAt: number | undefined
  signal.addEventListener('abort', () => {
    abortedAt = performance.now()
  })
  const given = await ask(signal)
  if (abortedAt !== undefined) expect(quiet(performance.now() - abortedAt)).toBeLessThan(LATE_MS)
  return given
}
