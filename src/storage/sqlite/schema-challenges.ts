// The table of challenges that starts were made for: no second start is made for one. Nothing here is about a person.

import { index, integer, sqliteTable } from './drizzle.ts'
import { bytes } from './schema.ts'

export const spentChallenges = sqliteTable(
  'spent_challenges',
  {
    /** The challenge's own random bytes. */
    id: bytes('id').primaryKey(),
    /** Nobody accepts it any more by then. */
    keptUntil: integer('kept_until').notNull(),
  },
  (t) => [index('spent_challenges_over').on(t.keptUntil)],
)
