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
import { type createGuessReads, spansAndRooms } from './guesses.ts'
import { type Call, callOf, type StoreContext } from './pool.ts'
import {
  actorText,
  bytesOf,
  fromJson,
  hex,
  hexList,
  jsonText,
  locksOf,
  type Raw,
  rowFields,
  toRecord,
  toStored,
  writeFields,
} from './rows.ts'

const CHANGE = callOf('kind, number, fingerprint, answer, seen', 'cs_change_2', 14)

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

const effectText = ({ change, answer }: EffectToApply) => jsonText(changeFields(change, answer))

function limitText({ limit, authenticated }: NumberLimit): string {
  return jsonText({
    max: limit.max,
    window_ms: limit.windowSeconds * 1000,
    lifetime_ms: LONGEST_LIFETIME_MS,
    authenticated,
  })
}

function useText(factor: FactorUse, codesLeft: number | null): string {
  if (factor.type === 'recovery_codes') return jsonText({ ...factor, codesLeft })
  const { type, factorId, step, twins, periodSeconds, subjectIndexes } = factor
  return jsonText({
    type,
    factorId,
    step,
    twins,
    period: periodSeconds,
    subjects: hexList(subjectIndexes),
  })
}

function changeCall(change: ChangeToApply, clock: number | null): Call {
  const { service, id, stamp, now, notAfter, actor, effect, use, numberLimit, key } = change
  const budgets = numberLimit?.budgetIndexes ?? []
  return {
    text: CHANGE,
    values: [
      ...[service, id, stamp, now, clock, notAfter, actorText(actor), effectText(effect)],
      use && effectText(use.otherwise),
      use && useText(use.factor, use.codesLeft),
      numberLimit && limitText(numberLimit),
      ...[bytesOf(budgets), locksOf(budgets), key && jsonText(writeFields(key))],
    ],
  }
}

export function createApply({
  query,
  timeOf,
}: StoreContext): (change: ChangeToApply) => Promise<Applied> {
  return async (change) => {
    const [row] = await query<Raw>(changeCall(change, timeOf(change.now)))
    if (!row) return { kind: 'gone' }
    const { kind, number } = row
    switch (kind) {
      case 'answered_before':
        return { kind, stored: toStored(row) }
      case 'number_limited':
        return { kind, retryAt: Number(number) }
      case 'stale':
        return { kind, record: toRecord(fromJson(row.seen as Raw)) }
      case 'late':
        return { kind, at: Number(number) }
      case 'recount':
        return { kind, codesLeft: Number(number) }
      default: {
        const isCode = change.use?.factor.type === 'recovery_codes'
        const codesLeft = isCode ? Number(number) : null
        return { kind: kind === 'spent' ? kind : 'done', codesLeft }
      }
    }
  }
}

/** Its columns, in the order in which the function takes them. */
const COLUMNS = [
  ...(['id', 'reference', 'service', 'channel', 'purpose', 'locale', 'recipientSealed'] as const),
  ...(['addressIndex', 'budgetIndex', 'country', 'sessionMac', 'authenticated', 'kind'] as const),
  ...(['codeLength', 'codeHash', 'pepperKeyId', 'codeSealed', 'maxAttempts', 'sends'] as const),
  ...(['maxSends', 'lastSendAt', 'clientIp', 'metadata', 'createdAt', 'expiresAt'] as const),
]
const CREATE = callOf('kind, number, fingerprint, answer', 'cs_create_4', COLUMNS.length + 12)

function columnOf(record: VerificationRecord, name: (typeof COLUMNS)[number]) {
  if (name === 'metadata') return jsonText(record.metadata)
  const value = record[name]
  return value instanceof Uint8Array ? Buffer.from(value) : value
}

function createCall(
  { record, slot, change, guesses, actor, kept }: RowToCreate,
  held: readonly VerificationRecord[],
  clock: number | null,
): Call {
  const { answer, events, delivery } = changeFields(change, kept?.answer)
  const { budgetIndexes } = guesses
  const seen = held.map((one) => `${one.id}/${stampOf(one)}`).sort()
  return {
    text: CREATE,
    values: [
      ...COLUMNS.map((name) => columnOf(record, name)),
      ...(slot ? [bytesOf(slot.slots), locksOf(slot.slots)] : [null, null]),
      ...[seen, bytesOf(budgetIndexes), locksOf(budgetIndexes), ...spansAndRooms(guesses)],
      ...[delivery && jsonText(delivery), jsonText(events), actorText(actor)],
      kept && jsonText({ ...writeFields(kept), answer }),
      clock,
    ],
  }
}

export function createCreate(
  { query, timeOf }: StoreContext,
  guesses: ReturnType<typeof createGuessReads>,
  holdersOf: (slots: readonly Uint8Array[]) => Promise<VerificationRecord[]>,
): Engine['verifications']['create'] {
  return async (input): Promise<CreateOutcome> => {
    const { slot, record } = input
    const now = record.createdAt
    let held: VerificationRecord[] = []
    for (let tries = 0; tries < MAX_DECISIONS; tries += 1) {
      const [row] = await query<Raw>(createCall(input, held, timeOf(now)))
      if (row?.kind === 'answered_before') return { kind: 'answered_before', stored: toStored(row) }
      if (row?.kind === 'guesses_refused') {
        const refusal = await guesses.relief(input.guesses, Number(row.number))
        return { kind: 'guesses_refused', refusal }
      }
      if (row?.kind === 'created') return { kind: 'created', record }
      // The session is held, or was let go of since.
      held = await holdersOf(slot?.slots ?? [])
      const open = slot && held.find((one) => mayContinue(one, slot, now))
      if (open) return { kind: 'continued', record: open }
    }
    throw new StoreUnavailableError('a session changed hands too often while it was decided on')
  }
}
