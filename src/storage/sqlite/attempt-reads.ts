// The attempts as the console reads them, on SQLite.
// It must not scan: a page without a narrow key looks at a bounded stretch of the index on ids, which is that of time.

import type { AttemptFilter, AttemptReads, AttemptRow } from '../../admin/ports.ts'
import { encodeAttemptCursor, idRange, MAX_LOOKED_AT } from '../attempt-cursor.ts'
import { and, desc, eq, type Orm, sql } from './drizzle.ts'
import { deliveries, sendAttempts, verifications } from './schema.ts'
import type { Writer } from './writer.ts'

const v = verifications
const d = deliveries
const FIELDS = {
  ...{ id: v.id, reference: v.reference, service: v.service, status: v.status },
  ...{ channel: v.channel, purpose: v.purpose, kind: v.kind, authenticated: v.authenticated },
  ...{ country: v.country, recipientSealed: v.recipientSealed, budgetIndex: v.budgetIndex },
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
    sql`${v.id} < ${p('below')} and ${v.id} > ${p('above')}`,
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
    byTime: select().where(matches).orderBy(desc(v.id)).limit(p('limit')).prepare(),
    byReference: select()
      .where(sql`${v.reference} = ${p('reference')} and ${matches}`)
      .prepare(),
    byPerson: select()
      .where(sql`${v.budgetIndex} = ${p('budgetIndex')} and ${matches}`)
      .orderBy(desc(v.createdAt))
      .limit(p('limit'))
      .prepare(),
    one: select()
      .where(
        sql`${v.id} = ${p('id')} and (${p('service')} is null or ${v.service} = ${p('service')})`,
      )
      .prepare(),
    bound: orm
      .select({ id: v.id })
      .from(v)
      .where(sql`${v.id} < ${p('below')}`)
      .orderBy(desc(v.id))
      .limit(1)
      .offset(MAX_LOOKED_AT)
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

const newestFirst = (a: AttemptRow, b: AttemptRow) => (a.id < b.id ? 1 : -1)

export function createAttemptReads({ orm, writer }: { orm: Orm; writer: Writer }): AttemptReads {
  const statements = createStatements(orm)

  const list = (filter: AttemptFilter, cursor: string | null, limit: number) => {
    const { above, below } = idRange(cursor, filter)
    const values = {
      ...Object.fromEntries(FILTERS.map(([name]) => [name, filter[name] ?? null])),
      ...{ since: filter.since ?? 0, until: filter.until ?? Number.MAX_SAFE_INTEGER },
      ...{ above, below, limit: limit + 1 },
    }
    const { reference, budgetIndexes } = filter
    const isNarrow = reference !== undefined || budgetIndexes !== undefined
    const bound = isNarrow ? undefined : statements.bound.get({ below })?.id
    const found: AttemptRow[] =
      reference !== undefined
        ? statements.byReference.all({ ...values, reference })
        : budgetIndexes !== undefined
          ? budgetIndexes.flatMap((budgetIndex) =>
              statements.byPerson.all({ ...values, budgetIndex }),
            )
          : statements.byTime.all({ ...values, above: bound && bound > above ? bound : above })
    const items = found.sort(newestFirst).slice(0, limit)
    const last = found.length > limit ? items.at(-1)?.id : bound
    const hasMore = last !== undefined && last > above
    return { items, nextCursor: hasMore ? encodeAttemptCursor(last) : null }
  }

  return {
    list: (filter, cursor, limit) => writer.read(() => list(filter, cursor, limit)),
    find: (service, id) => writer.read(() => statements.one.get({ service, id })),
    sendAttemptsOf: (id) => writer.read(() => statements.sendAttempts.all({ id })),
  }
}
