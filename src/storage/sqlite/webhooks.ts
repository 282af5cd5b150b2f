// Messages to webhooks on SQLite: which are due, claimed with a lease, settled by their token.
// It must not hold a rule of its own: webhooks/transitions.ts decides.

import { drawToken } from '../../kernel/ids.ts'
import type { ClaimedWebhook, WebhookOutbox, WebhookStore } from '../../webhooks/ports.ts'
import { and, asc, atMost, eq, isNotNull, lte, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import { verifications } from './schema.ts'
import { webhookMessages } from './schema-webhooks.ts'
import { createWebhookActs } from './webhook-acts.ts'
import { createWebhookReads, isMessage, MESSAGE } from './webhook-reads.ts'
import type { Writer } from './writer.ts'

const m = webhookMessages
const v = verifications
const p = sql.placeholder

function createStatements(orm: Orm) {
  return {
    firstDue: orm
      .select({ dueAt: m.dueAt })
      .from(m)
      .where(and(eq(m.destination, p('destination')), isNotNull(m.dueAt)))
      .orderBy(asc(m.dueAt))
      .limit(atMost(1))
      .prepare(),
    due: orm
      .select(MESSAGE)
      .from(m)
      .innerJoin(v, eq(v.seq, m.verificationSeq))
      .where(and(eq(m.destination, p('destination')), isNotNull(m.dueAt), lte(m.dueAt, p('now'))))
      .orderBy(asc(m.dueAt))
      .limit(atMost('limit'))
      .prepare(),
    lease: orm
      .update(m)
      .set({
        state: 'sending',
        tries: sql`${p('tries')}`,
        dueAt: sql`${p('dueAt')}`,
        token: sql`${p('token')}`,
      })
      .where(isMessage)
      .prepare(),
    settle: orm
      .update(m)
      .set({
        state: sql`${p('state')}`,
        tries: sql`${m.tries} - ${p('givenBack')}`,
        dueAt: sql`${p('dueAt')}`,
        token: null,
        error: sql`${p('error')}`,
        endedAt: sql`${p('endedAt')}`,
      })
      .where(and(isMessage, eq(m.token, p('token'))))
      .prepare(),
    seqOf: orm
      .select({ seq: v.seq })
      .from(v)
      .where(eq(v.id, p('verificationId')))
      .prepare(),
  }
}

type Deps = { orm: Orm; writer: Writer; appendEvent: AppendEvent }

export function createWebhookOutbox(deps: Deps): WebhookStore {
  const { orm, writer } = deps
  const { firstDue, due, lease, settle, seqOf } = createStatements(orm)

  const claim: WebhookOutbox['claim'] = ({ destination, now, limit, leaseMs }) =>
    // Synced: a settled delivery's message may not be on the disk yet, and its number must not be given again.
    writer.write(() =>
      due.all({ destination, now, limit }).map((row): ClaimedWebhook => {
        const { verificationSeq, details, ...message } = row
        const token = drawToken()
        const tries = row.tries + 1
        const { sequence } = row
        lease.run({ verificationSeq, destination, sequence, tries, token, dueAt: now + leaseMs })
        return { ...message, details: JSON.parse(details), tries, token }
      }),
    )

  return {
    ...createWebhookReads(deps),
    ...createWebhookActs(deps),
    dueAt: (destinations) =>
      writer.read(() => {
        const found = destinations.flatMap((destination) => {
          const dueAt = firstDue.get({ destination })?.dueAt
          return typeof dueAt === 'number' ? [[destination, dueAt] as const] : []
        })
        return new Map(found)
      }),
    claim,
    settle: ({ key: { verificationId, destination, sequence }, token, now, settlement }) =>
      writer.write(() => {
        const row = seqOf.get({ verificationId })
        if (!row) return 'fenced'
        const { state, dueAfterMs, error, isUncounted } = settlement
        const { changes } = settle.run({
          ...{ verificationSeq: row.seq, destination, sequence, token, state, error },
          givenBack: isUncounted ? 1 : 0,
          dueAt: dueAfterMs === null ? null : now + dueAfterMs,
          endedAt: state === 'queued' ? null : now,
        })
        return changes > 0 ? 'settled' : 'fenced'
      }),
  }
}
