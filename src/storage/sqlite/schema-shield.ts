// The tables of the shield's rules (shield/log-ports.ts): what each has counted under a value, and what it stopped.
// A value is a block of numbers, a country, a network, a domain, or a keyed hash of an address. Times are milliseconds since the epoch.

import type { ShieldMode, ShieldRule } from '../../kernel/shield-rules.ts'
import type { KeptLevel } from '../../shield/log-ports.ts'
import { index, integer, primaryKey, sqliteTable, text } from './drizzle.ts'

export const shieldLevels = sqliteTable(
  'shield_levels',
  {
    rule: text('rule').$type<ShieldRule>().notNull(),
    service: text('service').notNull(),
    value: text('value').notNull(),
    level: text('level', { mode: 'json' }).$type<KeptLevel>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.rule, t.service, t.value] })],
)

export const shieldStops = sqliteTable(
  'shield_stops',
  {
    since: integer('since').notNull(),
    service: text('service').notNull(),
    rule: text('rule').$type<ShieldRule>().notNull(),
    value: text('value').notNull(),
    /** '': starts and approvals. */
    currency: text('currency').notNull(),
    until: integer('until').notNull(),
    strikes: integer('strikes').notNull(),
    mode: text('mode').$type<ShieldMode>().notNull(),
    starts: integer('starts').notNull(),
    approved: integer('approved').notNull(),
    micros: integer('micros').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.since, t.service, t.rule, t.value, t.currency] }),
    index('shield_stops_service').on(t.service, t.since),
  ],
)
