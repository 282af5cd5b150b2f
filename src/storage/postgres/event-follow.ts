// The event log on PostgreSQL from a place on, oldest first.
// It must not take the highest sequence for the end: transactions commit in another order than they number.

import type { EventRecord, EventStore, LogPosition } from '../../events/types.ts'
import { type Sql, sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { camelRow, type Raw } from './rows.ts'

/** Of `e`, an event, and `v`, its verification, if any. */
export const EVENT_FIELDS = sql`e.seq, e.at, e.type, e.service, e.key_id, e.client_ip, e.user_agent, e.details,
  v.id as verification_id, v.reference`

export function toEventRecord(row: Raw): EventRecord {
  const { seq, ...record } = camelRow(row)
  return { ...record, sequence: seq } as EventRecord
}

/** Longer than any transaction that writes an event lives (pool.ts); then its number was never used. */
const AWAITED_MS = 10_000
/** Of the numbers before the beginning, and of those awaited at once: the newest. */
const MAX_AWAITED = 1_000

type Awaited = LogPosition['awaited'][number]

/** Read again where the log ends before the event that was read last: it was restored, or its newest rows were erased. */
const BACK = 200

/** The numbers between `from` and the last of `seen` that are not there. */
function missing(from: number, seen: readonly number[], sinceMs: number): Awaited[] {
  const found: Awaited[] = []
  let next = from + 1
  for (const sequence of seen) {
    for (next = Math.max(next, sequence - MAX_AWAITED); next < sequence; next += 1)
      found.push({ sequence: next, sinceMs })
    next = sequence + 1
  }
  return found
}

/**
 * Reads on from a position: what it awaits, and what is new.
 * @param fields of `e`, an event, and `v`, its verification, if any
 */
export function createReadOn<Item extends { sequence: number; at: number }>(
  query: Query,
  fields: Sql,
  show: (row: Raw) => Item,
  monotonicMs: () => number,
) {
  return async (
    position: LogPosition,
    limit: number,
  ): Promise<{ items: Item[]; position: LogPosition; hasMore: boolean }> => {
    const now = monotonicMs()
    const { sequence } = position
    const open = position.awaited.filter(({ sinceMs }) => now - sinceMs < AWAITED_MS)
    const awaited = sql.param(open.map((one) => one.sequence))
    const rows = await query<Raw>(sql`select ${fields} from (
        select * from events where seq = any(${awaited}::bigint[]) union all
        (select * from events where seq > ${sequence} order by seq limit ${limit})
      ) e left join verifications v on v.seq = e.verification_seq order by e.seq`)
    const items = rows.map(show)
    const found = new Set(items.map((one) => one.sequence))
    const fresh = items.filter((one) => one.sequence > sequence)
    const numbers = fresh.map((one) => one.sequence)
    const gaps = missing(sequence, numbers, now)
    const still = [...open.filter((one) => !found.has(one.sequence)), ...gaps]
    const last = fresh.at(-1) ?? position
    return {
      items,
      position: {
        sequence: last.sequence,
        at: last.at,
        awaited: still.slice(-MAX_AWAITED),
      },
      hasMore: fresh.length === limit,
    }
  }
}

export function createFollow(
  query: Query,
  monotonicMs: () => number = () => performance.now(),
): EventStore['follow'] {
  const readOn = createReadOn(query, EVENT_FIELDS, toEventRecord, monotonicMs)
  const begin = async (): Promise<LogPosition> => {
    const rows = await query<{ seq: number; at: number }>(
      sql`select seq, at from events order by seq desc limit ${MAX_AWAITED}`,
    )
    const last = rows[0] ?? { seq: 0, at: 0 }
    const [first, ...rest] = rows.map(({ seq }) => seq).reverse()
    const awaited = missing(first ?? 0, rest, monotonicMs())
    return { sequence: last.seq, at: last.at, awaited: awaited.slice(-MAX_AWAITED) }
  }

  return async (position, limit) => {
    if (position === null) return { items: [], position: await begin(), hasMore: false }
    const found = await readOn(position, limit)
    if (found.items.length > 0) return found
    const [last] = await query<{ seq: number | null }>(sql`select max(seq) as seq from events`)
    const end = last?.seq ?? 0
    if (end >= position.sequence) return found // mutant: C72.pg-follow-restored
    return readOn({ ...position, sequence: Math.max(0, end - BACK), awaited: [] }, limit)
  }
}
