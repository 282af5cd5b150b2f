// Writes what a transition decided (verification/transitions.ts): the node decides on the row as it was read, one function of
// the database applies it where the row still has that stamp, else the node decides again.
// It must not wait for a lock over a round trip: a node that stops in between holds nothing.

import { StoreUnavailableError } from '../../kernel/errors.ts'
import { LONGEST_LIFETIME_MS } from '../../verification/policy.ts'
import type {
  ChangeInput,
  ChangeOutcome,
  CreateInput,
  CreateOutcome,
  IdempotencyWrite,
  NumberLimit,
  VerificationStore,
} from '../../verification/ports.ts'
import { type FactorUse, mayContinue, type VerificationRecord } from '../../verification/state.ts'
import {
  applied,
  blankRecord,
  type Change,
  type Decision,
  type Effect,
} from '../../verification/transitions.ts'
import { type Sql, sql } from './drizzle.ts'
import { type createGuessReads, limitsJson } from './guesses.ts'
import type { StoreContext } from './pool.ts'
import {
  actorJson,
  byteList,
  hex,
  hexList,
  json,
  type Raw,
  rowFields,
  stampOf,
  toRecord,
  toStored,
  writeFields,
} from './rows.ts'

/** Each time another step of the same verification came in between; there are no more than it has attempts and sends. */
const MAX_TRIES = 30

const NONE = sql`null::jsonb`

export function changeFields(change: Change, answer: Uint8Array | null = null) {
  return {
    set: rowFields(change.set),
    ends: change.ends,
    cancel_queued: change.cancelQueued,
    delivery: change.delivery,
    events: change.events.map(({ type, details, atMostEveryMs }) => ({
      type,
      details,
      ...(atMostEveryMs !== undefined && { at_most_every_ms: atMostEveryMs }),
    })),
    ...(answer && { answer: hex(answer) }),
  }
}

const keptUnder = <Result>(write: IdempotencyWrite<Result> | null): Sql =>
  write ? json(writeFields(write)) : NONE

function limitJson(numberLimit: NumberLimit | null | undefined): Sql {
  if (!numberLimit) return NONE
  const { limit, budgetIndexes, authenticated } = numberLimit
  return json({
    max: limit.max,
    window_ms: limit.windowSeconds * 1000,
    lifetime_ms: LONGEST_LIFETIME_MS,
    budgets: hexList(budgetIndexes),
    authenticated,
  })
}

function useJson(factor: FactorUse, codesLeft: number | null): Sql {
  if (factor.type === 'recovery_codes') return json({ ...factor, codesLeft })
  const { type, factorId, step, twins, periodSeconds, subjectIndexes } = factor
  return json({
    type,
    factorId,
    step,
    twins,
    period: periodSeconds,
    subjects: hexList(subjectIndexes),
  })
}

type Applying<Result> = {
  decision: Extract<Decision<Result>, { kind: 'change' }>
  record: VerificationRecord
  /** Of the set that a recovery code is used of, before it is. */
  codesLeft: number | null
}

const leftAfter = (codesLeft: number | null) => (codesLeft === null ? null : codesLeft - 1)

function statementOf<Result>(
  { record, numberLimit, actor, idempotency, now }: ChangeInput<Result>,
  { decision, record: seen, codesLeft }: Applying<Result>,
  clock: number | null,
): Sql {
  const { use, notAfter } = decision
  const withAnswer = ({ change, answer }: Effect<Result>, left: number | null) =>
    json(changeFields(change, idempotency?.answer(answer(applied(seen, change), left))))
  return sql`select f.kind as outcome, f.number, f.fingerprint, f.answer, (f.v).* from cs_change_1(
    ${record.service}, ${record.id}, ${stampOf(seen)}, ${now}, ${clock}, ${notAfter ?? null}, ${actorJson(actor)},
    ${withAnswer(decision, leftAfter(codesLeft))}, ${use ? withAnswer(use.otherwise, null) : NONE},
    ${use ? useJson(use.factor, codesLeft) : NONE}, ${limitJson(numberLimit)}, ${keptUnder(idempotency)}) f`
}

export function createChange(
  { query, timeOf }: StoreContext,
  findAnswer: VerificationStore['findAnswer'],
): VerificationStore['change'] {
  return async <Result>(input: ChangeInput<Result>): Promise<ChangeOutcome<Result>> => {
    let record = input.record
    let lateAt: number | undefined
    let counted: number | undefined
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const decision = input.decide(record, lateAt ?? input.now, lateAt !== undefined)
      if (decision.kind === 'refused') {
        // Another request under its key may be what ended it.
        const stored = input.idempotency && (await findAnswer(input.idempotency.key, input.now))
        return stored ? { kind: 'answered_before', stored } : decision
      }
      const factor = decision.use?.factor
      const isCode = factor?.type === 'recovery_codes'
      const codesLeft = isCode ? (counted ?? factor.codesLeft) : null
      const applying = { decision, record, codesLeft }
      const [row] = await query<Raw>(statementOf(input, applying, timeOf(input.now)))
      if (!row) return { kind: 'gone' }
      const { outcome, number } = row
      if (outcome === 'answered_before') return { kind: outcome, stored: toStored(row) }
      if (outcome === 'number_limited') return { kind: outcome, retryAt: Number(number) }
      if (outcome === 'stale') record = toRecord(row)
      else if (outcome === 'late') lateAt = Number(number)
      else if (outcome === 'recount') counted = Number(number)
      else {
        const isSpent = outcome === 'spent'
        const { change, answer } = isSpent && decision.use ? decision.use.otherwise : decision
        // The kept answer was made of the row as it was read.
        const after = input.idempotency ? applied(record, change) : toRecord(row)
        const left = isSpent || !isCode ? null : Number(number) - 1
        return { kind: 'changed', result: answer(after, left) }
      }
    }
    throw new StoreUnavailableError('a verification changed too often while it was decided on')
  }
}

function createStatement(
  input: CreateInput,
  held: readonly VerificationRecord[],
  clock: number | null,
) {
  const { slot, change, guesses, actor, idempotency } = input
  const record = applied(blankRecord(input.record), change)
  const { codeHash, codeSealed, deliveries: _, ...columns } = record
  const kept = idempotency?.answer(record)
  const budgets = hexList(guesses.budgetIndexes)
  const seen = held.map((one) => `${one.id}/${stampOf(one)}`).sort()
  return sql`select f.kind as outcome, f.limit_name, f.fingerprint, f.answer, (f.v).* from cs_create_3(
    ${json(rowFields(columns))}, ${codeHash}, ${codeSealed}, ${slot ? byteList(slot.slots) : sql`null::bytea[]`},
    ${sql.param(seen)}::text[], ${json({ budgets, limits: limitsJson(guesses), wanted: guesses.wanted })},
    ${json(changeFields({ ...change, set: {} }, kept))}, ${actorJson(actor)}, ${keptUnder(idempotency)}, ${clock}) f`
}

export function createCreate(
  { query, timeOf }: StoreContext,
  guesses: ReturnType<typeof createGuessReads>,
): VerificationStore['create'] {
  return async (input): Promise<CreateOutcome> => {
    const { slot, record } = input
    const now = record.createdAt
    let held: VerificationRecord[] = []
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const rows = await query<Raw>(createStatement(input, held, timeOf(now)))
      const [row] = rows
      if (row?.outcome === 'answered_before')
        return { kind: 'answered_before', stored: toStored(row) }
      if (row?.outcome === 'guesses_refused') {
        const refusal = await guesses.relief(input.guesses, String(row.limit_name))
        return { kind: 'guesses_refused', refusal }
      }
      if (row?.outcome === 'created')
        return { kind: 'created', record: applied(blankRecord(record), input.change) }
      // The session is held, or was let go of since.
      held = rows.map(toRecord)
      const open = slot && held.find((one) => mayContinue(one, slot, now))
      if (open) return { kind: 'continued', record: open }
    }
    throw new StoreUnavailableError('a session changed hands too often while it was decided on')
  }
}
