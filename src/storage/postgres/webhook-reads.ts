// Messages to webhooks as people see them, on PostgreSQL: pages, one of them, and how many wait or are dead.
// It must not read more than a bounded number of rows, however many there are.

import type { StoredWebhook, WebhookCount, WebhookReads } from '../../webhooks/ports.ts'
import { decodeWebhookCursor, toWebhookPage, type WebhookPlace } from '../webhook-cursor.ts'
import { sql, texts } from './drizzle.ts'
import type { Query } from './pool.ts'
import { camelRow, type Raw } from './rows.ts'

const STORED = sql`m.verification_seq as seq, v.id as verification_id, m.destination, m.sequence, v.service, m.type, m.at,
  m.details, v.reference, v.purpose, v.kind, v.metadata, v.recipient_sealed, m.tries, m.state, m.due_at, m.error, m.ended_at`

type Row = StoredWebhook & WebhookPlace
const toRow = (row: Raw) => camelRow(row) as Row
const toStored = ({ seq: _, ...row }: Row): StoredWebhook => row

/** One short stream through the index for each destination and state, merged. */
export function createWebhookReads(query: Query): WebhookReads {
  return {
    async list({ destinations, states, cursor, limit }) {
      const { at, seq, destination, sequence } = decodeWebhookCursor(cursor)
      const rows = await query<Raw>(sql`select ${STORED}
        from unnest(${texts(destinations)}) d(id) cross join unnest(${texts(states)}) s(state) cross join lateral (
          select * from webhook_messages w where w.destination = d.id and w.state = s.state and w.at <= ${at}
            and (w.at, w.verification_seq, w.destination, w.sequence) < (${at}, ${seq}, ${destination}, ${sequence}::integer)
          order by w.at desc, w.verification_seq desc, w.sequence desc limit ${limit + 1}) m
        join verifications v on v.seq = m.verification_seq
        order by m.at desc, m.verification_seq desc, m.destination desc, m.sequence desc limit ${limit + 1}`)
      const { items, nextCursor } = toWebhookPage(rows.map(toRow), limit)
      return { items: items.map(toStored), nextCursor }
    },
    async find({ verificationId, destination, sequence }) {
      const [row] = await query<Raw>(sql`select ${STORED} from verifications v
        join webhook_messages m on m.verification_seq = v.seq
        where v.id = ${verificationId} and m.destination = ${destination} and m.sequence = ${sequence}`)
      return row && toStored(toRow(row))
    },
    known: () =>
      query<{ destination: string; service: string }>(sql`with recursive d(id) as (
          (select destination from webhook_messages order by destination limit 1) union all
          select (select m.destination from webhook_messages m where m.destination > d.id order by m.destination limit 1)
          from d where d.id is not null
        ) select d.id as destination, f.service from d cross join lateral (
          select v.service from webhook_messages m join verifications v on v.seq = m.verification_seq
          where m.destination = d.id limit 1) f`),
    async counts(destinations, most) {
      const among = (state: string) =>
        sql`(select count(*) from (select 1 from webhook_messages m where m.destination = d.id and m.state = ${state}
          limit ${most}) n)`
      const rows =
        await query<Raw>(sql`select d.id as destination, ${among('queued')} + ${among('sending')} as pending,
          ${among('dead')} as dead, (select m.at from webhook_messages m where m.destination = d.id
            and m.state = 'delivered' order by m.at desc limit 1) as delivered_at
        from unnest(${texts(destinations)}) d(id)`)
      return rows.map((row) => {
        const counted = camelRow(row) as WebhookCount
        return { ...counted, pending: Math.min(most, counted.pending) }
      })
    },
  }
}
