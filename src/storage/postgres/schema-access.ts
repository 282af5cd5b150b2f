// The tables of who may in: API keys, and the console's sessions.
// It must not hold a key, but what a key is compared with. Times are milliseconds since the epoch.

import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { bytes, int8 } from './schema-columns.ts'

export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    service: text('service'),
    name: text('name').notNull(),
    scopes: jsonb('scopes').notNull(),
    secretHash: bytes('secret_hash').notNull(),
    createdAt: int8('created_at').notNull(),
    revokedAt: int8('revoked_at'),
  },
  (t) => [index('api_keys_service').on(t.service, t.createdAt)],
)

export const adminSessions = pgTable(
  'admin_sessions',
  {
    idHash: bytes('id_hash').primaryKey(),
    keyId: text('key_id').notNull(),
    createdAt: int8('created_at').notNull(),
    seenAt: int8('seen_at').notNull(),
    expiresAt: int8('expires_at').notNull(),
  },
  (t) => [index('admin_sessions_expiry').on(t.expiresAt)],
)
