// The attempts as the console reads them, on SQLite.
// It must not scan: a page without a narrow key looks at a bounded stretch of the rows, newest first.

import type { AttemptFilter, AttemptPage, AttemptReads, AttemptRow } from '../../admin/ports.ts'
import {
  decodeAttemptCursor,
  encodeAttemptCursor,
  MAX_LOOKED_AT,
  OUT_OF_ORDER_MS,
} from '../attempt-cursor.ts'
import { filterValues, matchesFilter, selectAttempts, withoutNumber } from './attempt-rows.ts'
import { atMost, desc, eq, type Orm, sql } from './drizzle.ts'
import { createPersonAttempts } from './person-attempts.ts'
import { sendAttempts, verifications } from './schema.ts'
import type { Writer } from './writer.ts'

const v = verifications
const p = sql.placeholder
const matches = sql`${matchesFilter} and ${v.seq} < +${p('below')} and ${v.seq} > +${p('above')}`

function createStatements(orm: Orm) {
  return {
    byTime: selectAttempts(orm)
      .where(matches)
      .orderBy(desc(v.seq))
      .limit(atMost('limit'))
      .prepare(),
    byReference: selectAttempts(orm)
      .where(sql`${v.reference} = +${p('reference')} and ${matches}`)
      .prepare(),
    one: selectAttempts(orm)
      .where(
        sql`${v.id} = +${p('id')} and (${p('service')} is null or ${v.service} = +${p('service')})`,
      )
      .prepare(),
    bound: orm
      .select({ seq: v.seq, createdAt: v.createdAt })
      .from(v)
      .where(sql`${v.seq} < +${p('below')}`)
      .orderBy(desc(v.seq))
      .limit(atMost(1))
      .offset(MAX_LOOKED_AT - 1)
      .prepare(),
    newest: orm
      .select({ seq: sql<number | null>`max(${v.seq})` })
      .from(v)
      .prepare(),
    firstFrom: orm
      .select({ seq: v.seq, createdAt: v.createdAt })
      .from(v)
      .where(sql`${v.seq} >= +${p('from')}`)
      .orderBy(v.seq)
      .limit(atMost(1))
      .prepare(),
    sendAttempts: orm
      .select({
        ...{ send: sendAttempts.send, attempt: sendAttempts.attempt },
        ...{ provider: sendAttempts.provider, startedAt: sendAttempts.startedAt },
        ...{ durationMs: sendAttempts.durationMs, result: sendAttempts.result },
        ...{ reference: sendAttempts.reference, errorCode: sendAttempts.errorCode },
        errorMessage: sendAttempts.errorMessage,
      })
      .from(v)
      .innerJoin(sendAttempts, eq(sendAttempts.verificationSeq, v.seq))
      .where(eq(v.id, p('id')))
      .orderBy(sendAttempts.verificationSeq, sendAttempts.send, sendAttempts.attempt)
      .prepare(),
  }
}

type Statements = ReturnType<typeof createStatements>

/** The number of the first row made at `time` or later, by halves: no index on times is needed. */
function seqAt(statements: Statements, time: number): number {
  let [low, high] = [1, (statements.newest.get()?.seq ?? 0) + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = statements.firstFrom.get({ from: middle })
    if (row && row.createdAt < time) low = row.seq + 1
    else high = middle
  }
  return low
}

function rangeOf(statements: Statements, { since, until }: AttemptFilter, cursor: string | null) {
  const given = decodeAttemptCursor(cursor)
  const end = until === undefined ? given : seqAt(statements, until + OUT_OF_ORDER_MS)
  const above = since === undefined ? 0 : seqAt(statements, since - OUT_OF_ORDER_MS) - 1
  return { above, below: Math.min(given, end) }
}

const isOf = (budgetIndexes: readonly Uint8Array[] | undefined) => (row: AttemptRow) =>
  budgetIndexes?.some((one) => Buffer.compare(one, row.budgetIndex) === 0) ?? true

export function createAttemptReads({ orm, writer }: { orm: Orm; writer: Writer }): AttemptReads {
  const statements = createStatements(orm)

  const ofPerson = createPersonAttempts(orm)

  const list = (filter: AttemptFilter, cursor: string | null, limit: number): AttemptPage => {
    const { reference, budgetIndexes } = filter
    if (reference === undefined && budgetIndexes !== undefined)
      return ofPerson(filter, budgetIndexes, cursor, limit)
    const { above, below } = rangeOf(statements, filter, cursor)
    const values = { ...filterValues(filter), above, below, limit: limit + 1 }
    const bound = reference === undefined ? statements.bound.get({ below }) : undefined
    const found =
      reference === undefined
        ? statements.byTime.all({ ...values, above: Math.max((bound?.seq ?? 1) - 1, above) })
        : statements.byReference.all({ ...values, reference }).filter(isOf(budgetIndexes))
    const items = found.sort((a, b) => b.seq - a.seq).slice(0, limit)
    const last = found.length > limit ? items.at(-1) : bound
    const hasMore = last !== undefined && last.seq - 1 > above
    return {
      items: items.map(withoutNumber),
      nextCursor: hasMore ? encodeAttemptCursor(last.seq) : null,
      lookedBackTo: hasMore && last === bound ? last.createdAt : null,
    }
  }

  return {
    list: (filter, cursor, limit) => writer.read(() => list(filter, cursor, limit)),
    find: (service, id) =>
      writer.read(() => {
        const row = statements.one.get({ service, id })
        return row && withoutNumber(row)
      }),
    sendAttemptsOf: (id) => writer.read(() => statements.sendAttempts.all({ id })),
  }
}
