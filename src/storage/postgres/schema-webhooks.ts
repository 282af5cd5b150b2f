// The tables of webhooks: those of SQLite, with PostgreSQL's types. A trigger of `events` writes a message with its event.

import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { int8, verifications } from './schema.ts'

export const webhookMessages = pgTable(
  'webhook_messages',
  {
    verificationSeq: int8('verification_seq')
      .notNull()
      .references(() => verifications.seq, { onDelete: 'cascade' }),
    destination: text('destination').notNull(),
    sequence: integer('sequence').notNull(),
    type: text('type').notNull(),
    at: int8('at').notNull(),
    details: jsonb('details').notNull(),
    state: text('state').notNull(),
    tries: integer('tries').notNull(),
    dueAt: int8('due_at'),
    token: text('token'),
    error: text('error'),
    endedAt: int8('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.verificationSeq, t.destination, t.sequence] }),
    index('webhook_messages_due').on(t.destination, t.dueAt).where(sql`due_at is not null`),
    index('webhook_messages_listed').on(t.destination, t.state, t.at),
  ],
)

export const webhookSwitches = pgTable('webhook_switches', {
  destination: text('destination').primaryKey(),
  failingSince: int8('failing_since'),
  offSince: int8('off_since'),
})
