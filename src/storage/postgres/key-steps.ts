// The root keys that rows of a table are under: a step through an index for each.

import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'

export async function keyIdsOf(
  query: Query,
  table: 'suppressions' | 'list_entries',
  column: 'key_id' | 'root_key',
): Promise<string[]> {
  const [rows, key] = [sql.raw(table), sql.raw(column)]
  const found = await query<{ key: string }>(sql`with recursive k as (
      (select ${key} as key from ${rows} where ${key} is not null order by ${key} limit 1)
      union all
      select (select s.${key} from ${rows} s where s.${key} > k.key order by s.${key} limit 1)
      from k where k.key is not null
    )
    select key from k where key is not null`)
  return found.map(({ key: keyId }) => keyId)
}
