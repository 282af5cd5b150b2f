// Rows that outlive verifications and name a person: the newest of some people or of all, and those under another root key.
// It must not know what such a row is for: suppressions and entries of the lists are kept alike.

import { ROWS_READ } from '../bounded-slice.ts'
import { decodeCursor } from '../cursor.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { byteList, camelRow, type Raw } from './rows.ts'

/** @param rootKey the column of the key that a row is sealed and indexed under */
export function createPeopleReads<Row extends { seq: number }>(
  query: Query,
  table: 'suppressions' | 'list_entries',
  rootKey: 'key_id' | 'root_key',
) {
  const [rows, key] = [sql.raw(table), sql.raw(rootKey)]
  const toRow = (row: Raw) => camelRow(row) as Row
  function withoutSeq(row: Raw): Omit<Row, 'seq'> {
    const { seq: _seq, ...rest } = toRow(row)
    return rest
  }
  return {
    toRow: withoutSeq,
    /** Newest first, `ROWS_READ` at most. @param budgetIndexes undefined: of everybody. @throws InvalidCursorError */
    async newest(
      budgetIndexes: readonly Uint8Array[] | undefined,
      cursor: string | null,
    ): Promise<Row[]> {
      const isMeant = budgetIndexes
        ? sql`and budget_index = any(${byteList(budgetIndexes)})`
        : sql``
      const found = await query<Raw>(sql`select * from ${rows}
        where seq < ${decodeCursor(cursor).seq} ${isMeant} order by seq desc limit ${ROWS_READ}`)
      return found.map(toRow)
    },
    /** A step through an index for each. */
    async keyIds(): Promise<string[]> {
      const found = await query<{ key: string }>(sql`with recursive k as (
          (select ${key} as key from ${rows} where ${key} is not null order by ${key} limit 1)
          union all
          select (select s.${key} from ${rows} s where s.${key} > k.key order by s.${key} limit 1)
          from k where k.key is not null
        )
        select key from k where key is not null`)
      return found.map(({ key: keyId }) => keyId)
    },
    async notUnder(keyId: string, after: string, limit: number) {
      const found = await query<Raw>(sql`select * from ${rows}
        where ${key} <> ${keyId} and id > ${after} order by id limit ${limit}`)
      return found.map(withoutSeq)
    },
  }
}
