// The table of trace contexts: that of SQLite, with PostgreSQL's types.

import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { int8, verifications } from './schema.ts'

export const traceContexts = pgTable(
  'trace_contexts',
  {
    verificationId: text('verification_id')
      .notNull()
      .references(() => verifications.id, { onDelete: 'cascade' }),
    send: integer('send').notNull(),
    traceparent: text('traceparent').notNull(),
    tracestate: text('tracestate'),
    at: int8('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.verificationId, t.send] })],
)
