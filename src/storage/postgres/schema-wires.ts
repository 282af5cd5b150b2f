// The table of the wires: that of SQLite, with PostgreSQL's types.

import { pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { verifications } from './schema.ts'

export const wireVerifications = pgTable(
  'wire_verifications',
  {
    verificationId: text('verification_id')
      .primaryKey()
      .references(() => verifications.id, { onDelete: 'cascade' }),
    wire: text('wire').notNull(),
    sid: text('sid').notNull(),
  },
  (t) => [uniqueIndex('wire_verifications_sid').on(t.sid)],
)
