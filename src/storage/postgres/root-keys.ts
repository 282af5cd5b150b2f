// What lies under which root key, on PostgreSQL: factors by a step through their index, open verifications by a bounded look.
// It must not read every row of a key: counts end at their bound.

import type { RootKeyUse } from '../../factors/ports.ts'
import { joinUse, MAX_LOOKED_AT, MAX_ROWS, UNDER_KEY_BOUND } from '../root-key-use.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'

type Row = { key: string; service: string; count: number }
const toCounted = ({ key, service, count }: Row) => ({ keyId: key, service, count: Number(count) })

export function createRootKeyUse(query: Query): RootKeyUse {
  return {
    async notUnder(keyId, now) {
      const factors = await query<Row>(sql`with recursive k as (
          (select key_id, service from factors order by key_id, service limit 1)
          union all
          select n.key_id, n.service from k cross join lateral (
            select f.key_id, f.service from factors f where (f.key_id, f.service) > (k.key_id, k.service)
            order by f.key_id, f.service limit 1
          ) n
        )
        select k.key_id as key, k.service, (select count(*) from (
            select from factors f where f.key_id = k.key_id and f.service = k.service limit ${UNDER_KEY_BOUND}
          ) x) as count
        from k where k.key_id <> ${keyId} limit ${MAX_ROWS}`)
      // mutant: C65.pg-open-keys
      const verifications = await query<Row>(sql`
        select pepper_key_id as key, service, count(*) as count from (
          select pepper_key_id, service from verifications where status = 'pending' and expires_at > ${now}
          order by expires_at limit ${MAX_LOOKED_AT}
        ) x where pepper_key_id <> ${keyId} group by pepper_key_id, service limit ${MAX_ROWS}`)
      return joinUse(factors.map(toCounted), verifications.map(toCounted))
    },
  }
}
