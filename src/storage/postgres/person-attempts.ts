// The attempts of one person on PostgreSQL, by the index of persons: a test number may have a million.
// It must not sort them, nor look at more than a bounded number for one page.

import type { AttemptFilter, AttemptPage } from '../../admin/ports.ts'
import { MAX_LOOKED_AT } from '../attempt-cursor.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { ATTEMPT_FIELDS, conditionsOf, toAttempt, WITH_MESSAGE } from './attempt-rows.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { byteList, type Raw } from './rows.ts'

type Row = Raw & { seq: number; created_at: number }

export function createPersonAttempts(query: Query) {
  return async (
    filter: AttemptFilter,
    budgetIndexes: readonly Uint8Array[],
    cursor: string | null,
    limit: number,
  ): Promise<AttemptPage> => {
    const given = decodeCursor(cursor)
    const { since = 0, until = Number.MAX_SAFE_INTEGER } = filter
    const start = given.at < until ? given : { at: until, seq: 0 }
    const looked = sql`(select v.* from unnest(${byteList(budgetIndexes)}) b(index) cross join lateral (
        select * from verifications v where v.budget_index = b.index and v.created_at >= ${since}
          and (v.created_at, v.seq) < (${start.at}, ${start.seq})
        order by v.created_at desc, v.seq desc limit ${MAX_LOOKED_AT}
      ) v order by v.created_at desc, v.seq desc limit ${MAX_LOOKED_AT})`
    const stops = await query<Row>(sql`select created_at, seq from ${looked} v
      order by created_at desc, seq desc limit 1 offset ${MAX_LOOKED_AT - 1}`)
    const [stop] = stops
    const conditions = conditionsOf({ ...filter, budgetIndexes: undefined })
    // A row that came in between would push the last one out of both pages.
    if (stop) conditions.push(sql`(v.created_at, v.seq) >= (${stop.created_at}, ${stop.seq})`)
    const all = conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`
    const found = await query<Row>(sql`select ${ATTEMPT_FIELDS} from ${looked} v ${WITH_MESSAGE}
      where ${all} order by v.created_at desc, v.seq desc limit ${limit + 1}`)
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : stop
    return {
      items: page.map(toAttempt),
      nextCursor: last ? encodeCursor({ at: last.created_at, seq: last.seq }) : null,
      lookedBackTo: last && last === stop ? last.created_at : null,
    }
  }
}
