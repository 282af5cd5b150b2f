// The tables of the block and allow lists. docs/data.md describes each column.
// A row outlives verifications, so its person can be sealed again under another root key, as a suppression's can.

import type { Effect, EntryKind } from '../../shield/ports.ts'
import { index, integer, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts'
import { bytes } from './schema.ts'

export const listEntries = sqliteTable(
  'list_entries',
  {
    seq: integer('seq').primaryKey(),
    id: text('id').notNull(),
    /** Null: of every service. */
    service: text('service'),
    effect: text('effect').$type<Effect>().notNull(),
    by: text('by').$type<EntryKind>().notNull(),
    /** Null: a person, as below. */
    value: text('value'),
    /** The person's, for verdicts, searches and erasure. */
    budgetIndex: bytes('budget_index'),
    /** AES-256-GCM, the id as context. */
    recipientSealed: bytes('recipient_sealed'),
    /** The root key of what is sealed and indexed here. */
    rootKey: text('root_key'),
    reason: text('reason').notNull(),
    /** Null: until somebody ends it. */
    endsAt: integer('ends_at'),
    madeAt: integer('made_at').notNull(),
    /** Of whoever made it; null: a rule did. */
    keyId: text('key_id'),
    /** The shield's; null: a person made it. */
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

/** One row: each change of the lists makes the version larger, and every node looks at it. */
export const listVersion = sqliteTable('list_version', {
  id: integer('id').primaryKey(),
  version: integer('version').notNull(),
})
