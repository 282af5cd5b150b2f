// Messages to webhooks on PostgreSQL: which are due, claimed with a lease, settled by their token.
// It must not hold a rule of its own: webhooks/transitions.ts decides.

import { drawToken } from '../../kernel/ids.ts'
import type { ClaimedWebhook, WebhookStore } from '../../webhooks/ports.ts'
import { sql } from './drizzle.ts'
import { callOf, type StoreContext } from './pool.ts'
import { camelRow, type Raw } from './rows.ts'
import { createWebhookActs, givenTime } from './webhook-acts.ts'
import { createWebhookReads } from './webhook-reads.ts'

const CLAIM = callOf('*', 'cs_claim_webhooks_2', 4)

/** One step into the index for each. */
const FIRST_DUE = `select d.id, m.due_at from unnest($1::text[]) d(id), lateral (select w.due_at from webhook_messages w
  where w.destination = d.id and w.due_at is not null order by w.due_at limit 1) m`

export function createWebhookOutbox(context: StoreContext): WebhookStore {
  const { query, timeOf } = context
  return {
    ...createWebhookReads(query),
    ...createWebhookActs(context),
    async dueAt(destinations) {
      const values = [[...destinations]]
      const rows = await query<{ id: string; due_at: number }>({ text: FIRST_DUE, values })
      return new Map(rows.map(({ id, due_at }) => [id, due_at]))
    },
    async claim({ destination, now, limit, leaseMs }) {
      const tokens = Array.from({ length: limit }, () => drawToken())
      const values = [destination, timeOf(now), leaseMs, tokens]
      return (await query<Raw>({ text: CLAIM, values })).map(
        (row) => camelRow(row) as ClaimedWebhook,
      )
    },
    async settle({ key: { verificationId, destination, sequence }, token, now, settlement }) {
      const { state, dueAfterMs, error, isUncounted } = settlement
      const at = givenTime(timeOf(now))
      const rows =
        await query(sql`update webhook_messages m set state = ${state}, token = null, error = ${error}, tries = m.tries - ${isUncounted ? 1 : 0}::integer,
          due_at = ${at} + ${dueAfterMs}::bigint, ended_at = ${state === 'queued' ? null : now}::bigint
        where m.verification_seq = (select seq from verifications where id = ${verificationId})
          and m.destination = ${destination} and m.sequence = ${sequence} and m.token = ${token}
        returning m.sequence`)
      return rows.length > 0 ? 'settled' : 'fenced'
    },
  }
}
