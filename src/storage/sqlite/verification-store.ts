// The domain's store on SQLite: each port method one read or one job of the writer.
// It must not hold a rule of its own; the steps are in the files it puts together.

import type { CheckQuery, ListQuery } from '../../verification/ports.ts'
import { isInForce, type SuppressedKey } from '../../verification/suppression.ts'
import { byPlace, decodeCursor, encodeCursor } from '../cursor.ts'
import { toDeliveryRecord } from '../delivery-record.ts'
import type { Engine } from '../engine.ts'
import { createApply, type createApplyChange } from './change.ts'
import { createCreate, createSessionSlots } from './create.ts'
import type { Orm } from './drizzle.ts'
import { createSweep } from './ending.ts'
import { createFactorUses } from './factor-uses.ts'
import { createAskedFind, type KeepFront } from './front.ts'
import type { Answers } from './idempotency.ts'
import { createVerificationRows, toRecord, type VerificationRows } from './rows.ts'
import { createSpentChallenges } from './spent-challenges.ts'
import { createGuesses, createNumberSums } from './sums.ts'
import { createSuppressionFind } from './suppressions.ts'
import type { KeepTrace } from './traces.ts'
import type { KeepWire } from './wires.ts'
import type { Writer } from './writer.ts'

function findBySession(
  rows: VerificationRows,
  query: Extract<CheckQuery, { addressIndexes: readonly Uint8Array[] }>,
) {
  const { service, purpose } = query
  const found = query.sessionMacs.flatMap((sessionMac) =>
    query.addressIndexes.flatMap(
      (addressIndex) => rows.newestBySession({ sessionMac, service, addressIndex, purpose }) ?? [],
    ),
  )
  return found.sort((a, b) => b.seq - a.seq)[0]
}

function list(rows: VerificationRows, { service, budgetIndexes, cursor, limit }: ListQuery) {
  const { at: createdAt, seq } = decodeCursor(cursor)
  const found = budgetIndexes
    .flatMap((budgetIndex) =>
      rows.byBudget({ budgetIndex, service, createdAt, seq, limit: limit + 1 }),
    )
    .map((row) => ({ at: row.createdAt, seq: row.seq, row }))
    .sort(byPlace)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ row }) => toRecord(row)),
    nextCursor: last && found.length > limit ? encodeCursor(last) : null,
  }
}

export function createVerificationStore(deps: {
  orm: Orm
  writer: Writer
  answers: Answers
  applying: ReturnType<typeof createApplyChange>
  keepTrace: KeepTrace
  keepFront: KeepFront
  keepWire: KeepWire
}): Engine['verifications'] {
  const { orm, writer, answers, applying } = deps
  const rows = createVerificationRows(orm)
  const guesses = createGuesses(orm)
  const slots = createSessionSlots(orm, rows)
  const numberSums = createNumberSums(orm)
  const { apply } = applying
  const spent = createSpentChallenges(orm)
  const create = createCreate({ ...deps, guesses, slots, spent, apply })
  const sweeping = createSweep({ orm, rows, apply })
  const findAsked = createAskedFind(orm)
  const findToCheck = (query: CheckQuery) => {
    const row = 'id' in query ? rows.byId(query.service, query.id) : findBySession(rows, query)
    if (!row) return undefined
    const { now, numberWindowMs } = query
    const spent = numberWindowMs === null ? null : numberSums.spent(row, now - numberWindowMs)
    return { record: toRecord(row), spent, asked: findAsked(row.id) }
  }
  const findSuppression = createSuppressionFind(orm)
  const suppressed = (recipient: SuppressedKey, now: number) => {
    const found = findSuppression(recipient)
    return found && isInForce(found, now) ? found : undefined
  }
  return {
    findAnswer: (key, now) => writer.read(() => answers.find(key, now)),
    findContinuable: (slot, now) => writer.read(() => slots.continuable(slot, now)),
    checkGuessBudget: (query) => writer.read(() => guesses.ask(query)),
    checkStart: (query, recipient) =>
      writer.read(() => {
        const found = recipient && suppressed(recipient, query.now)
        if (found) return { kind: 'suppressed', suppressed: found }
        const refusal = guesses.ask(query)
        return refusal && { kind: 'guesses', refusal }
      }),
    findSuppressed: (recipient, now) => writer.read(() => suppressed(recipient, now)),
    isKnown: (service, indexes) => writer.read(() => rows.isKnown(service, indexes)),
    isSpent: (challenge) => writer.read(() => spent.has(challenge)),
    find: (service, id) =>
      writer.read(() => {
        const row = rows.byId(service, id)
        return row && toRecord(row)
      }),
    findToCheck: (query) => writer.read(() => findToCheck(query)),
    create: (input) => writer.write(() => create(input)),
    apply: createApply({ ...deps, rows, numberSums, factorUses: createFactorUses(orm) }),
    list: (query) => writer.read(() => list(rows, query)),
    deliveriesOf: (id) =>
      writer.read(() => rows.deliveriesOf(id).map((row) => toDeliveryRecord(id, row))),
    pastEnd: (input) => writer.read(() => sweeping.pastEnd(input)),
    async sweep(input) {
      const changed = await writer.write(() => sweeping.sweep(input))
      // The last round of a sweep: what was erased must leave the write-ahead log, too (I7).
      if (changed < input.limit) await writer.emptyLog() // mutant: I7.wal-truncate
      return changed
    },
    purgeAnswers: ({ now, limit }) =>
      writer.write(() => answers.purge(now, limit) + spent.purge(now, limit)),
  }
}
