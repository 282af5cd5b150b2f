// The attempts of one person on SQLite, by the index of persons: a test number may have a million.
// It must not sort them, nor look at more than a bounded number for one page.

import type { AttemptFilter, AttemptPage } from '../../admin/ports.ts'
import { MAX_LOOKED_AT } from '../attempt-cursor.ts'
import { byPlace, decodeCursor, encodeCursor, type Place } from '../cursor.ts'
import { filterValues, matchesFilter, selectAttempts, withoutNumber } from './attempt-rows.ts'
import { atMost, desc, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'

const BEFORE_ALL: Place = { at: 0, seq: 0 }

export function createPersonAttempts(orm: Orm) {
  const v = verifications
  const p = sql.placeholder
  const place = sql`(${v.createdAt}, ${v.seq})`
  const ofPerson = sql`${v.budgetIndex} = +${p('budgetIndex')} and ${v.createdAt} >= +${p('since')}
    and ${place} < (+${p('at')}, +${p('seq')})`
  const rows = selectAttempts(orm)
    .where(
      sql`${ofPerson} and ${place} >= (+${p('boundAt')}, +${p('boundSeq')}) and ${matchesFilter}`,
    )
    .orderBy(desc(v.createdAt), desc(v.seq))
    .limit(atMost('limit'))
    .prepare()
  const bound = orm
    .select({ at: v.createdAt, seq: v.seq })
    .from(v)
    .where(ofPerson)
    .orderBy(desc(v.createdAt), desc(v.seq))
    .limit(atMost(1))
    .offset(MAX_LOOKED_AT - 1)
    .prepare()

  return (
    filter: AttemptFilter,
    budgetIndexes: readonly Uint8Array[],
    cursor: string | null,
    limit: number,
  ): AttemptPage => {
    const given = decodeCursor(cursor)
    const values = filterValues(filter)
    const start = given.at < values.until ? given : { at: values.until, seq: 0 }
    const asked = { ...values, ...start, limit: limit + 1 }
    // The nearest of them: what lies behind it is the next page's, under every index.
    const [stop] = budgetIndexes
      .flatMap((budgetIndex) => bound.get({ ...asked, budgetIndex }) ?? [])
      .sort(byPlace)
    const { at: boundAt, seq: boundSeq } = stop ?? BEFORE_ALL
    const found = budgetIndexes
      .flatMap((budgetIndex) => rows.all({ ...asked, budgetIndex, boundAt, boundSeq }))
      .sort((a, b) => b.createdAt - a.createdAt || b.seq - a.seq)
    const items = found.slice(0, limit)
    const end = items.at(-1)
    const last = found.length > limit && end ? { at: end.createdAt, seq: end.seq } : stop
    return {
      items: items.map(withoutNumber),
      nextCursor: last ? encodeCursor(last) : null,
      lookedBackTo: last && last === stop ? last.at : null,
    }
  }
}
