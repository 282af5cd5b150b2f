// Rows of the attempt log on PostgreSQL, and the records that they are.
// It must not ask for any.

import type { EventRecord, RefusalRecord } from '../../events/types.ts'
import { encodeCursor } from '../cursor.ts'
import { sql } from './drizzle.ts'
import { camelRow, type Raw } from './rows.ts'

/** Of `e`, an event, and `v`, its verification, if any. */
export const EVENT_FIELDS = sql`e.seq, e.at, e.type, e.service, e.key_id, e.client_ip, e.user_agent, e.details,
  v.id as verification_id, v.reference`

/** Of a refusal: whom it is about, as well. */
export const REFUSAL_FIELDS = sql`${EVENT_FIELDS}, coalesce(e.budget_index, v.budget_index) as budget_index,
  coalesce(v.recipient_sealed, e.recipient_sealed) as recipient_sealed, v.channel`

export function toRefusalRecord(row: Raw): RefusalRecord {
  const record = toEventRecord(row) as RefusalRecord
  return { ...record, cursor: encodeCursor({ at: record.at, seq: record.sequence }) }
}

export function toEventRecord(row: Raw): EventRecord {
  const { seq, ...record } = camelRow(row)
  return { ...record, sequence: seq } as EventRecord
}
