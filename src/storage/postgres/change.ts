// Applies on PostgreSQL what was decided in the node (storage/change.ts): each one function of the database, which takes the
// change where the row still has the stamp that it was decided on.
// It must not hold a rule, nor a lock over a round trip.

import { StoreUnavailableError } from '../../kernel/errors.ts'
import { LONGEST_LIFETIME_MS } from '../../verification/policy.ts'
import type { CreateOutcome, NumberLimit } from '../../verification/ports.ts'
import { type FactorUse, mayContinue, type VerificationRecord } from '../../verification/state.ts'
import type { Change } from '../../verification/transitions.ts'
import { MAX_DECISIONS, stampOf } from '../change.ts'
import type { Applied, ChangeToApply, EffectToApply, Engine, RowToCreate } from '../engine.ts'
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
  toRecord,
  toStored,
  writeFields,
} from './rows.ts'

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

const effectJson = ({ change, answer }: EffectToApply) => json(changeFields(change, answer))

function limitJson(numberLimit: NumberLimit | null): Sql {
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

export function createApply({
  query,
  timeOf,
}: StoreContext): (change: ChangeToApply) => Promise<Applied> {
  return async ({ service, id, stamp, now, notAfter, actor, effect, use, numberLimit, key }) => {
    const [row] =
      await query<Raw>(sql`select f.kind as outcome, f.number, f.fingerprint, f.answer, (f.v).*
      from cs_change_1(${service}, ${id}, ${stamp}, ${now}, ${timeOf(now)}, ${notAfter}, ${actorJson(actor)},
        ${effectJson(effect)}, ${use ? effectJson(use.otherwise) : NONE},
        ${use ? useJson(use.factor, use.codesLeft) : NONE}, ${limitJson(numberLimit)},
        ${key ? json(writeFields(key)) : NONE}) f`)
    if (!row) return { kind: 'gone' }
    const { outcome, number } = row
    switch (outcome) {
      case 'answered_before':
        return { kind: outcome, stored: toStored(row) }
      case 'number_limited':
        return { kind: outcome, retryAt: Number(number) }
      case 'stale':
        return { kind: outcome, record: toRecord(row) }
      case 'late':
        return { kind: outcome, at: Number(number) }
      case 'recount':
        return { kind: outcome, codesLeft: Number(number) }
      default: {
        const isCode = use?.factor.type === 'recovery_codes'
        const kind = outcome === 'spent' ? outcome : 'done'
        return { kind, record: toRecord(row), codesLeft: isCode ? Number(number) : null }
      }
    }
  }
}

function createStatement(
  { record, slot, change, guesses, actor, kept }: RowToCreate,
  held: readonly VerificationRecord[],
  clock: number | null,
) {
  const { codeHash, codeSealed, deliveries: _, ...columns } = record
  const budgets = hexList(guesses.budgetIndexes)
  const seen = held.map((one) => `${one.id}/${stampOf(one)}`).sort()
  return sql`select f.kind as outcome, f.limit_name, f.fingerprint, f.answer, (f.v).* from cs_create_3(
    ${json(rowFields(columns))}, ${codeHash}, ${codeSealed}, ${slot ? byteList(slot.slots) : sql`null::bytea[]`},
    ${sql.param(seen)}::text[], ${json({ budgets, limits: limitsJson(guesses), wanted: guesses.wanted })},
    ${json(changeFields({ ...change, set: {} }, kept?.answer))}, ${actorJson(actor)}, ${kept ? json(writeFields(kept)) : NONE}, ${clock}) f`
}

export function createCreate(
  { query, timeOf }: StoreContext,
  guesses: ReturnType<typeof createGuessReads>,
): Engine['verifications']['create'] {
  return async (input): Promise<CreateOutcome> => {
    const { slot, record } = input
    const now = record.createdAt
    let held: VerificationRecord[] = []
    for (let tries = 0; tries < MAX_DECISIONS; tries += 1) {
      const rows = await query<Raw>(createStatement(input, held, timeOf(now)))
      const [row] = rows
      if (row?.outcome === 'answered_before')
        return { kind: 'answered_before', stored: toStored(row) }
      if (row?.outcome === 'guesses_refused') {
        const refusal = await guesses.relief(input.guesses, String(row.limit_name))
        return { kind: 'guesses_refused', refusal }
      }
      if (row?.outcome === 'created') return { kind: 'created', record }
      // The session is held, or was let go of since.
      held = rows.map(toRecord)
      const open = slot && held.find((one) => mayContinue(one, slot, now))
      if (open) return { kind: 'continued', record: open }
    }
    throw new StoreUnavailableError('a session changed hands too often while it was decided on')
  }
}
