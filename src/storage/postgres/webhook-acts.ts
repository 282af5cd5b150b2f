// What people do to messages of webhooks, on PostgreSQL: replay them, and switch a destination off or on.
// It must not hold a rule of its own: webhooks/switches.ts and admin/webhooks.ts decide.

import type { WebhookActs, WebhookState, WebhookSwitch } from '../../webhooks/ports.ts'
import { type Sql, sql, texts } from './drizzle.ts'
import type { StoreContext } from './pool.ts'
import { actorText, json } from './rows.ts'

/** @param at null: the database's own */
export const givenTime = (at: number | null): Sql =>
  sql`coalesce(${at}::bigint, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)`

const renewedAt = (at: Sql) =>
  sql`state = 'queued', tries = 0, due_at = ${at}, token = null, ended_at = null`

type SwitchRow = { destination: string; failing_since: number | null; off_since: number | null }
const toSwitch = ({ failing_since, off_since }: SwitchRow): WebhookSwitch => ({
  failingSince: failing_since,
  offSince: off_since,
})

export function createWebhookActs({ query, timeOf }: StoreContext): WebhookActs {
  return {
    async replay({ verificationId, destination, sequence }, now) {
      const [row] = await query<{ state: WebhookState }>(sql`with found as (
          select m.verification_seq, m.state from webhook_messages m
          where m.verification_seq = (select seq from verifications where id = ${verificationId})
            and m.destination = ${destination} and m.sequence = ${sequence} for update
        ), renewed as (
          update webhook_messages m set ${renewedAt(givenTime(timeOf(now)))} from found f
          where m.verification_seq = f.verification_seq and m.destination = ${destination}
            and m.sequence = ${sequence} and f.state <> 'sending'
        ) select state from found`)
      return row?.state
    },
    async replayDead({ destination, now, limit }) {
      const rows = await query(sql`with dead as (
          select m.verification_seq, m.sequence from webhook_messages m
          where m.destination = ${destination} and m.state = 'dead' order by m.at limit ${limit} for update skip locked
        ) update webhook_messages m set ${renewedAt(givenTime(timeOf(now)))} from dead d
        where m.verification_seq = d.verification_seq and m.destination = ${destination} and m.sequence = d.sequence
        returning m.sequence`)
      return rows.length
    },
    async switches(destinations) {
      const rows = await query<SwitchRow>(
        sql`select * from webhook_switches where destination = any(${texts(destinations)})`,
      )
      return new Map(rows.map((row) => [row.destination, toSwitch(row)]))
    },
    async turn({ destination, from, to, event }) {
      const logged = event
        ? sql`insert into events (at, type, service, key_id, client_ip, user_agent, details)
          select ${event.at}::bigint, ${event.type}, a.service, a."keyId", a."clientIp", a."userAgent", ${json(event.details)}
          from jsonb_to_record(${actorText(event)}::jsonb) as a(service text, "keyId" text, "clientIp" text, "userAgent" text), turned
          returning 1`
        : sql`select 1`
      const rows = await query(sql`with turned as (
          insert into webhook_switches as w (destination, failing_since, off_since)
          values (${destination}, ${to.failingSince}::bigint, ${to.offSince}::bigint)
          on conflict (destination) do update set failing_since = excluded.failing_since, off_since = excluded.off_since
          where w.failing_since is not distinct from ${from.failingSince}::bigint
            and w.off_since is not distinct from ${from.offSince}::bigint
          returning w.destination
        ), logged as (${logged}) select destination from turned`)
      return rows.length > 0
    },
  }
}
