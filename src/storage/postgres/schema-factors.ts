// The tables of factors: authenticator apps and recovery codes.
// It must not hold logic. Times are milliseconds since the epoch.

import { sql } from 'drizzle-orm'
import { index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { bytes, int8, sequence } from './schema-columns.ts'

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
