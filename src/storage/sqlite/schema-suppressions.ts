// The table of recipients that get no messages. docs/data.md describes each column.
// A row outlives its verification, so its recipient can be sealed again under another root key, as a factor's subject can.

import type { Channel, SuppressionReason } from '../../kernel/channel.ts'
import { index, integer, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts'
import { bytes } from './schema.ts'

export const suppressions = sqliteTable(
  'suppressions',
  {
    seq: integer('seq').primaryKey(),
    id: text('id').notNull(),
    service: text('service').notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    /** Of this very address: another spelling of a mailbox may be another mailbox there. */
    addressIndex: bytes('address_index').notNull(),
    /** The person's, for searches and erasure. */
    budgetIndex: bytes('budget_index').notNull(),
    /** AES-256-GCM, the id as context. */
    recipientSealed: bytes('recipient_sealed').notNull(),
    /** The root key of what is sealed and indexed here. */
    keyId: text('key_id').notNull(),
    reason: text('reason').$type<SuppressionReason>().notNull(),
    since: integer('since').notNull(),
    /** Null: until it is lifted. */
    until: integer('until'),
    /** How often so far: each time is longer. */
    times: integer('times').notNull(),
    /** Whoever reported it; null: a person did. */
    provider: text('provider'),
    /** The provider's own. */
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
