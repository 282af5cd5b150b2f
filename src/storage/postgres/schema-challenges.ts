// The table of challenges that starts were made for: that of SQLite, with PostgreSQL's types.

import { index, pgTable } from 'drizzle-orm/pg-core'
import { bytes, int8 } from './schema.ts'

export const spentChallenges = pgTable(
  'spent_challenges',
  {
    id: bytes('id').primaryKey(),
    keptUntil: int8('kept_until').notNull(),
  },
  (t) => [index('spent_challenges_over').on(t.keptUntil)],
)
