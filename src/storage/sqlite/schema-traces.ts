// The table of trace contexts, which has rows only while traces are on. docs/data.md describes each column.

import { integer, primaryKey, sqliteTable, text } from './drizzle.ts'
import { verifications } from './schema.ts'

export const traceContexts = sqliteTable(
  'trace_contexts',
  {
    verificationId: text('verification_id')
      .notNull()
      .references(() => verifications.id, { onDelete: 'cascade' }),
    /** The message that the request made; 0: it ended the verification. */
    send: integer('send').notNull(),
    /** W3C Trace Context, of the request's span. */
    traceparent: text('traceparent').notNull(),
    tracestate: text('tracestate'),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.verificationId, t.send] })],
)
