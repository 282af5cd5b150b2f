// The attempts as the console reads them, on PostgreSQL.
// It must not scan: a page without a narrow key looks at a bounded stretch of the rows, newest first.

import type { AttemptFilter, AttemptReads, AttemptRow, SendAttempt } from '../../admin/ports.ts'
import {
  decodeAttemptCursor,
  encodeAttemptCursor,
  MAX_LOOKED_AT,
  OUT_OF_ORDER_MS,
} from '../attempt-cursor.ts'
import { type Sql, sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { byteList, camelRow, type Raw } from './rows.ts'

const FIELDS = sql`v.seq, v.id, v.reference, v.service, v.status, v.channel, v.purpose, v.kind, v.authenticated, v.country, v.locale, v.metadata,
  v.recipient_sealed, v.budget_index, v.attempts, v.failed, v.max_attempts, v.sends, v.max_sends, v.client_ip,
  v.created_at, v.expires_at, v.ended_at, d.status as delivery_status, d.provider, d.error_code, d.error_message`
const FROM = sql`verifications v left join deliveries d on d.verification_seq = v.seq and d.send = v.sends`

const toRow = (row: Raw): AttemptRow => {
  const { seq: _, ...fields } = camelRow(row)
  return fields as AttemptRow
}

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

type Place = { seq: number; created_at: number }

export function createAttemptReads(query: Query): AttemptReads {
  /** Where a page that has no narrow key stops looking. */
  const findBound = async (below: number) => {
    const [row] = await query<Place>(sql`select seq, created_at from verifications
      where seq < ${below} order by seq desc limit 1 offset ${MAX_LOOKED_AT - 1}`)
    return row
  }
  const seqAt = async (time: number) => {
    const [row] = await query<{ seq: number }>(sql`select cs_seq_at_1(${time}) as seq`)
    return row?.seq ?? 0
  }
  const rangeOf = async ({ since, until }: AttemptFilter, cursor: string | null) => {
    const given = decodeAttemptCursor(cursor)
    const end = until === undefined ? given : await seqAt(until + OUT_OF_ORDER_MS)
    const above = since === undefined ? 0 : (await seqAt(since - OUT_OF_ORDER_MS)) - 1
    return { above, below: Math.min(given, end) }
  }
  return {
    async list(filter, cursor, limit) {
      const { above, below } = await rangeOf(filter, cursor)
      const isNarrow = filter.reference !== undefined || filter.budgetIndexes !== undefined
      const bound = isNarrow ? undefined : await findBound(below)
      const from = Math.max((bound?.seq ?? 1) - 1, above)
      const conditions = [sql`v.seq < ${below} and v.seq > ${from}`, ...conditionsOf(filter)]
      const found = await query<Raw & Place>(sql`select ${FIELDS} from ${FROM}
        where ${sql.join(conditions, sql` and `)} order by v.seq desc limit ${limit + 1}`)
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : bound
      const hasMore = last !== undefined && last.seq - 1 > above
      return {
        items: page.map(toRow),
        nextCursor: hasMore ? encodeAttemptCursor(last.seq) : null,
        lookedBackTo: hasMore && last === bound ? last.created_at : null,
      }
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
