// The reads of the outbox that both engines share: how far a backlog is counted, and a real send that was answered.

import type { PastSend, StoredResult } from '../delivery/outbox-ports.ts'
import type { Fault } from '../delivery/ports.ts'
import type { Channel, DeliveryStatus } from '../kernel/channel.ts'
import { tryId } from '../kernel/ids.ts'

/** Of a channel: some 10 ms; beyond it an operator needs no exact number. */
export const MAX_COUNTED = 20_000
/** How far back is looked: of the newest messages whatever their kind, so that a flood of decoys costs no more. */
export const PAST_SENDS = 256
/** And of their tries, newest first. */
export const PAST_TRIES = 1024
/** A failure nearer to the expiry than the longest wait a provider may ask for may be one that ran out of time. */
const OUT_OF_TIME_MS = 150_000

export type PastSendRow = {
  verificationId: string
  send: number
  tryNumber: number
  channel: Channel
  provider: string
  recipientSealed: Uint8Array
  country: string | null
  expiresAt: number
  /** Of the message's tries, how many may have gone out. */
  ambiguous: number
  startedAt: number
  durationMs: number | null
  result: 'sent' | 'retry' | 'failed' | null
  errorCode: string | null
  errorMessage: string | null
  fault: Fault | null
  /** Of the message, as it is now. */
  tries: number
  nextProvider: string | null
  status: DeliveryStatus
  dueAt: number | null
}

function resultOf(row: PastSendRow, at: number): StoredResult {
  if (row.result === 'sent') return { kind: 'accepted', reference: null }
  const error = { code: row.errorCode ?? '', message: row.errorMessage ?? '' }
  if (row.ambiguous > 0) return { kind: 'ambiguous', error }
  const isFailed = row.result === 'failed' && at < row.expiresAt - OUT_OF_TIME_MS
  // Without a fault: an older version wrote it, or it ran out of tries.
  return row.fault !== null || isFailed
    ? { kind: 'permanent', fault: row.fault, error }
    : { kind: 'temporary', error, retryAfterMs: null }
}

export function toPastSend(row: PastSendRow): PastSend {
  const { verificationId, channel, provider, recipientSealed, country, tryNumber } = row
  const durationMs = row.durationMs ?? 0
  const at = row.startedAt + durationMs
  const id = tryId(verificationId, row.send, tryNumber)
  const result = resultOf(row, at)
  // While a try is in progress `due_at` is the end of its lease.
  const isLast = tryNumber === row.tries && provider === row.nextProvider
  const waitMs = isLast && row.status === 'queued' && row.dueAt !== null ? row.dueAt - at : null
  return {
    id,
    verificationId,
    channel,
    provider,
    recipientSealed,
    country,
    at,
    durationMs,
    result,
    tryNumber,
    waitMs,
  }
}
