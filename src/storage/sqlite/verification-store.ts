// The domain's store on SQLite: each port method one read or one job of the writer.
// It must not hold a rule of its own; the steps are in the files it puts together.

import type { ListQuery, VerificationStore } from '../../verification/ports.ts'
import { byPlace, decodeCursor, encodeCursor } from '../cursor.ts'
import { toDeliveryRecord } from '../delivery-record.ts'
import { createCharge, createSettle } from './check.ts'
import { createContinue } from './continue.ts'
import { createCreate, createDeliveryInsert } from './create.ts'
import type { Orm } from './drizzle.ts'
import type { Endings } from './ending.ts'
import type { AppendEvent } from './event-rows.ts'
import { createFactorUses } from './factor-uses.ts'
import { createGuesses } from './guesses.ts'
import type { Answers } from './idempotency.ts'
import { createNumberLimit } from './number-limit.ts'
import { createCancel, createResend } from './resend.ts'
import { createVerificationRows, toRecord, type VerificationRows } from './rows.ts'
import { createSessions } from './session-slots.ts'
import { createSweep } from './sweep.ts'
import type { Writer } from './writer.ts'

function findBySession(
  rows: VerificationRows,
  query: Parameters<VerificationStore['findBySession']>[0],
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
  endings: Endings
  appendEvent: AppendEvent
}): VerificationStore {
  const { orm, writer, answers } = deps
  const rows = createVerificationRows(orm)
  const guesses = createGuesses(orm)
  const sessions = createSessions(orm, rows)
  const insertDelivery = createDeliveryInsert(orm)
  const all = { ...deps, rows, guesses, insertDelivery, factorUses: createFactorUses(orm) }
  const create = createCreate({ ...all, sessions })
  const charge = createCharge({ orm, rows, numberLimit: createNumberLimit(orm) })
  const settle = createSettle(all)
  const resend = createResend(all)
  const cancel = createCancel(all)
  const sweep = createSweep(all)
  const orUndefined = (row: Parameters<typeof toRecord>[0] | undefined) => row && toRecord(row)
  return {
    findAnswer: (key, now) => writer.read(() => answers.find(key, now)),
    findContinuable: (slot, now) => writer.read(() => orUndefined(sessions.continuable(slot, now))),
    checkGuessBudget: (query) => writer.read(() => guesses.ask(query)),
    create: (input) => writer.write(() => create(input)),
    continue: createContinue(all),
    find: (service, id) => writer.read(() => orUndefined(rows.byId(service, id))),
    findBySession: (query) => writer.read(() => orUndefined(findBySession(rows, query))),
    resend: (input) => writer.write(() => resend(input)),
    charge: (input) => writer.write(() => charge(input)),
    settle: (input) => writer.write(() => settle(input)),
    cancel: (input) => writer.write(() => cancel(input)),
    list: (query) => writer.read(() => list(rows, query)),
    deliveriesOf: (id) =>
      writer.read(() => rows.deliveriesOf(id).map((row) => toDeliveryRecord(id, row))),
    async sweep(input) {
      const changed = await writer.write(() => sweep(input))
      // The last round of a sweep: what was erased must leave the write-ahead log, too (I7).
      if (changed < input.limit) await writer.emptyLog() // mutant: I7.wal-truncate
      return changed
    },
    purgeAnswers: ({ now, limit }) => writer.write(() => answers.purge(now, limit)),
  }
}
