// The rules of a message's life: when it is tried again, and when it is dead. Pure.

import { HOUR_MS, MINUTE_MS } from '../kernel/clock.ts'
import type { WebhookSettlement } from './ports.ts'
import type { Answer } from './post.ts'

/** Nothing was sent: the text could not be written here. */
export type Unwritten = { kind: 'unwritten'; error: 'unknown_key' | 'not_prepared' }

const SECOND_MS = 1000
/** After the first try, the second, …: almost a day in all. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  8 * HOUR_MS,
] as const
/** Of a wait: a receiver that was down is not met by all of its messages at once. */
const JITTER = 0.2
const LONGEST_WAIT_MS = 8 * HOUR_MS
/** Another node may have the key: it sees the message first, or next time. */
const GIVEN_BACK_MS = 30 * SECOND_MS

/** RFC 9110 §15.5.11, and Standard Webhooks: the receiver wants no more of them. */
const GONE_STATUS = 410

/** @param random in [0, 1) */
export function decideSettled(
  tries: number,
  answer: Answer | Unwritten,
  random: number,
): WebhookSettlement {
  if (answer.kind === 'taken') return { state: 'delivered', dueAfterMs: null, error: null }
  const { error } = answer
  if (error === 'unknown_key')
    return { state: 'queued', dueAfterMs: GIVEN_BACK_MS, error, isUncounted: true } // mutant: C57.unknown-key-given-back
  const { status, retryAfterMs } =
    answer.kind === 'failed' ? answer : { status: null, retryAfterMs: null }
  const waitMs = WAITS_MS[tries - 1]
  if (waitMs === undefined || status === GONE_STATUS)
    return { state: 'dead', dueAfterMs: null, error } // mutant: C57.dead-after-a-day
  const jittered = waitMs * (1 - JITTER + 2 * JITTER * random)
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS)
  return { state: 'queued', dueAfterMs: Math.round(Math.max(jittered, asked)), error }
}
