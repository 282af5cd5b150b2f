// The table of the front door: a row for each verification that asked for something of it, or was opened by its view token.
// docs/data.md describes each column.

import { integer, sqliteTable, text } from './drizzle.ts'
import { bytes, flag, verifications } from './schema.ts'

export const frontDoors = sqliteTable('front_doors', {
  verificationId: text('verification_id')
    .primaryKey()
    .references(() => verifications.id, { onDelete: 'cascade' }),
  nonce: text('nonce'),
  showsParty: flag('shows_party').notNull().default(false),
  returnUrl: text('return_url'),
  link: flag('link').notNull().default(false),
  linkBindingMac: bytes('link_binding_mac'),
  browserMac: bytes('browser_mac'),
  exchangedAt: integer('exchanged_at'),
  consumedAt: integer('consumed_at'),
})
