// Readers of the whole log, and its chain, on PostgreSQL.
// It must not write a segment without the reader's place: one statement does both, or neither.

import type { AuditStore, LeafRow, Segment } from '../../audit/ports.ts'
import { sql } from './drizzle.ts'
import { EVENT_FIELDS, toEventRecord } from './event-follow.ts'
import type { StoreContext } from './pool.ts'
import { camelRow, type Raw } from './rows.ts'

const LEAVES = sql`e.seq as sequence, e.at, e.type, v.id as verification_id, coalesce(v.created_at, e.at) as since, e.service,
  e.key_id, e.client_ip, e.user_agent, e.budget_index, e.recipient_sealed, e.details,
  coalesce(e.salt, v.recipient_sealed) as salt`
const WITH_VERIFICATION = sql`left join verifications v on v.seq = e.verification_seq`

const bytes = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value))

export function createAuditStore({ query, timeOf }: StoreContext): AuditStore {
  return {
    async claim({ name, holder, now, leaseMs, begin = null }) {
      const at = sql`cs_now_1(${timeOf(now)}::bigint)`
      // Half of the lease is left: nothing has to be written.
      const [kept] = await query<{ sequence: number }>(sql`select sequence from log_readers
        where name = ${name} and holder = ${holder} and held_until > ${at} + ${leaseMs}::bigint / 2`)
      if (kept) return kept.sequence
      const [row] = await query<{ sequence: number }>(sql`
        insert into log_readers as r (name, sequence, holder, held_until)
        values (${name}, coalesce(${begin}::bigint, (select max(seq) from events), 0), ${holder}, ${at} + ${leaseMs}::bigint)
        on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
        where r.holder = excluded.holder or r.held_until <= ${at} returning r.sequence`)
      return row?.sequence
    },
    async move({ name, holder, sequence }) {
      const rows = await query(sql`update log_readers set sequence = ${sequence}
        where name = ${name} and holder = ${holder} returning name`)
      return rows.length > 0
    },
    async place(name) {
      const [row] = await query<{ sequence: number }>(
        sql`select sequence from log_readers where name = ${name}`,
      )
      return row?.sequence
    },
    async release({ name, holder }) {
      await query(
        sql`update log_readers set held_until = 0 where name = ${name} and holder = ${holder}`,
      )
    },
    async eventsAfter(sequence, limit) {
      const rows = await query<Raw>(sql`select ${EVENT_FIELDS} from events e ${WITH_VERIFICATION}
        where e.seq > ${sequence} order by e.seq limit ${limit}`)
      return rows.map(toEventRecord)
    },
    async leavesAfter(sequence, limit) {
      const rows = await query<Raw>(sql`select ${LEAVES} from events e ${WITH_VERIFICATION}
        where e.seq > ${sequence} order by e.seq limit ${limit}`)
      return rows.map((row) => camelRow(row) as LeafRow)
    },
    async segmentsAfter(number, limit) {
      const rows = await query<Raw>(sql`select * from audit_segments where number > ${number}::int8
        order by number limit ${limit}`)
      return rows.map((row) => camelRow(row) as Segment)
    },
    async lastSegment() {
      const rows = await query<Raw>(sql`select * from audit_segments order by number desc limit 1`)
      return rows.map((row) => camelRow(row) as Segment)[0]
    },
    async appendSegment(segment, holder) {
      const { number, after, last, count, hour, newest, at, addressDays, recipientDays } = segment
      const rows = await query(sql`with moved as (update log_readers set sequence = ${last}
          where name = 'chain' and holder = ${holder} and sequence = ${after} returning name)
        insert into audit_segments (number, after, last, count, hour, newest, at, address_days, recipient_days, root, entries, address_secret, note)
        select ${number}::integer, ${after}::bigint, ${last}::bigint, ${count}::integer, ${hour}::integer, ${newest}::bigint, ${at}::bigint,
          ${addressDays}::integer, ${recipientDays}::integer, ${bytes(segment.root)}::bytea, ${bytes(segment.entries)}::bytea,
          ${bytes(segment.addressSecret)}::bytea, ${segment.note}::text
        from moved returning number`)
      return rows.length > 0
    },
    async forget({ entriesBefore, addressesBefore, limit }) {
      await query(sql`update audit_segments set entries = null where number in (
        select number from audit_segments where entries is not null and newest < ${entriesBefore}
        order by newest limit ${limit})`)
      await query(sql`update audit_segments set address_secret = null where number in (
        select number from audit_segments where address_secret is not null and newest < ${addressesBefore}
        order by newest limit ${limit})`)
    },
  }
}
