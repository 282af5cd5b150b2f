// The tables of what reads the whole log: how far each reader is, and the chain of the log.
// Nothing here is about a person: a hash of what was erased is not, its salt went with the row.

import { blob, index, integer, sql, sqliteTable, text } from './drizzle.ts'

export const logReaders = sqliteTable('log_readers', {
  name: text('name').primaryKey(),
  /** The last event that was read; of heads for a webhook, the last segment. */
  sequence: integer('sequence').notNull(),
  /** The process that reads, until `held_until`. */
  holder: text('holder').notNull(),
  heldUntil: integer('held_until').notNull(),
})

export const auditSegments = sqliteTable(
  'audit_segments',
  {
    number: integer('number').primaryKey(),
    /** The event before its first one, by number; and its last one. */
    after: integer('after').notNull(),
    last: integer('last').notNull(),
    count: integer('count').notNull(),
    hour: integer('hour').notNull(),
    newest: integer('newest').notNull(),
    at: integer('at').notNull(),
    addressDays: integer('address_days').notNull(),
    recipientDays: integer('recipient_days').notNull(),
    root: blob('root', { mode: 'buffer' }).$type<Uint8Array>().notNull(),
    /** Hashes of its events; null once all of them are past their retention. */
    entries: blob('entries', { mode: 'buffer' }).$type<Uint8Array>(),
    /** Hides addresses; null once all of them are past their retention. */
    addressSecret: blob('address_secret', { mode: 'buffer' }).$type<Uint8Array>(),
    /** A checkpoint, signed by a key that is derived from the root key. */
    note: text('note').notNull(),
  },
  // What retention still has to empty: segments stay for good, and there are half a million a year.
  (t) => [
    index('audit_segments_entries').on(t.newest).where(sql`entries is not null`),
    index('audit_segments_addresses').on(t.newest).where(sql`address_secret is not null`),
  ],
)
