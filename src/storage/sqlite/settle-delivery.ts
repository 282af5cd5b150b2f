// What became of a claimed send: fenced by its token, then sent, tried again, failed or canceled.
// It must not move a verification, and must not schedule past its expiry (I6).

import type { Outbox, SettleDelivery } from '../../delivery/outbox-ports.ts'
import { MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import { canceledBecause, type DeliveryMoves } from './delivery-moves.ts'
import type { Endings } from './ending.ts'
import type { OutboxRow, OutboxRows } from './outbox-rows.ts'

type Retry = Extract<SettleDelivery['result'], { kind: 'retry' }>
type Release = Parameters<Outbox['release']>[0][number]

export function createSettleDelivery(deps: {
  rows: OutboxRows
  moves: DeliveryMoves
  endings: Endings
}) {
  const { rows, moves, endings } = deps

  const retry = (row: OutboxRow, input: SettleDelivery, result: Retry) => {
    const { now } = input
    const { at, error } = result
    const reason = canceledBecause(row)
    if (reason !== undefined) return moves.cancel(row, now, reason) // mutant: I6.no-retry-ended
    if (row.expiresAt - at < MIN_REMAINING_TO_SEND_MS) return moves.fail(row, now, error) // mutant: I6.no-retry-expired
    rows.move(row, { status: 'queued', dueAt: at, error })
    const { provider, send, attempts: attempt } = row
    const details = { provider, send, attempt, error: error.code, retry_in_ms: at - now }
    moves.tell(row, now, 'delivery.retrying', details)
  }

  const sent = (row: OutboxRow, { now, durationMs }: SettleDelivery) => {
    const { provider, send, attempts: attempt } = row
    rows.move(row, { status: 'sent', sentAt: now, error: null })
    moves.tell(row, now, 'delivery.sent', { provider, send, attempt, duration_ms: durationMs })
    endings.eraseIfUnsendable(row.seq) // mutant: I7.last-send-erases
  }

  const keepAnswer = (row: OutboxRow, { attempt, durationMs, result }: SettleDelivery) =>
    rows.attempts.answer({
      seq: row.seq,
      send: row.send,
      attempt,
      durationMs,
      result: result.kind,
      reference: result.kind === 'sent' ? result.reference : null,
      errorCode: result.kind === 'sent' ? null : result.error.code,
      errorMessage: result.kind === 'sent' ? null : result.error.message,
    })

  return (input: SettleDelivery): 'settled' | 'fenced' => {
    const { verificationId, sendNumber: send, token, now, result } = input
    const found = rows.one({ verificationId, send })
    if (!found) return 'fenced'
    keepAnswer(found, input)
    if (found.status !== 'sending' || found.token !== token) return 'fenced' // mutant: I5.lease-fencing
    const isAmbiguous = result.kind !== 'sent' && result.ambiguous
    const row = { ...found, ambiguous: found.ambiguous + (isAmbiguous ? 1 : 0) }
    if (result.kind === 'sent') sent(row, input)
    else if (result.kind === 'retry') retry(row, input, result)
    else moves.fail(row, now, result.error)
    return 'settled'
  }
}

/** Back to where it was before the claim: due at once, the attempt not counted. */
export function createRelease(rows: OutboxRows): (claims: readonly Release[]) => void {
  /** Earlier than every clock: the port gives no time, and these go first. */
  const atOnce = 0
  const releaseOne = ({ verificationId, sendNumber: send, attempt, token }: Release) => {
    const row = rows.one({ verificationId, send })
    if (row?.status !== 'sending' || row.token !== token) return
    rows.attempts.remove({ seq: row.seq, send, attempt })
    rows.move(row, { status: 'queued', dueAt: atOnce, attempts: row.attempts - 1 })
  }
  return (claims) => claims.forEach(releaseOne)
}
