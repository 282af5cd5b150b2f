// The tables of the block and allow lists: those of SQLite, with PostgreSQL's types.

import { sql } from 'drizzle-orm'
import { index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { bytes, int8, sequence } from './schema.ts'

export const listEntries = pgTable(
  'list_entries',
  {
    seq: sequence(),
    id: text('id').notNull(),
    service: text('service'),
    effect: text('effect').notNull(),
    by: text('by').notNull(),
    value: text('value'),
    budgetIndex: bytes('budget_index'),
    recipientSealed: bytes('recipient_sealed'),
    rootKey: text('root_key'),
    reason: text('reason').notNull(),
    endsAt: int8('ends_at'),
    madeAt: int8('made_at').notNull(),
    keyId: text('key_id'),
    rule: text('rule'),
  },
  (t) => [
    uniqueIndex('list_entries_id').on(t.id),
    index('list_entries_end').on(t.endsAt),
    index('list_entries_value').on(t.value, t.by).where(sql`value is not null`),
    index('list_entries_person').on(t.budgetIndex).where(sql`budget_index is not null`),
    index('list_entries_key').on(t.rootKey).where(sql`root_key is not null`),
  ],
)

export const listVersion = pgTable('list_version', {
  id: integer('id').primaryKey(),
  version: int8('version').notNull(),
})
