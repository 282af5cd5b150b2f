// What retention leaves behind: counts by day, and how far addresses were erased.
// It must not hold anything of a person. Times are milliseconds since the epoch.

import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { int8 } from './schema-columns.ts'

export const dailyCounts = pgTable(
  'daily_counts',
  {
    day: integer('day').notNull(),
    service: text('service').notNull(),
    channel: text('channel').notNull(),
    country: text('country').notNull(),
    provider: text('provider').notNull(),
    status: text('status').notNull(),
    deliveryStatus: text('delivery_status').notNull(),
    kind: text('kind').notNull(),
    count: int8('count').notNull(),
  },
  (t) => [
    primaryKey({
      columns: [
        t.day,
        t.service,
        t.channel,
        t.country,
        t.provider,
        t.status,
        t.deliveryStatus,
        t.kind,
      ],
    }),
  ],
)

export const retentionMarks = pgTable('retention_marks', {
  name: text('name').primaryKey(),
  seq: int8('seq').notNull(),
})
