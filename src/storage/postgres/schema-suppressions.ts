// The table of recipients that get no messages: that of SQLite, with PostgreSQL's types.

import { sql } from 'drizzle-orm'
import { index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { bytes, int8, sequence } from './schema.ts'

export const suppressions = pgTable(
  'suppressions',
  {
    seq: sequence(),
    id: text('id').notNull(),
    service: text('service').notNull(),
    channel: text('channel').notNull(),
    addressIndex: bytes('address_index').notNull(),
    budgetIndex: bytes('budget_index').notNull(),
    recipientSealed: bytes('recipient_sealed').notNull(),
    keyId: text('key_id').notNull(),
    reason: text('reason').notNull(),
    since: int8('since').notNull(),
    until: int8('until'),
    times: integer('times').notNull(),
    provider: text('provider'),
    code: text('code'),
  },
  (t) => [
    uniqueIndex('suppressions_recipient').on(t.addressIndex, t.channel),
    uniqueIndex('suppressions_id').on(t.id),
    index('suppressions_person').on(t.budgetIndex),
    index('suppressions_over').on(t.until).where(sql`until is not null`),
    index('suppressions_key').on(t.keyId),
  ],
)
