// What is counted on SQLite: the events behind the place, with what is counted of their verifications; and sums of rows.
// It must not scan the log: a step reads onward by the primary key.

import type { CountedEvent, CountPlace, CountQuery, PricedEvent } from '../../counts/ports.ts'
import {
  type CountTable,
  ENDINGS,
  GROUPED_BY,
  OF_A_MESSAGE,
  PRICED,
  START,
  SUMS,
  TABLE_OF,
} from '../counts.ts'
import { asc, atMost, eq, gt, type Orm, sql } from './drizzle.ts'
import { EVENT_CODES, EVENT_TYPE_OF, unpackDetails } from './event-rows.ts'
import { events as e, verifications as v } from './schema.ts'
import { countPlace } from './schema-counts.ts'

const p = sql.placeholder
const codesOf = (types: readonly (keyof typeof EVENT_CODES)[]) =>
  sql.raw(types.map((type) => EVENT_CODES[type]).join(', '))

/** A list of the known fields, the send the second of them; or an object (event-rows.ts). */
const SEND = sql`coalesce(json_extract(events.details, '$.send'), json_extract(events.details, '$[1]'))`
const NEWEST_TRY = sql`from send_attempts a where a.verification_seq = events.verification_seq
  order by a.send desc, a.attempt desc limit 1`
const ofEndings = (value: ReturnType<typeof sql>) =>
  sql<string | null>`case when events.type in (${codesOf(ENDINGS)}) then (${value}) end`

const FIELDS = {
  seq: e.seq,
  at: e.at,
  type: e.type,
  service: e.service,
  details: e.details,
  kind: v.kind,
  country: v.country,
  purpose: v.purpose,
  channel: v.channel,
  createdAt: v.createdAt,
  messageChannel: sql<string | null>`case when events.type in (${codesOf(OF_A_MESSAGE)}) then (
    select d.channel from deliveries d where d.verification_seq = events.verification_seq and d.send = ${SEND}) end`,
  priced: sql<string | null>`case when events.type in (${codesOf(PRICED)}) then (
    select json_group_array(json_array(o.seq, o.at, o.type, o.details)) from events o
    where o.verification_seq = events.verification_seq and o.type in (${codesOf(PRICED)}) and o.seq <> events.seq) end`,
  lastProvider: ofEndings(sql`select a.provider ${NEWEST_TRY}`),
  lastChannel: ofEndings(sql`select (select d.channel from deliveries d
    where d.verification_seq = a.verification_seq and d.send = a.send) ${NEWEST_TRY}`),
}

type PricedRow = [sequence: number, at: number, type: number, details: string]

function pricedOf(text: string | null): PricedEvent[] {
  const rows = JSON.parse(text ?? '[]') as PricedRow[]
  return rows.flatMap(([sequence, at, code, details]) => {
    const type = EVENT_TYPE_OF.get(code)
    return type ? [{ sequence, at, type, details: unpackDetails(type, details) }] : []
  })
}

export function createCountNext(orm: Orm) {
  const place = orm.select().from(countPlace).where(eq(countPlace.id, 1)).prepare()
  const after = orm
    .select(FIELDS)
    .from(e)
    .leftJoin(v, eq(v.seq, e.verificationSeq))
    .where(gt(e.seq, p('sequence')))
    .orderBy(asc(e.seq))
    .limit(atMost('limit'))
    .prepare()
  // The place first: what an erasure takes away after it was read gives it another version.
  return (limit: number) => {
    const row = place.get()
    const from: CountPlace = row ? { ...row, awaited: [] } : START
    const rows = after.all({ sequence: from.sequence, limit })
    const events = rows.flatMap(({ seq, type, details, priced, ...rest }): CountedEvent[] => {
      const known = EVENT_TYPE_OF.get(type)
      // One of a newer version, which ran here before: this one does not count it.
      if (!known) return []
      const read = { type: known, details: unpackDetails(known, details) }
      return [{ ...rest, ...read, sequence: seq, priced: pricedOf(priced) }]
    })
    const last = rows.at(-1)
    const to = last ? { ...from, sequence: last.seq, at: last.at } : from
    return { from, events, to, hasMore: rows.length === limit }
  }
}

/** Steps to each bucket by the primary key. */
function sumsOf(orm: Orm, table: CountTable) {
  const grouped = ['dimension', 'value', ...GROUPED_BY[table]]
  const fields = Object.fromEntries([
    ['group', sql`b.grp`.as('group')],
    ...grouped.map((name) => [name, sql.raw(`c.${name}`)]),
    ...SUMS[table].map((name) => [name, sql.raw(`sum(c.${name})`)]),
  ])
  return orm
    .select(fields)
    .from(
      sql`(select value ->> 0 as grp, value ->> 1 as level, value ->> 2 as at from json_each(${p('buckets')})) b
      cross join ${sql.raw(TABLE_OF[table])} c`,
    )
    .where(
      sql`c.level = b.level and c.at = b.at and c.service = +${p('service')}
      and c.dimension in (select value from json_each(${p('dimensions')})) and instr(c.value, ${p('holding')}) > 0`,
    )
    .groupBy(sql.raw(['b.grp', ...grouped.map((name) => `c.${name}`)].join(', ')))
    .prepare()
}

export function createSums(orm: Orm) {
  const statements = {
    tallies: sumsOf(orm, 'tallies'),
    costs: sumsOf(orm, 'costs'),
    times: sumsOf(orm, 'times'),
  }
  return <Row>(
    table: CountTable,
    { service, buckets, dimensions, holding = '' }: CountQuery,
  ): Row[] =>
    statements[table].all({
      service,
      holding,
      buckets: JSON.stringify(buckets.map(({ group, level, at }) => [group, level, at])),
      dimensions: JSON.stringify(dimensions),
    }) as Row[]
}
