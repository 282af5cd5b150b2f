// The table of the front door: that of SQLite, with PostgreSQL's types.

import { boolean, pgTable, text } from 'drizzle-orm/pg-core'
import { bytes, int8, verifications } from './schema.ts'

export const frontDoors = pgTable('front_doors', {
  verificationId: text('verification_id')
    .primaryKey()
    .references(() => verifications.id, { onDelete: 'cascade' }),
  nonce: text('nonce'),
  showsParty: boolean('shows_party').notNull().default(false),
  returnUrl: text('return_url'),
  link: boolean('link').notNull().default(false),
  linkBindingMac: bytes('link_binding_mac'),
  browserMac: bytes('browser_mac'),
  exchangedAt: int8('exchanged_at'),
  consumedAt: int8('consumed_at'),
})
