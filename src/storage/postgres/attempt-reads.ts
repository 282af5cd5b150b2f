// The attempts as the console reads them, on PostgreSQL.
// It must not scan: a page without a narrow key looks at a bounded stretch of the index on ids, which is that of time.

import type { AttemptFilter, AttemptReads, AttemptRow, SendAttempt } from '../../admin/ports.ts'
import { encodeAttemptCursor, idRange, MAX_LOOKED_AT } from '../attempt-cursor.ts'
import { type Sql, sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { byteList, camelRow, type Raw } from './rows.ts'

const FIELDS = sql`v.id, v.reference, v.service, v.status, v.channel, v.purpose, v.kind, v.authenticated, v.country,
  v.recipient_sealed, v.budget_index, v.attempts, v.failed, v.max_attempts, v.sends, v.max_sends, v.client_ip,
  v.created_at, v.expires_at, v.ended_at, d.status as delivery_status, d.provider, d.error_code, d.error_message`
const FROM = sql`verifications v left join deliveries d on d.verification_seq = v.seq and d.send = v.sends`

const toRow = (row: Raw) => camelRow(row) as AttemptRow

function conditionsOf(filter: AttemptFilter): Sql[] {
  const { service, status, channel, country, delivery, provider, since, until } = filter
  const conditions: Sql[] = []
  if (service !== null) conditions.push(sql`v.service = ${service}`)
  if (status !== undefined) conditions.push(sql`v.status = ${status}`)
  if (channel !== undefined) conditions.push(sql`v.channel = ${channel}`)
  if (country !== undefined) conditions.push(sql`v.country = ${country}`)
  if (delivery !== undefined) conditions.push(sql`d.status = ${delivery}`)
  if (provider !== undefined) conditions.push(sql`d.provider = ${provider}`)
  if (since !== undefined) conditions.push(sql`v.created_at >= ${since}`)
  if (until !== undefined) conditions.push(sql`v.created_at < ${until}`)
  if (filter.reference !== undefined) conditions.push(sql`v.reference = ${filter.reference}`)
  if (filter.budgetIndexes !== undefined)
    conditions.push(sql`v.budget_index = any(${byteList(filter.budgetIndexes)})`)
  return conditions
}

export function createAttemptReads(query: Query): AttemptReads {
  /** The id at which a page that has no narrow key stops looking. */
  const findBound = async (below: string) => {
    const [row] = await query<{ id: string }>(sql`select id from verifications where id < ${below}
      order by id desc limit 1 offset ${MAX_LOOKED_AT}`)
    return row?.id
  }
  return {
    async list(filter, cursor, limit) {
      const { above, below } = idRange(cursor, filter)
      const isNarrow = filter.reference !== undefined || filter.budgetIndexes !== undefined
      const bound = isNarrow ? undefined : await findBound(below)
      const from = bound !== undefined && bound > above ? bound : above
      const conditions = [sql`v.id < ${below} and v.id > ${from}`, ...conditionsOf(filter)]
      const found = await query<Raw>(sql`select ${FIELDS} from ${FROM}
        where ${sql.join(conditions, sql` and `)} order by v.id desc limit ${limit + 1}`)
      const items = found.slice(0, limit).map(toRow)
      const last = found.length > limit ? items.at(-1)?.id : bound
      const hasMore = last !== undefined && last > above
      return { items, nextCursor: hasMore ? encodeAttemptCursor(last) : null }
    },
    async find(service, id) {
      const [row] = await query<Raw>(sql`select ${FIELDS} from ${FROM}
        where v.id = ${id} and (${service}::text is null or v.service = ${service})`)
      return row && toRow(row)
    },
    async sendAttemptsOf(id) {
      const rows =
        await query<Raw>(sql`select a.send, a.attempt, a.provider, a.started_at, a.duration_ms, a.result,
          a.reference, a.error_code, a.error_message
        from verifications v join send_attempts a on a.verification_seq = v.seq where v.id = ${id}
        order by a.send, a.attempt`)
      return rows.map((row) => camelRow(row) as SendAttempt)
    },
  }
}
