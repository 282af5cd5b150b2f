// Start's one transaction: idempotency, session, guess reservation, then the row with what its first change says.
// It must not decide policy; it decides who came first.

import type { SessionSlot } from '../../verification/ports.ts'
import { mayContinue, type VerificationRecord } from '../../verification/state.ts'
import type { RowCreated, RowToCreate } from '../engine.ts'
import { FIRST } from '../traces.ts'
import type { ApplyChange } from './change.ts'
import { eq, getTableColumns, type Orm, sql } from './drizzle.ts'
import type { KeepFront } from './front.ts'
import type { Answers } from './idempotency.ts'
import { toRecord, type VerificationRows } from './rows.ts'
import { codes, verifications } from './schema.ts'
import type { SpentChallenges } from './spent-challenges.ts'
import type { Guesses } from './sums.ts'
import type { KeepTrace } from './traces.ts'
import type { KeepWire } from './wires.ts'

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
  slots: SessionSlots
  spent: SpentChallenges
  apply: ApplyChange
  keepTrace: KeepTrace
  keepFront: KeepFront
  keepWire: KeepWire
}): (input: RowToCreate) => RowCreated {
  const { answers, guesses, slots, spent, keepTrace, keepFront, keepWire } = deps
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

  return (input) => {
    const { record, slot, kept, change, actor, claim, challenge, front, wire, trace } = input
    const now = record.createdAt
    const stored = kept && answers.find(kept.key, now)
    if (stored) return { kind: 'answered_before', stored } // mutant: C38.start-replay
    const before = slot && slots.continuable(slot, now)
    if (before) return { kind: 'continued', record: before } // mutant: C47.continue-open
    const refusal = guesses.ask(input.guesses)
    if (refusal) return { kind: 'guesses_refused', refusal } // mutant: I4.reserve-in-transaction
    if (challenge && !spent.spend(challenge)) return { kind: 'challenge_spent' } // mutant: C85.spent-once
    if (slot) slots.free(slot) // mutant: C47.dead-frees-session
    const { codeHash, codeSealed, deliveries: _, nextStep: _none, ...columns } = record
    const { seq } = insert.get({ ...columns, sessionSlot: slot?.slots[0] ?? null })
    if (codeSealed) insertCode.run({ seq, codeHash, codeSealed, expiresAt: record.expiresAt })
    deps.apply({ seq, service: record.service }, { ...change, set: {} }, now, actor, claim)
    if (kept) answers.keep(kept)
    if (front) keepFront(record.id, front)
    if (wire) keepWire(record.id, wire) // mutant: I23.in-transaction
    if (trace) keepTrace({ id: record.id, send: FIRST, at: now }, trace)
    return { kind: 'created', claimedAt: claim && now }
  }
}

export type SessionSlots = {
  continuable(slot: SessionSlot, now: number): VerificationRecord | undefined
  /** Before an insert takes the slot: the unique index must not meet the previous row. */
  free(slot: SessionSlot): void
}

export function createSessionSlots(orm: Orm, rows: VerificationRows): SessionSlots {
  const clear = orm
    .update(verifications)
    .set({ sessionSlot: null })
    .where(eq(verifications.sessionSlot, sql.placeholder('slot')))
    .prepare()
  return {
    continuable(wanted, now) {
      const held = wanted.slots.flatMap((slot) => rows.bySlot(slot) ?? [])
      return held.map(toRecord).find((record) => mayContinue(record, wanted, now))
    },
    free({ slots }) {
      for (const slot of slots) clear.run({ slot })
    },
  }
}
