// The attempts as the console reads them, on SQLite.
// It must not scan: a page without a narrow key looks at a bounded stretch of the rows, newest first.

import type { AttemptFilter, AttemptReads, AttemptRow } from '../../admin/ports.ts'
import {
  decodeAttemptCursor,
  encodeAttemptCursor,
  MAX_LOOKED_AT,
  OUT_OF_ORDER_MS,
} from '../attempt-cursor.ts'
import { and, desc, eq, type Orm, sql } from './drizzle.ts'
import { deliveries, sendAttempts, verifications } from './schema.ts'
import type { Writer } from './writer.ts'

const v = verifications
const d = deliveries
const FIELDS = {
  seq: v.seq,
  ...{ id: v.id, reference: v.reference, service: v.service, status: v.status },
  ...{ channel: v.channel, purpose: v.purpose, kind: v.kind, authenticated: v.authenticated },
  ...{ country: v.country, locale: v.locale, metadata: v.metadata },
  ...{ recipientSealed: v.recipientSealed, budgetIndex: v.budgetIndex },
  ...{ attempts: v.attempts, failed: v.failed, maxAttempts: v.maxAttempts },
  ...{ sends: v.sends, maxSends: v.maxSends, clientIp: v.clientIp },
  ...{ createdAt: v.createdAt, expiresAt: v.expiresAt, endedAt: v.endedAt },
  ...{ deliveryStatus: d.status, provider: d.provider },
  ...{ errorCode: d.errorCode, errorMessage: d.errorMessage },
}

const p = sql.placeholder
/** The names of what may be asked for, each with its column. */
const FILTERS = [
  ['service', v.service],
  ['status', v.status],
  ['channel', v.channel],
  ['country', v.country],
  ['delivery', d.status],
  ['provider', d.provider],
] as const

const matches = sql.join(
  [
    ...FILTERS.map(([name, column]) => sql`(${p(name)} is null or ${column} = ${p(name)})`),
    sql`${v.createdAt} >= ${p('since')} and ${v.createdAt} < ${p('until')}`,
    sql`${v.seq} < ${p('below')} and ${v.seq} > ${p('above')}`,
  ],
  sql` and `,
)

function createStatements(orm: Orm) {
  const select = () =>
    orm
      .select(FIELDS)
      .from(v)
      .leftJoin(d, and(eq(d.verificationSeq, v.seq), eq(d.send, v.sends)))
  return {
    byTime: select().where(matches).orderBy(desc(v.seq)).limit(p('limit')).prepare(),
    byReference: select()
      .where(sql`${v.reference} = ${p('reference')} and ${matches}`)
      .prepare(),
    byPerson: select()
      .where(sql`${v.budgetIndex} = ${p('budgetIndex')} and ${matches}`)
      // As the index on people has it.
      .orderBy(desc(v.createdAt))
      .limit(p('limit'))
      .prepare(),
    one: select()
      .where(
        sql`${v.id} = ${p('id')} and (${p('service')} is null or ${v.service} = ${p('service')})`,
      )
      .prepare(),
    bound: orm
      .select({ seq: v.seq, createdAt: v.createdAt })
      .from(v)
      .where(sql`${v.seq} < ${p('below')}`)
      .orderBy(desc(v.seq))
      .limit(1)
      .offset(MAX_LOOKED_AT - 1)
      .prepare(),
    newest: orm
      .select({ seq: sql<number | null>`max(${v.seq})` })
      .from(v)
      .prepare(),
    firstFrom: orm
      .select({ seq: v.seq, createdAt: v.createdAt })
      .from(v)
      .where(sql`${v.seq} >= ${p('from')}`)
      .orderBy(v.seq)
      .limit(1)
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
type Numbered = AttemptRow & { seq: number }

const withoutNumber = ({ seq: _, ...row }: Numbered): AttemptRow => row

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

export function createAttemptReads({ orm, writer }: { orm: Orm; writer: Writer }): AttemptReads {
  const statements = createStatements(orm)

  const list = (filter: AttemptFilter, cursor: string | null, limit: number) => {
    const { above, below } = rangeOf(statements, filter, cursor)
    const values = {
      ...Object.fromEntries(FILTERS.map(([name]) => [name, filter[name] ?? null])),
      ...{ since: filter.since ?? 0, until: filter.until ?? Number.MAX_SAFE_INTEGER },
      ...{ above, below, limit: limit + 1 },
    }
    const { reference, budgetIndexes } = filter
    const isNarrow = reference !== undefined || budgetIndexes !== undefined
    const bound = isNarrow ? undefined : statements.bound.get({ below })
    const found: Numbered[] =
      reference !== undefined
        ? statements.byReference.all({ ...values, reference })
        : budgetIndexes !== undefined
          ? budgetIndexes.flatMap((budgetIndex) =>
              statements.byPerson.all({ ...values, budgetIndex }),
            )
          : statements.byTime.all({ ...values, above: Math.max((bound?.seq ?? 1) - 1, above) })
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
