// The tables of what outlives a verification: API keys and console sessions, factors, and what retention counted.
// Times are milliseconds since the epoch.

import { sql } from 'drizzle-orm'
import {
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { bytes, int8, sequence } from './schema.ts'

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
    expiresAt: int8('expires_at'),
    lastUsedAt: int8('last_used_at'),
  },
  (t) => [index('api_keys_service').on(t.service, t.createdAt)],
)

export const adminSessions = pgTable(
  'admin_sessions',
  {
    idHash: bytes('id_hash').primaryKey(),
    keyId: text('key_id').notNull(),
    identitySealed: bytes('identity_sealed'),
    createdAt: int8('created_at').notNull(),
    seenAt: int8('seen_at').notNull(),
    expiresAt: int8('expires_at').notNull(),
  },
  (t) => [index('admin_sessions_expiry').on(t.expiresAt)],
)

export const factors = pgTable(
  'factors',
  {
    seq: sequence(),
    id: text('id').notNull(),
    service: text('service').notNull(),
    type: text('type').notNull(),
    status: text('status').notNull(),
    subjectSealed: bytes('subject_sealed').notNull(),
    subjectIndex: bytes('subject_index').notNull(),
    keyId: text('key_id').notNull(),
    secretSealed: bytes('secret_sealed'),
    algorithm: text('algorithm'),
    digits: integer('digits'),
    period: integer('period'),
    attempts: integer('attempts').notNull(),
    lastStep: int8('last_step').notNull(),
    createdAt: int8('created_at').notNull(),
    confirmedAt: int8('confirmed_at'),
    lastUsedAt: int8('last_used_at'),
  },
  (t) => [
    uniqueIndex('factors_id').on(t.id),
    index('factors_subject').on(t.subjectIndex),
    index('factors_unverified').on(t.createdAt).where(sql`status = 'unverified'`),
    index('factors_key').on(t.keyId),
    index('factors_key_service').on(t.keyId, t.service),
  ],
)

export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    factorSeq: int8('factor_seq')
      .notNull()
      .references(() => factors.seq, { onDelete: 'cascade' }),
    selector: text('selector').notNull(),
    hashSealed: bytes('hash_sealed'),
    usedAt: int8('used_at'),
  },
  (t) => [primaryKey({ columns: [t.factorSeq, t.selector] })],
)

export const usedSteps = pgTable(
  'used_steps',
  {
    subjectIndex: bytes('subject_index').notNull(),
    period: integer('period').notNull(),
    lastStep: int8('last_step').notNull(),
    expiresAt: int8('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.subjectIndex, t.period] }),
    index('used_steps_expiry').on(t.expiresAt),
  ],
)

export const dailyCounts = pgTable(
  'daily_counts',
  {
    day: integer('day').notNull(),
    service: text('service').notNull(),
    channel: text('channel').notNull(),
    country: text('country').notNull(),
    provider: text('provider').notNull(),
    status: text('status').notNull(),
    deliveryStatus: text('delivery_status').notNull(),
    kind: text('kind').notNull(),
    count: int8('count').notNull(),
  },
  (t) => [
    primaryKey({
      columns: [
        t.day,
        t.service,
        t.channel,
        t.country,
        t.provider,
        t.status,
        t.deliveryStatus,
        t.kind,
      ],
    }),
  ],
)

export const retentionMarks = pgTable('retention_marks', {
  name: text('name').primaryKey(),
  seq: int8('seq').notNull(),
})

/** The buckets of the providers that have a rate; made unlogged, for after a crash they may be full. */
export const providerPaces = pgTable('provider_paces', {
  /** Of the provider or account. */
  key: text('key').primaryKey(),
  /** When it is full again: milliseconds, with fractions. */
  fullAt: doublePrecision('full_at').notNull(),
})
