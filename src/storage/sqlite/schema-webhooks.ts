// The tables of webhooks: messages that wait, went out or are dead. docs/data.md describes each column.
// No message has a text: it is written at each try, from its row and the verification's.

import type { EventType } from '../../events/types.ts'
import type { WebhookState } from '../../webhooks/ports.ts'
import { index, integer, primaryKey, sql, sqliteTable, text } from './drizzle.ts'
import { verifications } from './schema.ts'

export const webhookMessages = sqliteTable(
  'webhook_messages',
  {
    verificationSeq: integer('verification_seq')
      .notNull()
      .references(() => verifications.seq, { onDelete: 'cascade' }),
    destination: text('destination').notNull(),
    /** From 1, within the verification and the destination. */
    sequence: integer('sequence').notNull(),
    type: text('type').$type<EventType>().notNull(),
    at: integer('at').notNull(),
    /** Of the event, as far as it is told. */
    details: text('details').notNull(),
    state: text('state').$type<WebhookState>().notNull(),
    tries: integer('tries').notNull(),
    /** Queued: the next try. Sending: the lease's end. Null: there is none. */
    dueAt: integer('due_at'),
    /** Whoever holds it may settle (fencing). */
    token: text('token'),
    error: text('error'),
    /** When it was delivered or given up. */
    endedAt: integer('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.verificationSeq, t.destination, t.sequence] }),
    // Lanes by destination: one that hangs costs another nothing.
    index('webhook_messages_due').on(t.destination, t.dueAt).where(sql`due_at is not null`),
    index('webhook_messages_listed').on(t.destination, t.state, t.at),
  ],
)

export const webhookSwitches = sqliteTable('webhook_switches', {
  destination: text('destination').primaryKey(),
  /** Since when nothing was taken. */
  failingSince: integer('failing_since'),
  /** Since when nothing is sent. */
  offSince: integer('off_since'),
})
