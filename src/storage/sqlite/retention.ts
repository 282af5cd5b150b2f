// Retention on SQLite: the oldest rows by their primary key, so that no index is needed to find what is past its time.
// It must not read beyond the first row that is young enough: rows are written in the order of time.

import type { DeliveryStatus } from '../../kernel/channel.ts'
import { DAY_MS } from '../../kernel/clock.ts'
import { NOTHING_ERASED, type RetentionStore } from '../../retention/ports.ts'
import { bestDeliveryStatus } from '../../verification/state.ts'
import { and, asc, atMost, eq, getTableColumns, gt, lte, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import { events, verifications } from './schema.ts'
import { dailyCounts, factors, retentionMarks } from './schema-lasting.ts'
import { suppressions } from './schema-suppressions.ts'
import type { Writer } from './writer.ts'

/** A verification as it is counted, with its newest provider and the statuses of all its messages. */
type Counted = {
  seq: number
  createdAt: number
  service: string
  channel: string
  country: string | null
  status: string
  kind: string
  statuses: string | null
  provider: string | null
}

const p = sql.placeholder
const e = events
const v = verifications

/** The leading rows that are old enough; the first young one ends it. */
function leading<Row>(rows: readonly Row[], isOld: (row: Row) => boolean): Row[] {
  const young = rows.findIndex((row) => !isOld(row))
  return rows.slice(0, young === -1 ? rows.length : young)
}

function createCounts(orm: Orm): (row: Counted) => void {
  const { count, ...kinds } = getTableColumns(dailyCounts)
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  type Values = Record<keyof typeof kinds, ReturnType<typeof p>>
  const add = orm
    .insert(dailyCounts)
    .values({ ...(Object.fromEntries(names.map((name) => [name, p(name)])) as Values), count: 1 })
    .onConflictDoUpdate({ target: Object.values(kinds), set: { count: sql`count + 1` } })
    .prepare()
  return ({ createdAt, country, provider, statuses, ...row }) => {
    // '' for an app or a recovery code: nothing is sent for them.
    const deliveryStatus = bestDeliveryStatus((statuses ?? '').split(',') as DeliveryStatus[]) ?? ''
    const day = Math.floor(createdAt / DAY_MS)
    add.run({ ...row, day, deliveryStatus, country: country ?? '', provider: provider ?? '' })
  }
}

const COUNTED = {
  seq: v.seq,
  createdAt: v.createdAt,
  service: v.service,
  channel: v.channel,
  country: v.country,
  status: v.status,
  kind: v.kind,
  statuses: sql<
    string | null
  >`(select group_concat(d.status) from deliveries d where d.verification_seq = verifications.seq)`,
  provider: sql<
    string | null
  >`(select d.provider from deliveries d where d.verification_seq = verifications.seq order by d.send desc limit 1)`,
}

function createReads(orm: Orm) {
  const counted = () => orm.select(COUNTED).from(v)
  const event = () => orm.select({ seq: e.seq, at: e.at }).from(e)
  return {
    oldest: counted().orderBy(asc(v.seq)).limit(atMost('limit')).prepare(),
    one: counted()
      .where(eq(v.seq, p('seq')))
      .prepare(),
    ofPerson: counted()
      .where(eq(v.budgetIndex, p('budgetIndex')))
      .limit(atMost('limit'))
      .prepare(),
    oldestEvents: event().orderBy(asc(e.seq)).limit(atMost('limit')).prepare(),
    verificationsAfter: orm
      .select({ seq: v.seq, at: v.createdAt })
      .from(v)
      .where(gt(v.seq, p('mark')))
      .orderBy(asc(v.seq))
      .limit(atMost('limit'))
      .prepare(),
    eventsAfter: event()
      .where(gt(e.seq, p('mark')))
      .orderBy(asc(e.seq))
      .limit(atMost('limit'))
      .prepare(),
  }
}

const ofPerson = (table: 'suppressions' | 'events') =>
  sql`seq in (select seq from ${sql.raw(table)} where budget_index = +${p('budgetIndex')} limit ${atMost('limit')})`

function createWrites(orm: Orm) {
  return {
    remove: orm
      .delete(v)
      .where(eq(v.seq, p('seq')))
      .prepare(),
    removeEvent: orm
      .delete(e)
      .where(eq(e.seq, p('seq')))
      .prepare(),
    removeFactors: orm
      .delete(factors)
      .where(
        sql`seq in (select seq from factors where subject_index = +${p('budgetIndex')} limit ${atMost('limit')})`,
      )
      .prepare(),
    removeSuppressions: orm.delete(suppressions).where(ofPerson('suppressions')).prepare(),
    /** Those without a verification: the others go with theirs. */
    removeEventsOfPerson: orm.delete(e).where(ofPerson('events')).prepare(),
    blankVerifications: orm
      .update(v)
      .set({ clientIp: null })
      .where(and(gt(v.seq, p('after')), lte(v.seq, p('upTo'))))
      .prepare(),
    blankEvents: orm
      .update(e)
      .set({ clientIp: null, userAgent: null })
      .where(and(gt(e.seq, p('after')), lte(e.seq, p('upTo'))))
      .prepare(),
  }
}

/**
 * Up to which row addresses were erased: nothing is read twice. A mark must not be above the newest row: SQLite
 * gives the numbers at the end again, and what comes under a mark is never looked at.
 */
function createMarks(orm: Orm) {
  const t = retentionMarks
  const found = orm
    .select({ seq: t.seq })
    .from(t)
    .where(eq(t.name, p('name')))
    .prepare()
  const stored = orm
    .insert(t)
    .values({ name: p('name'), seq: p('seq') })
    .onConflictDoUpdate({ target: t.name, set: { seq: sql`excluded.seq` } })
    .prepare()
  const newestOf = (table: typeof v | typeof e) =>
    orm.select({ seq: sql<number | null>`max(seq)` }).from(table).prepare()
  const newest = [
    ['verification_addresses', newestOf(v)],
    ['event_addresses', newestOf(e)],
  ] as const
  const find = (name: string) => found.get({ name })?.seq ?? 0
  const put = (name: string, seq: number) => void stored.run({ name, seq })
  return {
    find,
    put,
    /** In the transaction that removed rows, before it writes any. */
    lower() {
      for (const [name, table] of newest) {
        const last = table.get()?.seq ?? 0
        if (find(name) > last) put(name, last)
      }
    },
  }
}

export function createRetentionStore(deps: {
  orm: Orm
  writer: Writer
  endings: Endings
  appendEvent: AppendEvent
}): RetentionStore {
  const { orm, writer } = deps
  const reads = createReads(orm)
  const writes = createWrites(orm)
  const marks = createMarks(orm)
  const count = createCounts(orm)

  const eraseAddresses: RetentionStore['eraseAddresses'] = ({ before, limit }) =>
    writer.write(() => {
      let looked = 0
      for (const [name, after, blank] of [
        ['verification_addresses', reads.verificationsAfter, writes.blankVerifications],
        ['event_addresses', reads.eventsAfter, writes.blankEvents],
      ] as const) {
        const mark = marks.find(name)
        const old = leading(after.all({ mark, limit }), ({ at }) => at < before)
        const upTo = old.at(-1)?.seq
        if (upTo === undefined) continue
        blank.run({ after: mark, upTo })
        marks.put(name, upTo)
        looked += old.length
      }
      return looked
    })

  const purge: RetentionStore['purge'] = ({ before, limit }) =>
    writer.write(() => {
      const old = leading(reads.oldest.all({ limit }) as Counted[], (r) => r.createdAt < before)
      for (const row of old) {
        count(row)
        writes.remove.run({ seq: row.seq })
      }
      const oldEvents = leading(reads.oldestEvents.all({ limit }), ({ at }) => at < before)
      for (const { seq } of oldEvents) writes.removeEvent.run({ seq })
      marks.lower()
      return old.length + oldEvents.length
    })

  const erase: RetentionStore['erase'] = ({ budgetIndexes, now, actor, limit }) =>
    writer.write(() => {
      const removed = { ...NOTHING_ERASED }
      for (const budgetIndex of budgetIndexes) {
        const rows = reads.ofPerson.all({ budgetIndex, limit }) as Counted[]
        for (const row of rows) {
          const isOpen = row.status === 'pending'
          if (isOpen) deps.endings.end(row, 'canceled', now, serviceActor(row.service))
          // Counted as it ended, with its message.
          count(isOpen ? (reads.one.get({ seq: row.seq }) as Counted) : row)
          writes.remove.run({ seq: row.seq })
        }
        removed.verifications += rows.length
        removed.factors += writes.removeFactors.run({ budgetIndex, limit }).changes
        removed.suppressions += writes.removeSuppressions.run({ budgetIndex, limit }).changes
        removed.events += writes.removeEventsOfPerson.run({ budgetIndex, limit }).changes
      }
      marks.lower()
      if (Object.values(removed).some((count) => count > 0))
        deps.appendEvent({
          at: now,
          type: 'recipient.erased',
          verificationSeq: null,
          actor,
          details: removed,
        })
      return removed
    })
  return { eraseAddresses, purge, erase }
}
