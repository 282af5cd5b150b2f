// Retention on SQLite: the oldest rows by their primary key, so that no index is needed to find what is past its time.
// It must not read beyond the first row that is young enough: rows are written in the order of time.

import type { RetentionStore } from '../../retention/ports.ts'
import { and, asc, atMost, eq, gt, lte, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import { createErase } from './erasure.ts'
import { createEventNumbers } from './event-numbers.ts'
import type { AppendEvent } from './event-rows.ts'
import { COUNTED, type Counted, createCounts } from './retention-counts.ts'
import { events, verifications } from './schema.ts'
import { retentionMarks } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const e = events
const v = verifications

/** The leading rows that are old enough; the first young one ends it. */
function leading<Row>(rows: readonly Row[], isOld: (row: Row) => boolean): Row[] {
  const young = rows.findIndex((row) => !isOld(row))
  return rows.slice(0, young === -1 ? rows.length : young)
}

function createReads(orm: Orm) {
  const counted = () => orm.select(COUNTED).from(v)
  const event = () => orm.select({ seq: e.seq, at: e.at }).from(e)
  return {
    oldest: counted().orderBy(asc(v.seq)).limit(atMost('limit')).prepare(),
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
  const numbers = createEventNumbers(orm)

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
      const removed = numbers.across(() => {
        const old = leading(reads.oldest.all({ limit }) as Counted[], (r) => r.createdAt < before)
        for (const row of old) {
          count(row)
          writes.remove.run({ seq: row.seq })
        }
        const oldEvents = leading(reads.oldestEvents.all({ limit }), ({ at }) => at < before)
        for (const { seq } of oldEvents) writes.removeEvent.run({ seq })
        return old.length + oldEvents.length
      })
      marks.lower()
      return removed
    })

  const erase = createErase({ ...deps, numbers, count, lowerMarks: marks.lower })
  return { eraseAddresses, purge, erase }
}
