// Start's one transaction: idempotency, session, guess reservation, verification + delivery + event.
// It must not decide policy; it decides who came first.

import type { CreateInput, CreateOutcome } from '../../verification/ports.ts'
import { getTableColumns, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import type { Guesses } from './guesses.ts'
import type { Answers } from './idempotency.ts'
import { toRecord, type VerificationRow } from './rows.ts'
import { codes, deliveries, verifications } from './schema.ts'
import type { Sessions } from './session-slots.ts'

export type InsertDelivery = (row: {
  seq: number
  send: number
  channel: string
  now: number
}) => void

/** A delivery that is due now. */
export function createDeliveryInsert(orm: Orm): InsertDelivery {
  const p = sql.placeholder
  const insert = orm
    .insert(deliveries)
    .values({
      verificationSeq: p('seq'),
      send: p('send'),
      channel: p('channel'),
      status: 'queued',
      attempts: 0,
      ambiguous: 0,
      dueAt: p('now'),
      queuedAt: p('now'),
    })
    .prepare()
  return (row) => void insert.run(row)
}

function createVerificationInsert(orm: Orm) {
  const { seq: _seq, ...columns } = getTableColumns(verifications)
  const names = Object.keys(columns)
  const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]))
  // Every column is a placeholder of its own name; the row's type is checked where `run` is called.
  return orm
    .insert(verifications)
    .values(values as never)
    .returning({ seq: verifications.seq })
    .prepare()
}

export function createCreate(deps: {
  orm: Orm
  answers: Answers
  guesses: Guesses
  sessions: Sessions
  appendEvent: AppendEvent
  insertDelivery: InsertDelivery
}): (input: CreateInput) => CreateOutcome {
  const { answers, guesses, sessions } = deps
  const insert = createVerificationInsert(deps.orm)
  const p = sql.placeholder
  const insertCode = deps.orm
    .insert(codes)
    .values({
      verificationSeq: p('seq'),
      codeHash: p('codeHash'),
      codeSealed: p('codeSealed'),
      expiresAt: p('expiresAt'),
    })
    .prepare()

  /** @returns the row as it stands now: it was all given, so nothing is read back. */
  const insertAll = ({ record, slot, actor, isLandline }: CreateInput): VerificationRow => {
    const { codeHash, codeSealed, ...kept } = record
    const isSent = codeSealed !== null
    const row: Omit<typeof verifications.$inferSelect, 'seq'> = {
      ...kept,
      status: 'pending',
      sessionSlot: slot?.slots[0] ?? null,
      attempts: 0,
      failed: 0,
      lastAttemptAt: null,
      sends: isSent ? 1 : 0,
      endedAt: null,
    }
    const { seq } = insert.get(row)
    const { channel, purpose, country, kind, authenticated, createdAt, expiresAt } = record
    if (isSent) {
      insertCode.run({ seq, codeHash, codeSealed, expiresAt })
      deps.insertDelivery({ seq, send: 1, channel, now: createdAt }) // mutant: I5.outbox-in-transaction
    }
    deps.appendEvent({
      at: createdAt,
      type: 'verification.started',
      verificationSeq: seq,
      actor,
      details: {
        ...{ channel, purpose, country, kind, authenticated },
        ...(isLandline && { number_type: 'landline' }), // mutant: C50.landline-logged
      },
    })
    const deliveryStatuses = isSent ? 'queued' : null
    return { seq, ...row, codeHash, codeSealed, deliveryStatuses, isLastSendLost: 0 }
  }

  return (input) => {
    const { slot, idempotency } = input
    const now = input.record.createdAt
    const stored = idempotency && answers.find(idempotency.key, now)
    if (stored) return { kind: 'answered_before', stored } // mutant: C38.start-replay
    const before = slot && sessions.continuable(slot, now)
    if (before) return { kind: 'continued', record: toRecord(before) } // mutant: C47.continue-open
    const refusal = guesses.ask(input.guesses)
    if (refusal) return { kind: 'guesses_refused', refusal } // mutant: I4.reserve-in-transaction
    if (slot) sessions.free(slot) // mutant: C47.dead-frees-session
    const record = toRecord(insertAll(input))
    answers.keep(idempotency, record)
    return { kind: 'created', record }
  }
}
