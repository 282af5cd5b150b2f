// What people do to messages of webhooks, on SQLite: replay them, and switch a destination off or on.
// It must not hold a rule of its own: webhooks/switches.ts and admin/webhooks.ts decide.

import { ON, type WebhookActs } from '../../webhooks/ports.ts'
import { and, asc, atMost, eq, ne, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import { verifications } from './schema.ts'
import { webhookMessages, webhookSwitches } from './schema-webhooks.ts'
import { isMessage } from './webhook-reads.ts'
import type { Writer } from './writer.ts'

const m = webhookMessages
const w = webhookSwitches
const v = verifications
const p = sql.placeholder

function createStatements(orm: Orm) {
  return {
    stateOf: orm
      .select({ verificationSeq: m.verificationSeq, state: m.state })
      .from(v)
      .innerJoin(m, eq(m.verificationSeq, v.seq))
      .where(
        and(
          eq(v.id, p('verificationId')),
          eq(m.destination, p('destination')),
          eq(m.sequence, p('sequence')),
        ),
      )
      .prepare(),
    renew: orm
      .update(m)
      .set({ state: 'queued', tries: 0, dueAt: sql`${p('now')}`, token: null, endedAt: null })
      .where(and(isMessage, ne(m.state, 'sending')))
      .prepare(),
    dead: orm
      .select({ verificationSeq: m.verificationSeq, sequence: m.sequence })
      .from(m)
      .where(and(eq(m.destination, p('destination')), eq(m.state, 'dead')))
      .orderBy(asc(m.at))
      .limit(atMost('limit'))
      .prepare(),
    switchOf: orm
      .select({ failingSince: w.failingSince, offSince: w.offSince })
      .from(w)
      .where(eq(w.destination, p('destination')))
      .prepare(),
    put: orm
      .insert(w)
      .values({
        destination: p('destination'),
        failingSince: p('failingSince'),
        offSince: p('offSince'),
      })
      .onConflictDoUpdate({
        target: w.destination,
        set: { failingSince: sql`excluded.failing_since`, offSince: sql`excluded.off_since` },
      })
      .prepare(),
  }
}

export function createWebhookActs({
  orm,
  writer,
  appendEvent,
}: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
}): WebhookActs {
  const { stateOf, renew, dead, switchOf, put } = createStatements(orm)
  return {
    replay: ({ verificationId, destination, sequence }, now) =>
      writer.write(() => {
        const row = stateOf.get({ verificationId, destination, sequence })
        if (!row) return undefined
        renew.run({ verificationSeq: row.verificationSeq, destination, sequence, now })
        return row.state
      }),
    replayDead: ({ destination, now, limit }) =>
      writer.write(() => {
        const rows = dead.all({ destination, limit })
        for (const row of rows) renew.run({ ...row, destination, now })
        return rows.length
      }),
    switches: (destinations) =>
      writer.read(() => {
        const found = destinations.flatMap((destination) => {
          const row = switchOf.get({ destination })
          return row ? [[destination, row] as const] : []
        })
        return new Map(found)
      }),
    turn: ({ destination, from, to, event }) =>
      writer.write(() => {
        const now = switchOf.get({ destination }) ?? ON
        if (now.failingSince !== from.failingSince || now.offSince !== from.offSince) return false
        put.run({ destination, ...to })
        if (event) appendEvent({ ...event, verificationSeq: null, actor: event })
        return true
      }),
  }
}
