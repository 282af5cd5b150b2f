// The tables of the PostgreSQL store: those of SQLite, with PostgreSQL's types. docs/data.md describes each column.
// Times are milliseconds since the epoch.

import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'

const { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } = pg

export const bytes = pg.customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
export const int8 = (name: string) => pg.bigint(name, { mode: 'number' })
export const sequence = () => int8('seq').primaryKey().generatedAlwaysAsIdentity()

export const verifications = pgTable(
  'verifications',
  {
    seq: sequence(),
    id: text('id').notNull(),
    reference: text('reference').notNull(),
    service: text('service').notNull(),
    status: text('status').notNull(),
    channel: text('channel').notNull(),
    purpose: text('purpose').notNull(),
    locale: text('locale').notNull(),
    recipientSealed: bytes('recipient_sealed').notNull(),
    addressIndex: bytes('address_index').notNull(),
    budgetIndex: bytes('budget_index').notNull(),
    country: text('country'),
    sessionMac: bytes('session_mac'),
    sessionSlot: bytes('session_slot'),
    authenticated: boolean('authenticated').notNull(),
    kind: text('kind').notNull(),
    codeLength: integer('code_length').notNull(),
    pepperKeyId: text('pepper_key_id').notNull(),
    attempts: integer('attempts').notNull(),
    failed: integer('failed').notNull(),
    maxAttempts: integer('max_attempts').notNull(),
    lastAttemptAt: int8('last_attempt_at'),
    sends: integer('sends').notNull(),
    maxSends: integer('max_sends').notNull(),
    lastSendAt: int8('last_send_at').notNull(),
    clientIp: text('client_ip'),
    metadata: jsonb('metadata').notNull(),
    createdAt: int8('created_at').notNull(),
    expiresAt: int8('expires_at').notNull(),
    endedAt: int8('ended_at'),
    checkedBy: text('checked_by'),
    outcome: text('outcome'),
  },
  (t) => [
    uniqueIndex('verifications_id').on(t.id),
    index('verifications_reference').on(t.reference),
    index('verifications_budget').on(t.budgetIndex, t.createdAt),
    uniqueIndex('verifications_slot').on(t.sessionSlot).where(sql`session_slot is not null`),
    index('verifications_session').on(t.sessionMac).where(sql`session_mac is not null`),
    index('verifications_open').on(t.expiresAt).where(sql`status = 'pending'`),
    index('verifications_spent')
      .on(t.lastAttemptAt)
      .where(sql`status = 'pending' and attempts >= max_attempts`),
  ],
)

const verificationSeq = () =>
  int8('verification_seq')
    .notNull()
    .references(() => verifications.seq, { onDelete: 'cascade' })

export const codes = pgTable(
  'codes',
  {
    verificationSeq: int8('verification_seq')
      .primaryKey()
      .references(() => verifications.seq, { onDelete: 'cascade' }),
    codeHash: text('code_hash'),
    codeSealed: bytes('code_sealed'),
    expiresAt: int8('expires_at').notNull(),
  },
  (t) => [index('codes_sealed').on(t.expiresAt).where(sql`code_sealed is not null`)],
)

export const deliveries = pgTable(
  'deliveries',
  {
    verificationSeq: verificationSeq(),
    send: integer('send').notNull(),
    channel: text('channel').notNull(),
    status: text('status').notNull(),
    provider: text('provider'),
    tries: integer('attempts').notNull(),
    ambiguous: integer('ambiguous').notNull(),
    dueAt: int8('due_at'),
    token: text('token'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    queuedAt: int8('queued_at').notNull(),
    sentAt: int8('sent_at'),
    deliveredAt: int8('delivered_at'),
    wordedAt: int8('worded_at'),
    tried: text('tried').notNull().default(''),
    timeoutMs: integer('timeout_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.verificationSeq, t.send] }),
    index('deliveries_lane').on(t.channel, t.provider, t.dueAt).where(sql`due_at is not null`),
  ],
)

export const sendTries = pgTable(
  'send_attempts',
  {
    verificationSeq: verificationSeq(),
    send: integer('send').notNull(),
    tryNumber: integer('attempt').notNull(),
    provider: text('provider').notNull(),
    startedAt: int8('started_at').notNull(),
    durationMs: int8('duration_ms'),
    result: text('result'),
    reference: text('reference'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    fault: text('fault'),
    receipt: text('receipt'),
    receiptAt: int8('receipt_at'),
    receiptCode: text('receipt_code'),
    pollAt: int8('poll_at'),
    isViewed: boolean('is_viewed'),
  },
  (t) => [
    primaryKey({ columns: [t.verificationSeq, t.send, t.tryNumber] }),
    index('send_attempts_reference').on(t.provider, t.reference).where(sql`reference is not null`),
    index('send_attempts_polls').on(t.provider, t.pollAt).where(sql`poll_at is not null`),
  ],
)

export const events = pgTable(
  'events',
  {
    seq: sequence(),
    at: int8('at').notNull(),
    type: text('type').notNull(),
    verificationSeq: int8('verification_seq').references(() => verifications.seq, {
      onDelete: 'cascade',
    }),
    service: text('service').notNull(),
    keyId: text('key_id'),
    clientIp: text('client_ip'),
    userAgent: text('user_agent'),
    budgetIndex: bytes('budget_index'),
    details: jsonb('details').notNull(),
    recipientSealed: bytes('recipient_sealed'),
    salt: bytes('salt').default(sql`uuid_send(gen_random_uuid())`),
  },
  (t) => [
    index('events_verification').on(t.verificationSeq).where(sql`verification_seq is not null`),
    index('events_stream').on(t.service, t.type, t.at, t.seq),
    index('events_budget').on(t.budgetIndex).where(sql`budget_index is not null`),
  ],
)

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    service: text('service').notNull(),
    route: text('route').notNull(),
    keyMac: bytes('key_mac').notNull(),
    fingerprint: bytes('fingerprint').notNull(),
    answer: bytes('answer').notNull(),
    expiresAt: int8('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.service, t.route, t.keyMac] }),
    index('idempotency_keys_expiry').on(t.expiresAt),
  ],
)

/** The counters of the limits where no Redis has them: rate-limiter-flexible's own columns, and an index to purge by. */
export const limitCounters = pgTable(
  'limit_counters',
  {
    key: text('key').primaryKey(),
    points: integer('points').notNull().default(0),
    expire: int8('expire'),
  },
  (t) => [index('limit_counters_expiry').on(t.expire)],
)

/** A move from SQLite into this database: one row, made while the tables were empty; none: never moved into. */
export const storeMigration = pgTable('store_migration', {
  /** Always 1. */
  id: integer('id').primaryKey(),
  /** The file's path as given, for people. */
  file: text('file').notNull(),
  /** The id of the first verification in the file: the same file again, or another one. */
  firstVerification: text('first_verification'),
  startedAt: int8('started_at').notNull(),
  /** Null: not complete, and no service starts. */
  completedAt: int8('completed_at'),
  /** By table: `rows` that were copied, and the `sha256` of them. */
  tables: jsonb('tables').notNull(),
})
