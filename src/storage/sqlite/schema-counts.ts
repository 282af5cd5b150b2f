// The tables of what was counted (counts/ports.ts): rows by minute, hour and day, and how far the log is counted.
// A row names nobody. Times are milliseconds since the epoch.

import { integer, primaryKey, sqliteTable, text } from './drizzle.ts'

/** When a row's minute, hour or day began comes before whose it is: a reading steps to each, and what is old is one range. */
const KEY = {
  /** Of LEVELS. */
  level: integer('level').notNull(),
  at: integer('at').notNull(),
  /** '': every service together. */
  service: text('service').notNull(),
  /** Of DIMENSIONS. */
  dimension: integer('dimension').notNull(),
  value: text('value').notNull(),
}

export const counts = sqliteTable(
  'counts',
  {
    ...KEY,
    started: integer('started').notNull(),
    sent: integer('sent').notNull(),
    delivered: integer('delivered').notNull(),
    undelivered: integer('undelivered').notNull(),
    retried: integer('retried').notNull(),
    failed: integer('failed').notNull(),
    approved: integer('approved').notNull(),
    unapproved: integer('unapproved').notNull(),
    refused: integer('refused').notNull(),
  },
  (t) => [primaryKey({ columns: [t.level, t.at, t.service, t.dimension, t.value] })],
)

export const countCosts = sqliteTable(
  'count_costs',
  {
    ...KEY,
    /** '': no price was known. */
    currency: text('currency').notNull(),
    messages: integer('messages').notNull(),
    parts: integer('parts').notNull(),
    micros: integer('micros').notNull(),
  },
  (t) => [primaryKey({ columns: [t.level, t.at, t.service, t.dimension, t.value, t.currency] })],
)

export const countTimes = sqliteTable(
  'count_times',
  {
    ...KEY,
    /** Of TIMES. */
    kind: integer('kind').notNull(),
    bucket: integer('bucket').notNull(),
    n: integer('n').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.level, t.at, t.service, t.dimension, t.value, t.kind, t.bucket] }),
  ],
)

/** One row once anything was counted. A trigger of `events` moves it back where the newest rows are erased. */
export const countPlace = sqliteTable('count_place', {
  id: integer('id').primaryKey(),
  sequence: integer('sequence').notNull(),
  at: integer('at').notNull(),
  version: integer('version').notNull(),
  /** Lower sequences that may still be committed: `12,15`. Always '' here: a file's events are numbered as they are committed. */
  awaited: text('awaited').notNull(),
})
