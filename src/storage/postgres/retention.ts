// Retention on PostgreSQL: each step a function of the database (drizzle/postgres, 'retention').
// It must not read beyond the first row that is young enough.

import { type Erased, NOTHING_ERASED, type RetentionStore } from '../../retention/ports.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { actorJson, byteList } from './rows.ts'

export function createRetentionStore(query: Query): RetentionStore {
  return {
    async eraseAddresses({ before, limit }) {
      const [row] = await query<{ n: number }>(
        sql`select cs_erase_addresses_1(${before}, ${limit}) as n`,
      )
      return row?.n ?? 0
    },
    async purge({ before, limit }) {
      const [row] = await query<{ n: number }>(sql`select cs_purge_1(${before}, ${limit}) as n`)
      return row?.n ?? 0
    },
    async erase({ budgetIndexes, now, actor, limit }) {
      const [row] = await query<Erased>(
        sql`select * from cs_erase_recipient_4(${byteList(budgetIndexes)}, ${now}, ${actorJson(actor)}, ${limit})`,
      )
      return row ?? { ...NOTHING_ERASED }
    },
  }
}
