// The table of the wires: a row for each verification that somebody else's API started here. docs/data.md describes each column.

import type { Wire } from '../../verification/wire-ports.ts'
import { sqliteTable, text, uniqueIndex } from './drizzle.ts'
import { verifications } from './schema.ts'

export const wireVerifications = sqliteTable(
  'wire_verifications',
  {
    verificationId: text('verification_id')
      .primaryKey()
      .references(() => verifications.id, { onDelete: 'cascade' }),
    wire: text('wire').$type<Wire>().notNull(),
    sid: text('sid').notNull(),
  },
  (t) => [uniqueIndex('wire_verifications_sid').on(t.sid)],
)
