// A verification with its newest message, as the console reads it from PostgreSQL, and the filters on it.
// It must not say in which order rows are read, nor how many.

import type { AttemptFilter, AttemptRow } from '../../admin/ports.ts'
import { type Sql, sql } from './drizzle.ts'
import { byteList, camelRow, type Raw } from './rows.ts'

export const ATTEMPT_FIELDS = sql`v.seq, v.id, v.reference, v.service, v.status, v.channel, v.purpose, v.kind, v.authenticated, v.country,
  v.locale, v.metadata,
  v.recipient_sealed, v.budget_index, v.attempts, v.failed, v.max_attempts, v.sends, v.max_sends, v.client_ip,
  v.created_at, v.expires_at, v.ended_at, d.status as delivery_status, d.provider, d.error_code, d.error_message`
export const WITH_MESSAGE = sql`left join deliveries d on d.verification_seq = v.seq and d.send = v.sends`

export const toAttempt = (row: Raw): AttemptRow => {
  const { seq: _, ...fields } = camelRow(row)
  return fields as AttemptRow
}

export function conditionsOf(filter: AttemptFilter): Sql[] {
  const { service, status, channel, country, delivery, provider, since, until } = filter
  const conditions: Sql[] = []
  if (service !== null) conditions.push(sql`v.service = ${service}`) // mutant: C35.pg-attempts-service
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
