// When a provider is asked what became of a message that it took, and whether anybody waits for the answer. Pure.
// It must not ask, nor decide what an answer does: receipts.ts does, as of a receipt that came unasked.

import type { HeldDelivery } from '../change.ts'
import { canceledBecause } from '../transitions.ts'

/** After the hand-over. Most messages arrive within seconds; later ones are rarer, and their steps are over. */
const AFTER_MS = [5_000, 10_000, 20_000, 40_000, 80_000]
/** Where somebody still looks after the last of them. */
const LATE_EVERY_MS = 20_000

/** The next of these times; null: none before the verification's end. */
export function nextPollAt(
  { handedAt, expiresAt }: { handedAt: number; expiresAt: number },
  now: number,
  isViewed: boolean,
): number | null {
  const sinceMs = now - handedAt
  const lateMs = isViewed ? (Math.floor(sinceMs / LATE_EVERY_MS) + 1) * LATE_EVERY_MS : null
  const afterMs = AFTER_MS.find((ms) => ms > sinceMs) ?? lateMs
  if (afterMs === null) return null
  const at = handedAt + afterMs
  return at < expiresAt ? at : null // mutant: I17.no-poll-after-expiry
}

/** Beside a step of the chain: an undelivered one would go to another provider; a webhook reports it; somebody looks at it. */
export type Waiting = { hasFailover: boolean; hasWebhook: boolean; isViewed: boolean }

/** Whether anybody waits for the answer. */
export function isAwaited(
  row: Pick<HeldDelivery, 'verificationStatus' | 'send' | 'sends' | 'hasNext' | 'expiresAt'>,
  { hasFailover, hasWebhook, isViewed }: Waiting,
  now: number,
): boolean {
  const isOver = row.verificationStatus !== 'pending' || now >= row.expiresAt // mutant: I17.no-poll-ended
  if (isOver) return false
  const hasStep = row.hasNext && canceledBecause(row) === undefined
  return hasStep || hasFailover || hasWebhook || isViewed
}
