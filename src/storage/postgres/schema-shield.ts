// The tables of the shield's rules: those of SQLite, with PostgreSQL's types.

import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { int8 } from './schema.ts'

export const shieldLevels = pgTable(
  'shield_levels',
  {
    rule: text('rule').notNull(),
    service: text('service').notNull(),
    value: text('value').notNull(),
    level: jsonb('level').notNull(),
  },
  (t) => [primaryKey({ columns: [t.rule, t.service, t.value] })],
)

export const shieldStops = pgTable(
  'shield_stops',
  {
    since: int8('since').notNull(),
    service: text('service').notNull(),
    rule: text('rule').notNull(),
    value: text('value').notNull(),
    currency: text('currency').notNull(),
    until: int8('until').notNull(),
    strikes: integer('strikes').notNull(),
    mode: text('mode').notNull(),
    starts: integer('starts').notNull(),
    approved: integer('approved').notNull(),
    micros: int8('micros').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.since, t.service, t.rule, t.value, t.currency] }),
    index('shield_stops_service').on(t.service, t.since),
  ],
)
