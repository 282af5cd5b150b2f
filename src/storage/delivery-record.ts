// A delivery row as the domain sees it.
// It must not show tokens, leases or anything of the worker's.

import type { DeliveryStatus } from '../kernel/channel.ts'
import { deliveryId } from '../kernel/ids.ts'
import type { DeliveryRecord, DeliveryState } from '../verification/state.ts'

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
    tries: row.tries,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
    queuedAt: row.queuedAt,
    sentAt: row.sentAt,
    deliveredAt: row.deliveredAt,
  }
}

/** From `send:status:ambiguous`, as both engines write it of the deliveries of a row. */
export function readDeliveryStates(states: readonly string[]): DeliveryState[] {
  return states.map((state) => {
    const [send, status, ambiguous] = state.split(':')
    return { send: Number(send), status: status as DeliveryStatus, ambiguous: ambiguous === '1' }
  })
}
