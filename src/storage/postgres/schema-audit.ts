// The tables of what reads the whole log: those of SQLite, with PostgreSQL's types.

import { sql } from 'drizzle-orm'
import { index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { bytes, int8 } from './schema.ts'

export const logReaders = pgTable('log_readers', {
  name: text('name').primaryKey(),
  sequence: int8('sequence').notNull(),
  holder: text('holder').notNull(),
  heldUntil: int8('held_until').notNull(),
})

export const auditSegments = pgTable(
  'audit_segments',
  {
    number: integer('number').primaryKey(),
    after: int8('after').notNull(),
    last: int8('last').notNull(),
    count: integer('count').notNull(),
    hour: integer('hour').notNull(),
    newest: int8('newest').notNull(),
    at: int8('at').notNull(),
    addressDays: integer('address_days').notNull(),
    recipientDays: integer('recipient_days').notNull(),
    root: bytes('root').notNull(),
    entries: bytes('entries'),
    addressSecret: bytes('address_secret'),
    note: text('note').notNull(),
  },
  // What retention still has to empty: segments stay for good, and there are half a million a year.
  (t) => [
    index('audit_segments_entries').on(t.newest).where(sql`entries is not null`),
    index('audit_segments_addresses').on(t.newest).where(sql`address_secret is not null`),
  ],
)
