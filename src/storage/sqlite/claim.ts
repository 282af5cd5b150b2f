// The worker's claim: due deliveries get a lease, a token and an attempt row before any request.
// It must not claim what has ended or comes too late (I6), nor let one bad row stop the batch.

import type { ClaimedDelivery, DueDelivery, Outbox, Plan } from '../../delivery/outbox-ports.ts'
import { deliveryId, drawBytes, sendAttemptId } from '../../kernel/ids.ts'
import { EXPIRED, planSafely } from '../claim-plan.ts'
import { canceledBecause, type DeliveryMoves } from './delivery-moves.ts'
import type { OutboxRow, OutboxRows } from './outbox-rows.ts'

type ClaimInput = Parameters<Outbox['claim']>[0]
type SendPlan = Extract<Plan<unknown>, { kind: 'send' }>

/** 64 random bits: tells workers apart, it is no secret. */
const TOKEN_BYTES = 8
/** After an outage most of what is due may be dead: look further than one batch, but not through all in one transaction. */
const MAX_ROUNDS = 4

function toDue(row: OutboxRow, reclaimed: boolean): DueDelivery {
  return {
    verificationId: row.verificationId,
    service: row.service,
    sendNumber: row.send,
    channel: row.channel,
    kind: row.kind,
    attempts: row.attempts,
    ambiguous: row.ambiguous,
    recipientSealed: row.recipientSealed,
    codeSealed: row.codeSealed ?? new Uint8Array(),
    locale: row.locale,
    expiresAt: row.expiresAt,
    reclaimed,
    wordedAt: row.wordedAt,
  }
}

export function createClaim(deps: { rows: OutboxRows; moves: DeliveryMoves }) {
  const { rows, moves } = deps

  /** The worker before died or froze; its attempt may have gone out, and its row keeps no answer. */
  const reclaim = (row: OutboxRow, now: number): OutboxRow => {
    const { channel, provider, send, attempts: attempt } = row
    moves.tell(row, now, 'delivery.reclaimed', { channel, provider, send, attempt })
    return { ...row, ambiguous: row.ambiguous + 1 }
  }

  const take = (
    row: OutboxRow,
    due: DueDelivery,
    { now, leaseMs }: ClaimInput,
    { provider, prepared }: SendPlan,
  ): ClaimedDelivery<unknown> => {
    const { verificationId, send, seq, channel } = row
    const attempt = row.attempts + 1
    const token = drawBytes(TOKEN_BYTES).toString('base64url')
    const leaseUntil = now + leaseMs
    rows.move(row, { status: 'sending', dueAt: leaseUntil, token, provider, attempts: attempt })
    rows.attempts.begin({ seq, send, attempt, provider, now })
    moves.tell(row, now, 'delivery.attempted', { channel, provider, send, attempt })
    return {
      ...due,
      attemptId: sendAttemptId(verificationId, send, attempt),
      deliveryId: deliveryId(verificationId, send),
      attempt,
      startedAt: now,
      provider,
      token,
      leaseUntil,
      prepared,
    }
  }

  const claimOne = (found: OutboxRow, input: ClaimInput): ClaimedDelivery<unknown> | undefined => {
    const { now } = input
    const reclaimed = found.status === 'sending'
    const row = reclaimed ? reclaim(found, now) : found
    const reason = canceledBecause(row)
    if (reason !== undefined) return void moves.cancel(row, now, reason) // mutant: I6.claim-ended-check
    const isTooLate = row.expiresAt - now < input.minRemainingMs || row.codeSealed === null // mutant: I6.claim-time-left
    if (isTooLate) return void moves.fail(row, now, EXPIRED)
    const due = toDue(row, reclaimed)
    const plan = planSafely(input.plan, due)
    if (plan.kind === 'fail') return void moves.fail(row, now, plan.error)
    if (plan.kind === 'give_back')
      return void rows.move(row, { status: 'queued', dueAt: now + Math.max(1, plan.delayMs) })
    return take(row, due, input, plan)
  }

  return <Prepared>(input: ClaimInput & { plan: (due: DueDelivery) => Plan<Prepared> }) => {
    const { channel, now, limit } = input
    const claimed: ClaimedDelivery<unknown>[] = []
    for (let round = 0; round < MAX_ROUNDS && claimed.length < limit; round += 1) {
      const found = rows.due({ channel, now, limit: limit - claimed.length })
      for (const row of found) claimed.push(...[claimOne(row, input) ?? []].flat())
      if (found.length === 0) break
    }
    // What `plan` prepared is handed back as it came.
    return claimed as ClaimedDelivery<Prepared>[]
  }
}
