// Resend and cancel: each one transaction over a verification that is still pending.
// It must not move `expires_at`, and must not renew any budget (I4).

import type {
  CancelInput,
  CancelOutcome,
  ResendInput,
  ResendOutcome,
} from '../../verification/ports.ts'
import { sendsRemaining, statusAt } from '../../verification/state.ts'
import type { InsertDelivery } from './create.ts'
import { eq, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import type { AppendEvent } from './event-rows.ts'
import type { Answers } from './idempotency.ts'
import { toRecord, type VerificationRow, type VerificationRows } from './rows.ts'
import { verifications } from './schema.ts'

function canResend(row: VerificationRow, input: ResendInput): boolean {
  return (
    sendsRemaining(toRecord(row), input.now) > 0 &&
    row.sends === input.expectedSends &&
    row.expiresAt - input.now >= input.minRemainingMs &&
    row.codeSealed !== null
  )
}

export function createResend(deps: {
  orm: Orm
  rows: VerificationRows
  answers: Answers
  endings: Endings
  appendEvent: AppendEvent
  insertDelivery: InsertDelivery
}): (input: ResendInput) => ResendOutcome | undefined {
  const p = sql.placeholder
  const v = verifications
  const countSend = deps.orm
    .update(v)
    .set({
      sends: sql`${v.sends} + 1`, // mutant: I4.resend-keeps-attempts
      lastSendAt: sql`${p('now')}`,
      channel: sql`${p('channel')}`,
    })
    .where(eq(v.seq, p('seq')))
    .prepare()
  return (input) => {
    const { id, service, now, channel, actor, idempotency } = input
    const stored = idempotency && deps.answers.find(idempotency.key, now)
    if (stored) return { kind: 'answered_before', stored }
    const row = deps.rows.byId(service, id)
    if (!row) return undefined
    if (!canResend(row, input)) return { kind: 'stale', record: toRecord(row) }
    const { seq } = row
    const send = row.sends + 1
    countSend.run({ seq, now, channel })
    deps.endings.cancelQueued(row, now, 'replaced')
    deps.insertDelivery({ seq, send, channel, now }) // mutant: I5.resend-in-transaction
    const details = { channel, send }
    deps.appendEvent({ at: now, type: 'verification.resent', verificationSeq: seq, actor, details })
    const record = toRecord(deps.rows.bySeq(seq))
    deps.answers.keep(idempotency, record)
    return { kind: 'resent', record }
  }
}

export function createCancel(deps: {
  rows: VerificationRows
  answers: Answers
  endings: Endings
}): (input: CancelInput) => CancelOutcome {
  return ({ id, service, now, actor, idempotency }) => {
    const stored = idempotency && deps.answers.find(idempotency.key, now)
    if (stored) return { kind: 'answered_before', stored }
    const row = deps.rows.byId(service, id)
    if (!row) return { kind: 'not_found' }
    if (row.status === 'approved') return { kind: 'approved_before', record: toRecord(row) }
    // Past its expiry it is left to the sweeper: a check charged in time may still be compared.
    if (statusAt(row, now) === 'pending') deps.endings.end(row, 'canceled', now, actor)
    const record = toRecord(deps.rows.bySeq(row.seq))
    deps.answers.keep(idempotency, record)
    return { kind: 'ended', record }
  }
}
