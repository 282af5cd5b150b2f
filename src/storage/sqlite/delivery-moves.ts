// How a delivery ends without being sent: canceled with its verification, or failed for good.
// It must not touch the verification's status (I5): only its sealed code is erased, once useless.

import type { ProviderError } from '../../delivery/ports.ts'
import type { EventDetails, EventType } from '../../events/types.ts'
import type { Endings } from './ending.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import type { OutboxRow, OutboxRows } from './outbox-rows.ts'

export type DeliveryMoves = {
  tell(row: OutboxRow, at: number, type: EventType, details: EventDetails): void
  cancel(row: OutboxRow, now: number, reason: string): void
  fail(row: OutboxRow, now: number, error: ProviderError): void
}

/** Why nothing more may be sent for this row, whatever the answer was; undefined: it may. */
export function canceledBecause(row: OutboxRow): string | undefined {
  if (row.verificationStatus !== 'pending') return row.verificationStatus
  // Only a row whose worker held it at the resend can be open beside its successor.
  return row.send < row.sends ? 'replaced' : undefined
}

export function createDeliveryMoves(deps: {
  rows: OutboxRows
  endings: Endings
  appendEvent: AppendEvent
}): DeliveryMoves {
  const { rows, endings, appendEvent } = deps
  const tell: DeliveryMoves['tell'] = (row, at, type, details) =>
    appendEvent({
      at,
      type,
      verificationSeq: row.seq,
      actor: serviceActor(row.service),
      details,
    })
  return {
    tell,
    cancel(row, now, reason) {
      rows.move(row, { status: 'canceled' })
      tell(row, now, 'delivery.canceled', { channel: row.channel, send: row.send, reason })
      endings.eraseIfUnsendable(row.seq)
    },
    fail(row, now, error) {
      const { provider, send, attempts: attempt } = row
      rows.move(row, { status: 'failed', error })
      const details = { provider, send, attempt, error: error.code, message: error.message }
      tell(row, now, 'delivery.failed', details)
      endings.eraseIfUnsendable(row.seq)
    },
  }
}
