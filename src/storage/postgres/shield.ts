// The shield on PostgreSQL: the log with what rules ask of each verification, and what they have counted.
// It must not judge: src/shield does.

import {
  JUDGED,
  type PricedStart,
  type ShieldStore,
  type StopRow,
  type StoredLevel,
  type WatchedEvent,
} from '../../shield/log-ports.ts'
import { PRICED } from '../counts.ts'
import { sql } from './drizzle.ts'
import { callOf, type Query } from './pool.ts'
import { camelRow, jsonText, type Raw } from './rows.ts'

const listed = (types: readonly string[]) => sql.raw(types.map((type) => `'${type}'`).join(', '))

/** Steps through the recipient's verifications, by the index. */
const IS_KNOWN = sql`exists (select 1 from verifications k where k.budget_index = v.budget_index
  and k.created_at < v.created_at and k.service = v.service and k.status = 'approved')`

const COMMIT = callOf('*', 'cs_shield_1', 6)

export function createShieldStore(query: Query): ShieldStore {
  return {
    async after(sequence, limit) {
      const rows =
        await query<Raw>(sql`select e.seq as sequence, e.at, e.type, e.service, e.details,
          v.id as verification_id, v.kind, v.channel, v.country, v.created_at, v.client_ip, v.recipient_sealed,
          case when e.type in (${listed(JUDGED)}) then ${IS_KNOWN} else false end as is_known
        from events e left join verifications v on v.seq = e.verification_seq
        where e.seq > ${sequence} order by e.seq limit ${limit}`)
      return rows.map((row) => camelRow(row) as WatchedEvent)
    },
    async pricedOf(ids) {
      const rows =
        await query<Raw>(sql`select v.id as verification_id, e.seq as sequence, e.at, e.type, e.details,
          ${IS_KNOWN} as is_known
        from verifications v join events e on e.verification_seq = v.seq
        where v.id = any(${sql.param([...ids])}::text[]) and e.type in (${listed(PRICED)})`)
      return rows.map((row) => camelRow(row) as PricedStart)
    },
    async levels(after, limit) {
      const behind = after
        ? sql`where (rule, service, value) > (${after.rule}, ${after.service}, ${after.value})`
        : sql``
      const rows =
        await query<Raw>(sql`select rule, service, value, level from shield_levels ${behind}
        order by rule, service, value limit ${limit}`)
      return rows as StoredLevel[]
    },
    async commit({ holder, from, to, levels, gone, stops }) {
      const values = [holder, from, to, jsonText(levels), jsonText(gone), jsonText(stops)]
      const [row] = await query<{ cs_shield_1: boolean }>({ text: COMMIT, values })
      return row?.cs_shield_1 === true
    },
    async stops({ service, since, limit }) {
      const own = service === null ? sql`` : sql`and service = ${service}`
      const rows = await query<Raw>(sql`select * from shield_stops where since >= ${since} ${own}
        order by since desc, rule, value, currency limit ${limit}`)
      return rows as StopRow[]
    },
    async purge({ before, limit }) {
      const rows =
        await query(sql`delete from shield_stops where (since, service, rule, value, currency) in (
        select since, service, rule, value, currency from shield_stops where since < ${before}
        order by since limit ${limit}) returning since`)
      return rows.length
    },
  }
}
