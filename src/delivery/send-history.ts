// Sends of other nodes, and of this one before a restart, from the store into the memory that decoys go by (C49).
// It must not fail: without a store decoys go by what this process saw.

import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import { backoffWindowMs } from './backoff.ts'
import type { Outbox, PastSend } from './outbox-ports.ts'
import type { SendResult } from './ports.ts'
import type { RecentSends } from './recent-sends.ts'

/** A flood of decoys is not a flood of reads. */
const MIN_INTERVAL_MS = 250

/** A wait that is longer than any of our own is one that the provider asked for: decoys wait as long. */
function withAskedWait({ result, attempt, waitMs }: PastSend): SendResult {
  if (result.kind !== 'temporary' || waitMs === null || waitMs <= backoffWindowMs(attempt))
    return result
  return { ...result, retryAfterMs: waitMs }
}

/** @returns what brings the memory up to date; it never rejects */
export function createSendHistory(deps: {
  outbox: Pick<Outbox, 'pastSends'>
  keyring: Pick<Keyring, 'open'>
  recentSends: RecentSends
  clock: Clock
}): () => Promise<void> {
  const { outbox, keyring, recentSends, clock } = deps
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  const remember = (past: PastSend) => {
    if (recentSends.knows(past.id)) return
    try {
      const to = keyring.open(past.recipientSealed, recipientContext(past.verificationId))
      recentSends.record({ ...past, to, result: withAskedWait(past) }) // mutant: C49.decoy-retry-after
    } catch {
      // Sealed under a key that this node lacks, or changed: nothing is learned from it.
    }
  }
  const read = async () => {
    try {
      for (const past of await outbox.pastSends()) remember(past) // mutant: C49.shared-send-history
    } catch {
      // The store is away: the worker says so, and what this process saw must do.
    } finally {
      readAt = clock.now()
      reading = undefined
    }
  }
  return () => {
    if (Math.abs(clock.now() - readAt) < MIN_INTERVAL_MS) return reading ?? Promise.resolve()
    reading ??= read()
    return reading
  }
}
