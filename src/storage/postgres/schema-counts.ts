// The tables of what was counted: those of SQLite, with PostgreSQL's types.

import { integer, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core'
import { int8 } from './schema.ts'

const key = () => ({
  level: smallint('level').notNull(),
  at: int8('at').notNull(),
  service: text('service').notNull(),
  dimension: smallint('dimension').notNull(),
  value: text('value').notNull(),
})

export const counts = pgTable(
  'counts',
  {
    ...key(),
    started: int8('started').notNull(),
    sent: int8('sent').notNull(),
    delivered: int8('delivered').notNull(),
    undelivered: int8('undelivered').notNull(),
    retried: int8('retried').notNull(),
    failed: int8('failed').notNull(),
    approved: int8('approved').notNull(),
    unapproved: int8('unapproved').notNull(),
    refused: int8('refused').notNull(),
  },
  (t) => [primaryKey({ columns: [t.level, t.at, t.service, t.dimension, t.value] })],
)

export const countCosts = pgTable(
  'count_costs',
  {
    ...key(),
    currency: text('currency').notNull(),
    messages: int8('messages').notNull(),
    parts: int8('parts').notNull(),
    micros: int8('micros').notNull(),
  },
  (t) => [primaryKey({ columns: [t.level, t.at, t.service, t.dimension, t.value, t.currency] })],
)

export const countTimes = pgTable(
  'count_times',
  {
    ...key(),
    kind: smallint('kind').notNull(),
    bucket: smallint('bucket').notNull(),
    n: int8('n').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.level, t.at, t.service, t.dimension, t.value, t.kind, t.bucket] }),
  ],
)

export const countPlace = pgTable('count_place', {
  id: integer('id').primaryKey(),
  sequence: int8('sequence').notNull(),
  at: int8('at').notNull(),
  version: int8('version').notNull(),
  awaited: text('awaited').notNull(),
})
