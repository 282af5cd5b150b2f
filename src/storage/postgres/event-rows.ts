// Rows of the attempt log on PostgreSQL, and the records that they are.
// It must not ask for any.

import type { EventRecord } from '../../events/types.ts'
import { sql } from './drizzle.ts'
import { camelRow, type Raw } from './rows.ts'

/** Of `e`, an event, and `v`, its verification, if any. */
export const EVENT_FIELDS = sql`e.seq, e.at, e.type, e.service, e.key_id, e.client_ip, e.user_agent, e.details,
  v.id as verification_id, v.reference`

export function toEventRecord(row: Raw): EventRecord {
  const { seq, ...record } = camelRow(row)
  return { ...record, sequence: seq } as EventRecord
}
