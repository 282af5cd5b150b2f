// A check's two steps: the charge before the comparison (I2), and the settling after it (I1, I3).
// It must not compare codes, and must not refund a charge.

import type {
  ChargeInput,
  ChargeOutcome,
  SettleInput,
  SettleOutcome,
} from '../../verification/ports.ts'
import { attemptsRemaining } from '../../verification/state.ts'
import { and, eq, gt, lt, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import type { AppendEvent } from './event-rows.ts'
import type { FactorUses } from './factor-uses.ts'
import type { Answers } from './idempotency.ts'
import type { NumberLimit } from './number-limit.ts'
import { toRecord, type VerificationRow, type VerificationRows } from './rows.ts'
import { verifications } from './schema.ts'

type RowToSettle = Pick<VerificationRow, 'seq' | 'service' | 'status' | 'attempts' | 'maxAttempts'>

export function createCharge(deps: {
  orm: Orm
  rows: VerificationRows
  numberLimit: NumberLimit
}): (input: ChargeInput) => ChargeOutcome | undefined {
  const p = sql.placeholder
  const v = verifications
  // mutants: I12.charge-in-time.2 I2.attempt-cap.2
  const charge = deps.orm
    .update(v)
    .set({ attempts: sql`${v.attempts} + 1`, lastAttemptAt: sql`${p('now')}` }) // mutant: I2.charge-first
    .where(
      and(
        eq(v.seq, p('seq')),
        eq(v.status, 'pending'),
        lt(v.attempts, v.maxAttempts),
        gt(v.expiresAt, p('now')),
      ),
    )
    .prepare()
  return ({ id, service, now, perNumber }) => {
    const row = deps.rows.byId(service, id)
    if (!row) return undefined
    // First what has ended, then the limit: a finished verification is told so, whatever the budget.
    // mutants: I12.charge-in-time I2.attempt-cap
    if (attemptsRemaining(toRecord(row), now) === 0)
      return { kind: 'not_chargeable', record: toRecord(row) }
    const retryAt = perNumber && deps.numberLimit({ ...perNumber, service }, now)
    if (typeof retryAt === 'number') return { kind: 'number_limited', retryAt }
    const isCharged = charge.run({ seq: row.seq, now }).changes === 1
    if (!isCharged) return { kind: 'not_chargeable', record: toRecord(row) }
    // What the statement above wrote, in the transaction that read the row: it need not be read again.
    const charged = { ...row, attempts: row.attempts + 1, lastAttemptAt: now }
    return { kind: 'charged', record: toRecord(charged) }
  }
}

export function createSettle(deps: {
  orm: Orm
  rows: VerificationRows
  answers: Answers
  endings: Endings
  factorUses: FactorUses
  appendEvent: AppendEvent
}): (input: SettleInput) => SettleOutcome {
  const { rows, answers, endings } = deps
  const v = verifications
  // Its own counter: were the charged attempts what ends it, a wrong last attempt compared first
  // would end the verification under the right one charged just before (I3).
  const countFailed = deps.orm
    .update(v)
    .set({ failed: sql`${v.failed} + 1` }) // mutant: I2.charge-first.2
    .where(eq(v.seq, sql.placeholder('seq')))
    .returning({ failed: v.failed })
    .prepare()

  /** Few columns: the whole row is read once, after the change. */
  const findToSettle = deps.orm
    .select({
      seq: v.seq,
      service: v.service,
      status: v.status,
      attempts: v.attempts,
      maxAttempts: v.maxAttempts,
    })
    .from(v)
    .where(and(eq(v.id, sql.placeholder('id')), eq(v.service, sql.placeholder('service'))))
    .prepare()

  const settleWrong = (row: RowToSettle, { now, actor }: SettleInput) => {
    const failed = countFailed.get({ seq: row.seq }).failed
    deps.appendEvent({
      at: now,
      type: 'check.incorrect',
      verificationSeq: row.seq,
      actor,
      details: { attempt: failed, attempts_remaining: Math.max(0, row.maxAttempts - row.attempts) },
    })
    if (failed >= row.maxAttempts) endings.end(row, 'max_attempts_reached', now, actor) // mutant: I3.wrong-code-counter
  }

  /** A factor's step or code is good once: what another check used before is wrong here. */
  const isStillRight = (row: RowToSettle, { valid, use, now }: SettleInput) =>
    valid && (use === null || row.status !== 'pending' || deps.factorUses.use(use, now)) // mutant: C11.used-code-wrong

  return (input) => {
    const { id, service, now, use, actor, idempotency } = input
    const stored = idempotency && answers.find(idempotency.key, now)
    if (stored) return { kind: 'answered_before', stored } // mutant: C38.check-replay
    const row = findToSettle.get({ service, id })
    if (!row) return { kind: 'gone' }
    const valid = isStillRight(row, input)
    const isLost = valid && !endings.end(row, 'approved', now, actor) // mutant: I1.late-not-approved
    if (!valid) settleWrong(row, input)
    const record = toRecord(rows.bySeq(row.seq))
    if (isLost) return { kind: 'lost', record }
    const isCode = valid && use?.type === 'recovery_codes'
    const codesRemaining = isCode ? deps.factorUses.remaining(use.factorId) : null
    answers.keep(idempotency, { valid, record, codesRemaining })
    return valid ? { kind: 'approved', record, codesRemaining } : { kind: 'wrong', record }
  }
}
