// A delivery row as the domain sees it.
// It must not show tokens, leases or anything of the worker's.

import { deliveryId } from '../kernel/ids.ts'
import type { DeliveryRecord } from '../verification/state.ts'

/** Of both schemas. */
type DeliveryRow = Omit<DeliveryRecord, 'id' | 'error'> & {
  send: number
  errorCode: string | null
  errorMessage: string | null
}

export function toDeliveryRecord(verificationId: string, row: DeliveryRow): DeliveryRecord {
  const { errorCode, errorMessage } = row
  return {
    id: deliveryId(verificationId, row.send),
    channel: row.channel,
    provider: row.provider,
    status: row.status,
    attempts: row.attempts,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
    queuedAt: row.queuedAt,
    sentAt: row.sentAt,
    deliveredAt: row.deliveredAt,
  }
}
