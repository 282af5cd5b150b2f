// The shield on SQLite: the log with what rules ask of each verification, and what they have counted.
// It must not judge: src/shield does.

import {
  JUDGED,
  type PricedStart,
  type ShieldStore,
  type WatchedEvent,
} from '../../shield/log-ports.ts'
import { PRICED } from '../counts.ts'
import { and, asc, atMost, desc, eq, gt, type Orm, sql } from './drizzle.ts'
import { EVENT_CODES, EVENT_TYPE_OF, unpackDetails } from './event-rows.ts'
import { events as e, verifications as v } from './schema.ts'
import { shieldLevels as l, shieldStops as t } from './schema-shield.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
type Sync<Port extends Record<string, (...args: never[]) => Promise<unknown>>> = {
  [Name in keyof Port]: (...args: Parameters<Port[Name]>) => Awaited<ReturnType<Port[Name]>>
}
const codesOf = (types: readonly (keyof typeof EVENT_CODES)[]) =>
  sql.raw(types.map((type) => EVENT_CODES[type]).join(', '))

/** Steps through the recipient's verifications, by the index. */
const IS_KNOWN = sql<number>`exists (select 1 from verifications k where k.budget_index = ${v.budgetIndex}
  and k.created_at < ${v.createdAt} and k.service = ${v.service} and k.status = 'approved')`

function createAfter(orm: Orm) {
  const after = orm
    .select({
      sequence: e.seq,
      at: e.at,
      code: e.type,
      service: e.service,
      packed: e.details,
      verificationId: v.id,
      kind: v.kind,
      channel: v.channel,
      country: v.country,
      createdAt: v.createdAt,
      clientIp: v.clientIp,
      recipientSealed: v.recipientSealed,
      isKnown: sql<number>`case when ${e.type} in (${codesOf(JUDGED)}) then ${IS_KNOWN} else 0 end`,
    })
    .from(e)
    .leftJoin(v, eq(v.seq, e.verificationSeq))
    .where(gt(e.seq, p('sequence')))
    .orderBy(asc(e.seq))
    .limit(atMost('limit'))
    .prepare()
  return (sequence: number, limit: number): WatchedEvent[] =>
    after.all({ sequence, limit }).flatMap(({ code, packed, isKnown, ...rest }) => {
      const type = EVENT_TYPE_OF.get(code)
      // One of a newer version, which ran here before.
      if (!type) return []
      return [{ ...rest, type, details: unpackDetails(type, packed), isKnown: isKnown === 1 }]
    })
}

type PricedRow = {
  verificationId: string
  sequence: number
  at: number
  code: number
  packed: string
  isKnown: number
}

function pricedOf(orm: Orm, ids: readonly string[]): PricedStart[] {
  return orm
    .all<PricedRow>(
      sql`select ${v.id} as verificationId, ${e.seq} as sequence, ${e.at}, ${e.type} as code, ${e.details} as packed,
          ${IS_KNOWN} as isKnown from json_each(${JSON.stringify(ids)}) i cross join ${v} on ${v.id} = i.value
        cross join ${e} on ${e.verificationSeq} = ${v.seq} where ${e.type} in (${codesOf(PRICED)})`,
    )
    .flatMap(({ code, packed, isKnown, ...rest }) => {
      const type = EVENT_TYPE_OF.get(code)
      if (!type) return []
      return [{ ...rest, type, details: unpackDetails(type, packed), isKnown: isKnown === 1 }]
    })
}

function createCommit(orm: Orm): (input: Parameters<ShieldStore['commit']>[0]) => boolean {
  const put = orm
    .insert(l)
    .values({ rule: p('rule'), service: p('service'), value: p('value'), level: p('level') })
    .onConflictDoUpdate({
      target: [l.rule, l.service, l.value],
      set: { level: sql`excluded.level` },
    })
    .prepare()
  const remove = orm
    .delete(l)
    .where(and(eq(l.rule, p('rule')), eq(l.service, p('service')), eq(l.value, p('value'))))
    .prepare()
  return ({ holder, from, to, levels, gone, stops }) => {
    const moved = orm.run(sql`update log_readers set sequence = ${to}
      where name = 'shield' and holder = ${holder} and sequence = ${from}`)
    if (moved.changes === 0) return false // mutant: C84.sqlite-once
    for (const row of levels) put.run(row)
    for (const key of gone) remove.run(key)
    for (const row of stops)
      orm
        .insert(t)
        .values(row)
        .onConflictDoUpdate({
          target: [t.since, t.service, t.rule, t.value, t.currency],
          set: {
            starts: sql`${t.starts} + excluded.starts`,
            approved: sql`${t.approved} + excluded.approved`,
            micros: sql`${t.micros} + excluded.micros`,
          },
        })
        .run()
    return true
  }
}

function createTables(orm: Orm): Pick<Sync<ShieldStore>, 'levels' | 'stops' | 'purge'> {
  return {
    levels(after, limit) {
      const behind = after
        ? sql`(rule, service, value) > (${after.rule}, ${after.service}, ${after.value})`
        : undefined
      return orm
        .select()
        .from(l)
        .where(behind)
        .orderBy(l.rule, l.service, l.value)
        .limit(limit)
        .all()
    },
    stops: ({ service, since, limit }) =>
      orm
        .select()
        .from(t)
        .where(
          service === null
            ? sql`since >= ${since}`
            : sql`service = ${service} and since >= ${since}`,
        )
        .orderBy(desc(t.since), t.rule, t.value, t.currency)
        .limit(limit)
        .all(),
    purge: ({ before, limit }) =>
      orm.run(sql`delete from ${t} where since < ${before} and since <= (select max(since) from
        (select since from ${t} where since < ${before} order by since limit ${limit}))`).changes,
  }
}

export function createShieldStore({ orm, writer }: { orm: Orm; writer: Writer }): ShieldStore {
  const after = createAfter(orm)
  const commit = createCommit(orm)
  const tables = createTables(orm)
  return {
    after: (sequence, limit) => writer.read(() => after(sequence, limit)),
    pricedOf: (ids) => writer.read(() => pricedOf(orm, ids)),
    levels: (key, limit) => writer.read(() => tables.levels(key, limit)),
    stops: (query) => writer.read(() => tables.stops(query)),
    // The log is read again from the place that survives: nobody was promised anything.
    commit: (input) => writer.write(() => commit(input), { mayRepeat: true }),
    purge: (input) => writer.write(() => tables.purge(input), { mayRepeat: true }),
  }
}
