// Writes a start on PostgreSQL: verification, code, event and message in one function of the database, which decides again
// what other rows may have changed (the guess budget, the session).
// It must not hold a rule: what is written was decided in the node (storage/change.ts).

import { StoreUnavailableError } from '../../kernel/errors.ts'
import { mayContinue, type VerificationRecord } from '../../verification/state.ts'
import { MAX_DECISIONS, stampOf } from '../change.ts'
import type { Engine, RowToCreate } from '../engine.ts'
import { FIRST } from '../traces.ts'
import { type RowBeside, withRows } from './beside.ts'
import { changeFields } from './change.ts'
import { frontRow } from './front.ts'
import { type createGuessReads, spansAndRooms } from './guesses.ts'
import type { LastLook } from './last-look.ts'
import { deliveryFields } from './outbox-rows.ts'
import { type Call, callOf, type StoreContext } from './pool.ts'
import { actorText, bytesOf, jsonText, locksOf, type Raw, toStored, writeFields } from './rows.ts'
import { traceRow } from './traces.ts'
import { wireRow } from './wires.ts'

/** Its columns, in the order in which the function takes them. */
const COLUMNS = [
  ...(['id', 'reference', 'service', 'channel', 'purpose', 'locale', 'recipientSealed'] as const),
  ...(['addressIndex', 'budgetIndex', 'country', 'sessionMac', 'authenticated', 'kind'] as const),
  ...(['codeLength', 'codeHash', 'pepperKeyId', 'codeSealed', 'maxAttempts', 'sends'] as const),
  ...(['maxSends', 'lastSendAt', 'clientIp', 'metadata', 'createdAt', 'expiresAt'] as const),
]
const PARAMETERS = COLUMNS.length + 13
const RESULT = 'kind, number, fingerprint, answer'
const CREATE = callOf(RESULT, 'cs_create_6', PARAMETERS)
/** The same, once for a challenge. */
const CREATE_ONCE = callOf(RESULT, 'cs_create_once_1', PARAMETERS + 2)

function columnOf(record: VerificationRecord, name: (typeof COLUMNS)[number]) {
  if (name === 'metadata') return jsonText(record.metadata)
  const value = record[name]
  return value instanceof Uint8Array ? Buffer.from(value) : value
}

function createCall(
  { record, slot, change, guesses, actor, kept, claim, challenge }: RowToCreate,
  held: readonly VerificationRecord[],
  clock: number | null,
): Call {
  const { answer, events, delivery } = changeFields(change, kept?.answer)
  const { budgetIndexes } = guesses
  const seen = held.map((one) => `${one.id}/${stampOf(one)}`).sort()
  return {
    text: challenge ? CREATE_ONCE : CREATE,
    values: [
      ...COLUMNS.map((name) => columnOf(record, name)),
      ...(slot ? [bytesOf(slot.slots), locksOf(slot.slots)] : [null, null]),
      ...[seen, bytesOf(budgetIndexes), locksOf(budgetIndexes), ...spansAndRooms(guesses)],
      ...[delivery && jsonText(delivery), claim && jsonText(deliveryFields(claim))],
      ...[jsonText(events), actorText(actor)],
      kept && jsonText({ ...writeFields(kept), answer }),
      clock,
      ...(challenge ? [Buffer.from(challenge.id), challenge.keptUntil] : []),
    ],
  }
}

function rowsBeside({ record, front, wire, trace }: RowToCreate): RowBeside[] {
  const first = { id: record.id, send: FIRST, at: record.createdAt }
  return [
    ...(front ? [frontRow(record.id, front)] : []),
    ...(wire ? [wireRow(record.id, wire)] : []),
    ...(trace ? [traceRow(first, trace)] : []),
  ]
}

export function createCreate(
  { query, timeOf }: StoreContext,
  parts: {
    guesses: ReturnType<typeof createGuessReads>
    holdersOf: (slots: readonly Uint8Array[]) => Promise<VerificationRecord[]>
    lastLook: LastLook
  },
): Engine['verifications']['create'] {
  const { guesses, holdersOf, lastLook } = parts
  return async (input) => {
    const { slot, record } = input
    const now = record.createdAt
    let held: VerificationRecord[] = []
    for (let tries = 0; tries < MAX_DECISIONS; tries += 1) {
      const call = createCall(input, held, timeOf(now))
      const [row] = await query<Raw>(withRows(call, 'created', rowsBeside(input)))
      if (row?.kind === 'answered_before') return { kind: 'answered_before', stored: toStored(row) }
      if (row?.kind === 'challenge_spent') return { kind: 'challenge_spent' }
      if (row?.kind === 'guesses_refused') {
        const refusal = await guesses.relief(input.guesses, Number(row.number))
        return { kind: 'guesses_refused', refusal }
      }
      if (row?.kind === 'created') {
        const claimedAt = row.number === null ? null : Number(row.number)
        if (input.change.delivery && claimedAt === null) lastLook.open()
        return { kind: 'created', claimedAt }
      }
      // The session is held, or was let go of since.
      held = await holdersOf(slot?.slots ?? [])
      const open = slot && held.find((one) => mayContinue(one, slot, now))
      if (open) return { kind: 'continued', record: open }
    }
    throw new StoreUnavailableError('a session changed hands too often while it was decided on')
  }
}
