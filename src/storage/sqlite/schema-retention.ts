// What retention leaves behind: counts by day, and how far addresses were erased.
// It must not hold anything of a person. Times are milliseconds since the epoch.

import { integer, primaryKey, sqliteTable, text } from './drizzle.ts'

/** What stays of verifications that retention removed: how many there were of a kind on a day (UTC). */
export const dailyCounts = sqliteTable(
  'daily_counts',
  {
    /** Days since the epoch. */
    day: integer('day').notNull(),
    service: text('service').notNull(),
    channel: text('channel').notNull(),
    /** Here and below '' where there is none. */
    country: text('country').notNull(),
    provider: text('provider').notNull(),
    status: text('status').notNull(),
    deliveryStatus: text('delivery_status').notNull(),
    kind: text('kind').notNull(),
    count: integer('count').notNull(),
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

/** Up to which row addresses were erased: nothing is looked at twice, and no index is needed for it. */
export const retentionMarks = sqliteTable('retention_marks', {
  name: text('name').primaryKey(),
  seq: integer('seq').notNull(),
})
