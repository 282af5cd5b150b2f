// Messages to webhooks as people see them, on SQLite: pages, one of them, and how many wait or are dead.
// It must not read more than a bounded number of rows, however many there are.

import type { StoredWebhook, WebhookReads, WebhookState } from '../../webhooks/ports.ts'
import { decodeWebhookCursor, toWebhookPage, type WebhookPlace } from '../webhook-cursor.ts'
import { and, asc, atMost, desc, eq, gt, lte, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'
import { webhookMessages } from './schema-webhooks.ts'
import type { Writer } from './writer.ts'

const m = webhookMessages
const v = verifications
const p = sql.placeholder

export const MESSAGE = {
  verificationSeq: m.verificationSeq,
  verificationId: v.id,
  destination: m.destination,
  sequence: m.sequence,
  service: v.service,
  type: m.type,
  at: m.at,
  details: m.details,
  reference: v.reference,
  purpose: v.purpose,
  kind: v.kind,
  metadata: v.metadata,
  recipientSealed: v.recipientSealed,
  tries: m.tries,
}
const STORED = { ...MESSAGE, state: m.state, dueAt: m.dueAt, error: m.error, endedAt: m.endedAt }

export const isMessage = and(
  eq(m.verificationSeq, p('verificationSeq')),
  eq(m.destination, p('destination')),
  eq(m.sequence, p('sequence')),
)

const isOf = and(eq(m.destination, p('destination')), eq(m.state, p('state')))
/** Older than the place; `at` alone is what the index finds. */
const isAfter = and(
  lte(m.at, p('at')),
  sql`(${m.at}, ${m.verificationSeq}, ${m.destination}, ${m.sequence}) < (+${p('at')}, +${p('seq')}, +${p('place')}, +${p('number')})`,
)

function createStatements(orm: Orm) {
  const stored = () => orm.select(STORED).from(m).innerJoin(v, eq(v.seq, m.verificationSeq))
  return {
    page: stored()
      .where(and(isOf, isAfter))
      .orderBy(desc(m.at), desc(m.verificationSeq), desc(m.sequence))
      .limit(atMost('limit'))
      .prepare(),
    one: orm
      .select(STORED)
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
    next: orm
      .select({ destination: m.destination })
      .from(m)
      .where(gt(m.destination, p('after')))
      .orderBy(asc(m.destination))
      .limit(atMost(1))
      .prepare(),
    first: orm
      .select({ service: v.service })
      .from(m)
      .innerJoin(v, eq(v.seq, m.verificationSeq))
      .where(eq(m.destination, p('destination')))
      .limit(atMost(1))
      .prepare(),
    among: orm
      .select({ at: m.at })
      .from(m)
      .where(isOf)
      .orderBy(desc(m.at))
      .limit(atMost('limit'))
      .prepare(),
  }
}

type Row = Omit<StoredWebhook, 'details'> & { verificationSeq: number; details: string }

function toStored({ verificationSeq: _, details, ...row }: Row): StoredWebhook {
  return { ...row, details: JSON.parse(details) }
}

/** As PostgreSQL sorts them. */
function byPlace(a: WebhookPlace, b: WebhookPlace): number {
  if (a.at !== b.at) return b.at - a.at
  if (a.seq !== b.seq) return b.seq - a.seq
  if (a.destination !== b.destination) return a.destination < b.destination ? 1 : -1
  return b.sequence - a.sequence
}

export function createWebhookReads({ orm, writer }: { orm: Orm; writer: Writer }): WebhookReads {
  const { page, one, next, first, among } = createStatements(orm)
  const atOf = (destination: string, state: WebhookState, limit: number) =>
    among.all({ destination, state, limit })
  return {
    list: ({ destinations, states, cursor, limit }) =>
      writer.read(() => {
        const { at, seq, destination: place, sequence: number } = decodeWebhookCursor(cursor)
        const after = { at, seq, place, number, limit: limit + 1 }
        const found = destinations
          .flatMap((destination) =>
            states.flatMap((state) => page.all({ destination, state, ...after }) as Row[]),
          )
          .map((row) => ({ ...row, seq: row.verificationSeq }))
          .sort(byPlace)
        const { items, nextCursor } = toWebhookPage(found, limit)
        return { items: items.map(({ seq: _, ...row }) => toStored(row)), nextCursor }
      }),
    find: (key) =>
      writer.read(() => {
        const row = one.get(key) as Row | undefined
        return row && toStored(row)
      }),
    known: () =>
      writer.read(() => {
        const found: { destination: string; service: string }[] = []
        for (let after = ''; ; ) {
          const destination = next.get({ after })?.destination
          if (destination === undefined) return found
          const service = first.get({ destination })?.service
          if (service !== undefined) found.push({ destination, service })
          after = destination
        }
      }),
    counts: (destinations, most) =>
      writer.read(() =>
        destinations.map((destination) => {
          const count = (state: WebhookState) => atOf(destination, state, most).length
          return {
            destination,
            pending: Math.min(most, count('queued') + count('sending')),
            dead: count('dead'),
            deliveredAt: atOf(destination, 'delivered', 1)[0]?.at ?? null,
          }
        }),
      ),
  }
}
