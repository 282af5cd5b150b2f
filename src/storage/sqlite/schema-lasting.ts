// The tables of what outlives a verification: API keys and console sessions, factors, and what retention counted.
// Nothing here is a secret that can be read: keys are hashed, factors sealed. Times are milliseconds since the epoch.

import type { FactorStatus, FactorType, OtpAlgorithm, OtpDigits } from '../../factors/types.ts'
import { index, integer, primaryKey, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts'
import { bytes } from './schema.ts'

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
    expiresAt: integer('expires_at'),
    /** To the hour: written at most so often. */
    lastUsedAt: integer('last_used_at'),
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
    /** Of a person who signed in by OpenID Connect: AES-256-GCM, with the row's id as context. */
    identitySealed: bytes('identity_sealed'),
    createdAt: integer('created_at').notNull(),
    /** To the minute: written at most so often. */
    seenAt: integer('seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('admin_sessions_expiry').on(t.expiresAt)],
)

/** Authenticator apps, and sets of recovery codes. They live until they are deleted, so they can be sealed again. */
export const factors = sqliteTable(
  'factors',
  {
    seq: integer('seq').primaryKey(),
    id: text('id').notNull(),
    service: text('service').notNull(),
    type: text('type').$type<FactorType>().notNull(),
    status: text('status').$type<FactorStatus>().notNull(),
    /** AES-256-GCM, the id as context; so is the secret. */
    subjectSealed: bytes('subject_sealed').notNull(),
    subjectIndex: bytes('subject_index').notNull(),
    /** The root key of what is sealed and indexed here. */
    keyId: text('key_id').notNull(),
    secretSealed: bytes('secret_sealed'),
    algorithm: text('algorithm').$type<OtpAlgorithm>(),
    digits: integer('digits').$type<OtpDigits>(),
    period: integer('period'),
    attempts: integer('attempts').notNull(),
    /** Only ever grows: a step works once. */
    lastStep: integer('last_step').notNull(),
    createdAt: integer('created_at').notNull(),
    confirmedAt: integer('confirmed_at'),
    lastUsedAt: integer('last_used_at'),
  },
  (t) => [
    uniqueIndex('factors_id').on(t.id),
    index('factors_subject').on(t.subjectIndex),
    index('factors_unverified').on(t.createdAt).where(sql`status = 'unverified'`),
    index('factors_key').on(t.keyId),
    // Which services have factors under a root key that is missing.
    index('factors_key_service').on(t.keyId, t.service),
  ],
)

export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    factorSeq: integer('factor_seq')
      .notNull()
      .references(() => factors.seq, { onDelete: 'cascade' }),
    selector: text('selector').notNull(),
    /** argon2id, sealed; erased when the code is used. */
    hashSealed: bytes('hash_sealed'),
    usedAt: integer('used_at'),
  },
  (t) => [primaryKey({ columns: [t.factorSeq, t.selector] })],
)

/**
 * The newest step of the deleted apps of a subject, by their time step: written by a trigger, whoever deletes. A secret
 * that is deleted and imported again begins behind it.
 */
export const usedSteps = sqliteTable(
  'used_steps',
  {
    subjectIndex: bytes('subject_index').notNull(),
    period: integer('period').notNull(),
    lastStep: integer('last_step').notNull(),
    /** An hour after the step: no window is as wide. */
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.subjectIndex, t.period] }),
    index('used_steps_expiry').on(t.expiresAt),
  ],
)

/** What stays of verifications that retention removed: how many there were of a kind on a day (UTC). */
export const dailyCounts = sqliteTable(
  'daily_counts',
  {
    /** Days since the epoch. */
    day: integer('day').notNull(),
    service: text('service').notNull(),
    channel: text('channel').notNull(),
    /** Here and below '' where there is none. */
    country: text('country').notNull(),
    provider: text('provider').notNull(),
    status: text('status').notNull(),
    deliveryStatus: text('delivery_status').notNull(),
    kind: text('kind').notNull(),
    count: integer('count').notNull(),
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

/** Up to which row addresses were erased: nothing is read twice, and no index is needed for it. */
export const retentionMarks = sqliteTable('retention_marks', {
  name: text('name').primaryKey(),
  seq: integer('seq').notNull(),
})
