// Counts on PostgreSQL: the events behind the place, in whatever order they commit; a step's rows and its place in one commit.
// It must not count: counts/fold.ts does.

import type { CountedEvent, CountPlace, CountQuery, CountStore } from '../../counts/ports.ts'
import { LEVELS } from '../../counts/ports.ts'
import {
  type CountTable,
  ENDINGS,
  GROUPED_BY,
  OF_A_MESSAGE,
  PRICED,
  readAwaited,
  START,
  SUMS,
  TABLE_OF,
} from '../counts.ts'
import { sql } from './drizzle.ts'
import { createReadOn } from './event-follow.ts'
import { type Call, callOf, type Query } from './pool.ts'
import { camelRow, jsonText, type Raw } from './rows.ts'

const listed = (types: readonly string[]) => sql.raw(types.map((type) => `'${type}'`).join(', '))

const NEWEST_TRY = sql`from send_attempts a where a.verification_seq = e.verification_seq
  order by a.send desc, a.attempt desc limit 1`

const FIELDS = sql`e.seq, e.at, e.type, e.service, e.details, v.kind, v.country, v.purpose, v.channel, v.created_at,
  case when e.type in (${listed(OF_A_MESSAGE)}) then (select d.channel from deliveries d
    where d.verification_seq = e.verification_seq and d.send = (e.details->>'send')::integer) end as message_channel,
  case when e.type in (${listed(PRICED)}) then (select coalesce(jsonb_agg(jsonb_build_object(
    'sequence', o.seq, 'at', o.at, 'type', o.type, 'details', o.details)), '[]') from events o
    where o.verification_seq = e.verification_seq and o.type in (${listed(PRICED)}) and o.seq <> e.seq)
    else '[]' end as priced,
  case when e.type in (${listed(ENDINGS)}) then (select a.provider ${NEWEST_TRY}) end as last_provider,
  case when e.type in (${listed(ENDINGS)}) then (select (select d.channel from deliveries d
    where d.verification_seq = a.verification_seq and d.send = a.send) ${NEWEST_TRY}) end as last_channel`

function toEvent(row: Raw): CountedEvent {
  const { seq, ...event } = camelRow(row)
  return { ...event, sequence: seq } as CountedEvent
}

const APPLY = callOf('*', 'cs_count_1', 7)
const PURGE = callOf('*', 'cs_purge_counts_1', 3)

/**
 * Steps to each bucket by the primary key, whatever the statistics say: `offset 0` keeps the two apart. Grouped by the bytes of
 * a value: a language's order costs more than the rest.
 */
function sumsText(table: CountTable): string {
  const rest = GROUPED_BY[table].map((name) => `c.${name}`)
  const sums = SUMS[table].map((name) => `sum(c.${name})::bigint as ${name}`)
  const columns = ['b.grp as "group"', 'c.dimension', 'c.name as value', ...rest, ...sums]
  return `select ${columns.join(', ')}
    from unnest($1::integer[], $2::smallint[], $3::bigint[]) b(grp, level, at) cross join lateral (
      select c.*, c.value collate "C" as name from ${TABLE_OF[table]} c
      where c.level = b.level and c.at = b.at and c.service = $4 and c.dimension = any($5::smallint[])
        and position($6 in c.value) > 0 offset 0) c
    group by ${['b.grp', 'c.dimension', 'c.name', ...rest].join(', ')}`
}

/** Exported for the test that explains them. */
export const SUM_TEXTS = {
  tallies: sumsText('tallies'),
  costs: sumsText('costs'),
  times: sumsText('times'),
} as const

function sumsOf(table: CountTable, query: CountQuery): Call {
  const { service, buckets, dimensions, holding = '' } = query
  const column = (name: 'group' | 'level' | 'at') => buckets.map((one) => one[name])
  const values = [column('group'), column('level'), column('at'), service, dimensions, holding]
  return { text: SUM_TEXTS[table], values }
}

/** Since when each awaited number is missing, by this process: another begins to wait again. */
function createAges(monotonicMs: () => number) {
  let ages = new Map<number, number>()
  return {
    of: (awaited: readonly number[]) =>
      awaited.map((sequence) => ({ sequence, sinceMs: ages.get(sequence) ?? monotonicMs() })),
    keep(awaited: readonly { sequence: number; sinceMs: number }[]) {
      ages = new Map(awaited.map(({ sequence, sinceMs }) => [sequence, sinceMs]))
    },
  }
}

function createNext(query: Query, monotonicMs: () => number): CountStore['next'] {
  const readOn = createReadOn(query, FIELDS, toEvent, monotonicMs)
  const ages = createAges(monotonicMs)
  return async (limit) => {
    const [row] = await query<Raw>({
      text: 'select sequence, at, version, awaited from count_place where id = 1',
      values: [],
    })
    const from = row
      ? ({ ...row, awaited: readAwaited(String(row.awaited)) } as unknown as CountPlace)
      : START
    const begun = ages.of(from.awaited)
    const { items, position, hasMore } = await readOn({ ...from, awaited: begun }, limit)
    // Those that were given up stay known until the place moves on without them.
    ages.keep([...begun, ...position.awaited])
    const { sequence, at } = position
    const awaited = position.awaited.map((one) => one.sequence)
    return { from, events: items, to: { ...from, sequence, at, awaited }, hasMore }
  }
}

export function createCounts(
  query: Query,
  monotonicMs: () => number = () => performance.now(),
): CountStore {
  const sums = async <Row>(table: CountTable, asked: CountQuery) =>
    (await query<Raw>(sumsOf(table, asked))) as Row[]
  return {
    next: createNext(query, monotonicMs),
    async apply({ from, to, rows }) {
      const { sequence, at, awaited } = to
      const added = [rows.counts, rows.costs, rows.times].map(jsonText)
      const values = [from.version, sequence, at, awaited.join(), ...added]
      const [row] = await query<{ cs_count_1: boolean }>({ text: APPLY, values })
      return row?.cs_count_1 === true
    },
    tallies: (asked) => sums('tallies', asked),
    costs: (asked) => sums('costs', asked),
    times: (asked) => sums('times', asked),
    async names(dimensions) {
      const text = `select service, dimension, value from counts
        where level = ${LEVELS.ever} and at = 0 and dimension = any($1::smallint[])`
      return (await query<Raw>({ text, values: [[...dimensions]] })) as never
    },
    async purge({ level, before, limit }) {
      const [row] = await query<{ cs_purge_counts_1: number }>({
        text: PURGE,
        values: [level, before, limit],
      })
      return row?.cs_purge_counts_1 ?? 0
    },
  }
}
