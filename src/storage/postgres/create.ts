// Writes a start on PostgreSQL: verification, code, event and message in one function of the database, which decides again
// what other rows may have changed (the guess budget, the session).
// It must not hold a rule: what is written was decided in the node (storage/change.ts).

import type { LoadedDelivery } from '../../delivery/transitions.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { mayContinue, type VerificationRecord } from '../../verification/state.ts'
import type { Change } from '../../verification/transitions.ts'
import { MAX_DECISIONS, stampOf } from '../change.ts'
import type { Engine, RowToCreate } from '../engine.ts'
import { changeFields } from './change.ts'
import { type createGuessReads, spansAndRooms } from './guesses.ts'
import type { HandOver } from './hand-over.ts'
import { type Call, callOf, type StoreContext } from './pool.ts'
import { actorText, bytesOf, jsonText, locksOf, type Raw, toStored, writeFields } from './rows.ts'

type Delivery = NonNullable<Change['delivery']>

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
  lease: ReturnType<HandOver['begin']>,
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
      ...[delivery && jsonText({ ...delivery, ...lease }), jsonText(events), actorText(actor)],
      kept && jsonText({ ...writeFields(kept), answer }),
      clock,
    ],
  }
}

/** The delivery as the start leaves it: nothing is read back. */
function loadedOf(record: VerificationRecord, { send, channel }: Delivery): LoadedDelivery {
  const { id, service, status, kind, locale, recipientSealed, codeSealed, expiresAt } = record
  return {
    verificationId: id,
    verificationStatus: status,
    service,
    kind,
    locale,
    expiresAt,
    recipientSealed,
    codeSealed,
    sends: record.sends,
    send,
    channel,
    status: 'queued',
    provider: null,
    tries: 0,
    ambiguous: 0,
    wordedAt: null,
  }
}

/** One decision of the database; its message is leased to this node's worker, where that has a place for it. */
function createOnce({ query, timeOf }: StoreContext, handOver: HandOver) {
  return async (input: RowToCreate, held: readonly VerificationRecord[]) => {
    const { record, change } = input
    const { delivery } = change
    const lease = delivery && handOver.begin(delivery.channel)
    let made: Parameters<HandOver['end']>[1]
    try {
      const call = createCall(input, held, lease, timeOf(record.createdAt))
      const [row] = await query<Raw>(call)
      const isMade = row?.kind === 'created' && delivery
      if (isMade && lease)
        made = {
          delivery: loadedOf(record, delivery),
          token: lease.token,
          at: Number(row.number),
        }
      else if (isMade) handOver.open()
      return row
    } finally {
      if (delivery && lease) handOver.end(delivery.channel, made)
    }
  }
}

export function createCreate(
  context: StoreContext,
  parts: {
    guesses: ReturnType<typeof createGuessReads>
    holdersOf: (slots: readonly Uint8Array[]) => Promise<VerificationRecord[]>
    handOver: HandOver
  },
): Engine['verifications']['create'] {
  const { guesses, holdersOf } = parts
  const make = createOnce(context, parts.handOver)
  return async (input) => {
    const { slot, record } = input
    const now = record.createdAt
    let held: VerificationRecord[] = []
    for (let tries = 0; tries < MAX_DECISIONS; tries += 1) {
      const row = await make(input, held)
      if (row?.kind === 'answered_before') return { kind: 'answered_before', stored: toStored(row) }
      if (row?.kind === 'guesses_refused') {
        const refusal = await guesses.relief(input.guesses, Number(row.number))
        return { kind: 'guesses_refused', refusal }
      }
      if (row?.kind === 'created') return { kind: 'created' }
      // The session is held, or was let go of since.
      held = await holdersOf(slot?.slots ?? [])
      const open = slot && held.find((one) => mayContinue(one, slot, now))
      if (open) return { kind: 'continued', record: open }
    }
    throw new StoreUnavailableError('a session changed hands too often while it was decided on')
  }
}
