// A delivery row as the domain sees it.
// It must not show tokens, leases or anything of the worker's.

import type { Channel, DeliveryStatus } from '../kernel/channel.ts'
import { deliveryId } from '../kernel/ids.ts'
import { isWaiting } from '../kernel/steps.ts'
import type { DeliveryRecord, VerificationRecord } from '../verification/state.ts'

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

/**
 * From `send:status:ambiguous`, as both engines write it of the deliveries of a row, and `:channel:due:timeout` behind it of a
 * step that waits.
 */
export function readDeliveryStates(
  states: readonly string[],
): Pick<VerificationRecord, 'deliveries' | 'nextStep'> {
  const read = states.map((state) => {
    const [send, status, ambiguous, ...step] = state.split(':')
    return { send: Number(send), status, ambiguous: ambiguous === '1', step }
  })
  const waiting = read.filter(({ status }) => status === 'waiting')
  const [channel, dueAt, timeoutMs] = waiting.toSorted((a, b) => b.send - a.send)[0]?.step ?? []
  return {
    deliveries: read
      .filter(({ send }) => !isWaiting(send))
      .map(({ send, status, ambiguous }) => {
        return { send, status: status as DeliveryStatus, ambiguous }
      }),
    nextStep:
      channel === undefined
        ? null
        : { channel: channel as Channel, at: Number(dueAt), timeoutMs: Number(timeoutMs) },
  }
}
