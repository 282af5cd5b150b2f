// The console's list of verifications, each with its newest message, on SQLite.
// It must not scan: a page without a narrow key looks at a bounded stretch of the rows, newest first.

import type { VerificationFilter, VerificationReads, VerificationSlice } from '../../admin/ports.ts'
import {
  byCreation,
  bySeq,
  decodeSeq,
  MAX_LOOKED_AT,
  type Numbered,
  OUT_OF_ORDER_MS,
  startOf,
  toPage,
  withoutNumber,
} from '../verification-slices.ts'
import { and, atMost, desc, eq, getTableColumns, gt, gte, lt, type Orm, sql } from './drizzle.ts'
import { createRecentTries } from './recent-tries.ts'
import { deliveries, sendTries, verifications } from './schema.ts'
import type { Writer } from './writer.ts'

const v = verifications
const d = deliveries
const p = sql.placeholder

const FIELDS = {
  seq: v.seq,
  id: v.id,
  reference: v.reference,
  service: v.service,
  status: v.status,
  channel: v.channel,
  purpose: v.purpose,
  kind: v.kind,
  authenticated: v.authenticated,
  country: v.country,
  locale: v.locale,
  metadata: v.metadata,
  recipientSealed: v.recipientSealed,
  budgetIndex: v.budgetIndex,
  attempts: v.attempts,
  failed: v.failed,
  maxAttempts: v.maxAttempts,
  sends: v.sends,
  maxSends: v.maxSends,
  codeLength: v.codeLength,
  clientIp: v.clientIp,
  createdAt: v.createdAt,
  expiresAt: v.expiresAt,
  endedAt: v.endedAt,
  checkedBy: v.checkedBy,
  outcome: v.outcome,
  deliveryStatus: d.status,
  provider: d.provider,
  errorCode: d.errorCode,
  errorMessage: d.errorMessage,
}
const { verificationSeq: _, ...TRY_FIELDS } = getTableColumns(sendTries)

const select = (orm: Orm) =>
  orm
    .select(FIELDS)
    .from(v)
    .leftJoin(d, and(eq(d.verificationSeq, v.seq), eq(d.send, v.sends)))

/** The names of what may be filtered by, each with its column. */
const FILTERS = [
  ['service', v.service], // mutant: C35.verifications-service
  ['status', v.status],
  ['channel', v.channel],
  ['country', v.country],
  ['delivery', d.status],
  ['provider', d.provider],
  [
    'fault',
    sql`(select a.fault from send_attempts a where a.verification_seq = ${v.seq} and a.send = ${v.sends}
      and a.result is not null order by a.attempt desc limit 1)`,
  ],
] as const

const matches = and(
  ...FILTERS.map(([name, column]) => sql`(${p(name)} is null or ${column} = +${p(name)})`),
  gte(v.createdAt, p('since')),
  lt(v.createdAt, p('until')),
)

const valuesOf = (filter: VerificationFilter) => ({
  ...Object.fromEntries(FILTERS.map(([name]) => [name, filter[name] ?? null])),
  since: filter.since ?? 0,
  until: filter.until ?? Number.MAX_SAFE_INTEGER,
})

/** By number, newest first: of a case, or of everybody. */
function createByNumber(orm: Orm) {
  const inRange = and(matches, lt(v.seq, p('below')), gt(v.seq, p('above')))
  const place = { seq: v.seq, createdAt: v.createdAt }
  const byTime = select(orm).where(inRange).orderBy(desc(v.seq)).limit(atMost('limit')).prepare()
  const byReference = select(orm)
    .where(and(eq(v.reference, p('reference')), inRange))
    .prepare()
  const stopBelow = orm
    .select(place)
    .from(v)
    .where(lt(v.seq, p('below')))
    .orderBy(desc(v.seq))
    .limit(atMost(1))
    .offset(MAX_LOOKED_AT - 1)
    .prepare()
  const newest = orm
    .select({ seq: sql<number | null>`max(${v.seq})` })
    .from(v)
    .prepare()
  const firstFrom = orm
    .select(place)
    .from(v)
    .where(gte(v.seq, p('from')))
    .orderBy(v.seq)
    .limit(atMost(1))
    .prepare()

  /** The number of the first row made at `time` or later, by halves: no index on times is needed. */
  const seqAt = (time: number): number => {
    let [low, high] = [1, (newest.get()?.seq ?? 0) + 1]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = firstFrom.get({ from: middle })
      if (row && row.createdAt < time) low = row.seq + 1
      else high = middle
    }
    return low
  }

  return (filter: VerificationFilter, cursor: string | null, limit: number): VerificationSlice => {
    const { reference, since, until } = filter
    const given = decodeSeq(cursor)
    const end = until === undefined ? given : seqAt(until + OUT_OF_ORDER_MS)
    const below = Math.min(given, end)
    const above = since === undefined ? 0 : seqAt(since - OUT_OF_ORDER_MS) - 1
    const values = { ...valuesOf(filter), above, below, limit: limit + 1 }
    if (reference !== undefined) {
      const ofCase = byReference.all({ ...values, reference }).sort((a, b) => b.seq - a.seq)
      const found = ofCase.filter(isOf(filter.budgetIndexes))
      return toPage(found, limit, undefined, bySeq(above))
    }
    const stop = stopBelow.get({ below })
    const found = byTime.all({ ...values, above: Math.max((stop?.seq ?? 1) - 1, above) })
    return toPage(found, limit, stop, bySeq(above))
  }
}

const isOf =
  (budgetIndexes: readonly Uint8Array[] | undefined) => (row: { budgetIndex: Uint8Array }) =>
    budgetIndexes?.some((one) => Buffer.compare(one, row.budgetIndex) === 0) ?? true

const byPlace = (a: Numbered, b: Numbered) => b.createdAt - a.createdAt || b.seq - a.seq

/** Of one person, by the index of persons: a test number may have a million, and none of them are sorted. */
function createOfPerson(orm: Orm) {
  const place = sql`(${v.createdAt}, ${v.seq})`
  const ofPerson = and(
    eq(v.budgetIndex, p('budgetIndex')),
    gte(v.createdAt, p('since')),
    sql`${place} < (+${p('at')}, +${p('seq')})`,
  )
  const rows = select(orm)
    .where(and(ofPerson, sql`${place} >= (+${p('stopAt')}, +${p('stopSeq')})`, matches))
    .orderBy(desc(v.createdAt), desc(v.seq))
    .limit(atMost('limit'))
    .prepare()
  const stopAfter = orm
    .select({ createdAt: v.createdAt, seq: v.seq })
    .from(v)
    .where(ofPerson)
    .orderBy(desc(v.createdAt), desc(v.seq))
    .limit(atMost(1))
    .offset(MAX_LOOKED_AT - 1)
    .prepare()
  return (
    filter: VerificationFilter,
    budgetIndexes: readonly Uint8Array[],
    cursor: string | null,
    limit: number,
  ): VerificationSlice => {
    const values = { ...valuesOf(filter), ...startOf(filter, cursor), limit: limit + 1 }
    // The nearest of them: what lies behind it is the next page's, under every index.
    const [stop] = budgetIndexes
      .flatMap((budgetIndex) => stopAfter.get({ ...values, budgetIndex }) ?? [])
      .sort(byPlace)
    const { createdAt: stopAt, seq: stopSeq } = stop ?? { createdAt: 0, seq: 0 }
    const found = budgetIndexes
      .flatMap((budgetIndex) => rows.all({ ...values, budgetIndex, stopAt, stopSeq }))
      .sort(byPlace)
    return toPage(found, limit, stop, byCreation)
  }
}

export function createVerificationReads({
  orm,
  writer,
}: {
  orm: Orm
  writer: Writer
}): VerificationReads {
  const byNumber = createByNumber(orm)
  const ofPerson = createOfPerson(orm)
  const one = select(orm)
    .where(
      and(eq(v.id, p('id')), sql`(${p('service')} is null or ${v.service} = +${p('service')})`),
    )
    .prepare()
  const recent = createRecentTries(orm)
  const tries = orm
    .select(TRY_FIELDS)
    .from(v)
    .innerJoin(sendTries, eq(sendTries.verificationSeq, v.seq))
    .where(eq(v.id, p('id')))
    .orderBy(sendTries.verificationSeq, sendTries.send, sendTries.tryNumber)
    .prepare()
  return {
    list: (filter, cursor, limit) =>
      writer.read(() => {
        const { reference, budgetIndexes } = filter
        return reference === undefined && budgetIndexes !== undefined
          ? ofPerson(filter, budgetIndexes, cursor, limit)
          : byNumber(filter, cursor, limit)
      }),
    find: (service, id) =>
      writer.read(() => {
        const row = one.get({ service, id })
        return row && withoutNumber(row)
      }),
    recentTries: (before, limit) => writer.read(() => recent(before, limit)),
    triesOf: (id) => writer.read(() => tries.all({ id })),
  }
}
