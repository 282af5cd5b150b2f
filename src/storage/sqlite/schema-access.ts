// The tables of who may in: API keys, and the console's sessions.
// It must not hold a key, but what a key is compared with. Times are milliseconds since the epoch.

import { index, integer, sqliteTable, text } from './drizzle.ts'
import { bytes } from './schema-columns.ts'

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    service: text('service'),
    name: text('name').notNull(),
    /** A JSON list. */
    scopes: text('scopes').notNull(),
    /** SHA-256 of 256 random bits. */
    secretHash: bytes('secret_hash').notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (t) => [index('api_keys_service').on(t.service, t.createdAt)],
)

/** The admin console's: a row ends with sign-out; what has expired is removed by the next sign-in. */
export const adminSessions = sqliteTable(
  'admin_sessions',
  {
    /** SHA-256 of the 256 random bits that the cookie holds. */
    idHash: bytes('id_hash').primaryKey(),
    keyId: text('key_id').notNull(),
    createdAt: integer('created_at').notNull(),
    /** To the minute: written at most so often. */
    seenAt: integer('seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('admin_sessions_expiry').on(t.expiresAt)],
)
