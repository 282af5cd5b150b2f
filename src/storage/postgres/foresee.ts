// A row as a step will leave it. An answer under an Idempotency-Key is written in the transaction of its effect,
// and made before it: the database checks that the row still looks as it did (cs_looks).
// It must not decide: what it foresees either happens so, or the database says `changed`.

import type { DeliveryStatus } from '../../kernel/channel.ts'
import type { ResendInput, SettleInput } from '../../verification/ports.ts'
import { statusAt, type VerificationRecord } from '../../verification/state.ts'

/** The end cancels what waits; what a worker holds, or was sent, stays. */
const withoutQueued = (status: DeliveryStatus | null): DeliveryStatus | null =>
  status === 'queued' ? 'canceled' : status

function foreseeEnd(
  record: VerificationRecord,
  status: VerificationRecord['status'],
  now: number,
): VerificationRecord {
  const deliveryStatus = withoutQueued(record.deliveryStatus)
  return { ...record, status, deliveryStatus, endedAt: now, codeHash: null, codeSealed: null }
}

/** Undefined: it has ended, so a right code comes second and nothing is kept. */
export function foreseeSettled(
  record: VerificationRecord,
  { valid, now }: Pick<SettleInput, 'valid' | 'now'>,
): VerificationRecord | undefined {
  if (valid) return record.status === 'pending' ? foreseeEnd(record, 'approved', now) : undefined
  const failed = { ...record, failed: record.failed + 1 }
  const isLast = failed.failed >= record.maxAttempts && record.status === 'pending'
  return isLast ? foreseeEnd(failed, 'max_attempts_reached', now) : failed
}

export function foreseeResent(
  record: VerificationRecord,
  { now, channel }: Pick<ResendInput, 'now' | 'channel'>,
): VerificationRecord {
  const best = withoutQueued(record.deliveryStatus)
  const isBetter = best === 'delivered' || best === 'sent' || best === 'sending'
  const deliveryStatus = isBetter ? best : 'queued'
  const sent = { sends: record.sends + 1, lastSendAt: now, channel, isLastSendLost: false }
  return { ...record, ...sent, deliveryStatus }
}

export function foreseeCanceled(record: VerificationRecord, now: number): VerificationRecord {
  return statusAt(record, now) === 'pending' ? foreseeEnd(record, 'canceled', now) : record
}
