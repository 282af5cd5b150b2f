// The tables of what a verification is and leaves in the log. What is sealed, hashed or erased, and when, stands at each column.
// Times are milliseconds since the epoch; MACs are 16-byte blobs.
// Small on purpose: rows refer to `seq`, delivery and try ids are derived, indexes are partial.

import type { Fault } from '../../delivery/ports.ts'
import type { ReceiptState } from '../../delivery/receipts/ports.ts'
import type {
  Channel,
  DeliveryKind,
  DeliveryStatus,
  VerificationChannel,
} from '../../kernel/channel.ts'
import type { Checker, Outcome, VerificationStatus } from '../../verification/state.ts'
import { blob, index, integer, primaryKey, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts'

export const bytes = (name: string) => blob(name, { mode: 'buffer' }).$type<Uint8Array>()
export const flag = (name: string) => integer(name, { mode: 'boolean' })

export const verifications = sqliteTable(
  'verifications',
  {
    seq: integer('seq').primaryKey(),
    id: text('id').notNull(),
    reference: text('reference').notNull(),
    service: text('service').notNull(),
    status: text('status').$type<VerificationStatus>().notNull(),
    channel: text('channel').$type<VerificationChannel>().notNull(),
    purpose: text('purpose').notNull(),
    locale: text('locale').notNull(),
    /** AES-256-GCM, the id as context. */
    recipientSealed: bytes('recipient_sealed').notNull(),
    addressIndex: bytes('address_index').notNull(),
    budgetIndex: bytes('budget_index').notNull(),
    country: text('country'),
    sessionMac: bytes('session_mac'),
    /** Held by the one row a session continues; cleared at the end and by a start that takes over. */
    sessionSlot: bytes('session_slot'),
    authenticated: flag('authenticated').notNull(),
    kind: text('kind').$type<DeliveryKind>().notNull(),
    codeLength: integer('code_length').notNull(),
    pepperKeyId: text('pepper_key_id').notNull(),
    attempts: integer('attempts').notNull(),
    failed: integer('failed').notNull(),
    maxAttempts: integer('max_attempts').notNull(),
    lastAttemptAt: integer('last_attempt_at'),
    sends: integer('sends').notNull(),
    maxSends: integer('max_sends').notNull(),
    lastSendAt: integer('last_send_at').notNull(),
    clientIp: text('client_ip'),
    metadata: text('metadata', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    /** Whoever compares a typed code, where there is no hash of it here; null: this service. */
    checkedBy: text('checked_by').$type<Checker>(),
    /** As they reported it. */
    outcome: text('outcome').$type<Outcome>(),
  },
  (t) => [
    uniqueIndex('verifications_id').on(t.id),
    index('verifications_reference').on(t.reference),
    // Guess budgets, check_per_number, the list and the log's search by recipient.
    index('verifications_budget').on(t.budgetIndex, t.createdAt),
    uniqueIndex('verifications_slot').on(t.sessionSlot).where(sql`session_slot is not null`),
    index('verifications_session').on(t.sessionMac).where(sql`session_mac is not null`),
    // The sweeper's questions; an ended row is in none of them.
    index('verifications_open').on(t.expiresAt).where(sql`status = 'pending'`),
    index('verifications_spent')
      .on(t.lastAttemptAt)
      .where(sql`status = 'pending' and attempts >= max_attempts`),
  ],
)

/**
 * What is erased, apart from what stays: removed rows leave whole pages to the next ones. (Within
 * `verifications` the erased bytes were never used again: 200 bytes a verification.)
 */
export const codes = sqliteTable(
  'codes',
  {
    verificationSeq: integer('verification_seq')
      .primaryKey()
      .references(() => verifications.seq, { onDelete: 'cascade' }),
    /** argon2id; the row is removed when the verification ends. */
    codeHash: text('code_hash'),
    /** AES-256-GCM; erased as soon as no further send is possible (I7). */
    codeSealed: bytes('code_sealed'),
    /** The verification's: the sweeper asks by it. */
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('codes_sealed').on(t.expiresAt).where(sql`code_sealed is not null`)],
)

const verificationSeq = () =>
  integer('verification_seq')
    .notNull()
    .references(() => verifications.seq, { onDelete: 'cascade' })

export const deliveries = sqliteTable(
  'deliveries',
  {
    verificationSeq: verificationSeq(),
    /** 1 is the start's, 2 the first resend's, …; -1, -2, …: the steps of a chain that wait, until they go out as sends. */
    send: integer('send').notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    /** Beside these `waiting`, of a step that nobody is shown as a delivery. */
    status: text('status').$type<DeliveryStatus>().notNull(),
    /** Of the next try, or of the last one. Null: an older version made it, or nobody served the channel. */
    provider: text('provider'),
    tries: integer('attempts').notNull(),
    /** Of the tries, how many may have reached the person though no answer said so. */
    ambiguous: integer('ambiguous').notNull(),
    /** Queued: the next try. Sending: the lease's end. Null: nothing more will be sent. */
    dueAt: integer('due_at'),
    /** Whoever holds it may settle (fencing). */
    token: text('token'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    queuedAt: integer('queued_at').notNull(),
    sentAt: integer('sent_at'),
    deliveredAt: integer('delivered_at'),
    /** When the first try began that may have gone out; a trigger sets it. */
    wordedAt: integer('worded_at'),
    /** Providers that had their turn before: `twilio,vonage!` (delivery/routes/tried.ts). */
    tried: text('tried').notNull().default(''),
    /** Of a step of a chain: how long the one before it may take without `delivered`. */
    timeoutMs: integer('timeout_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.verificationSeq, t.send] }),
    index('deliveries_lane').on(t.channel, t.provider, t.dueAt).where(sql`due_at is not null`),
  ],
)

/** Written before the request goes out: a receipt that comes early finds its row. */
export const sendTries = sqliteTable(
  'send_attempts',
  {
    verificationSeq: verificationSeq(),
    send: integer('send').notNull(),
    tryNumber: integer('attempt').notNull(),
    provider: text('provider').notNull(),
    startedAt: integer('started_at').notNull(),
    durationMs: integer('duration_ms'),
    /** Null while it runs, and for good where its worker died. */
    result: text('result').$type<'sent' | 'retry' | 'failed'>(),
    /** The provider's own id. */
    reference: text('reference'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    /** Of a refusal for good, or of a message that did not arrive; else null, and where an older version wrote it. */
    fault: text('fault').$type<Fault>(),
    /** What its provider reported last; null: nothing. */
    receipt: text('receipt').$type<ReceiptState>(),
    receiptAt: integer('receipt_at'),
    receiptCode: text('receipt_code'),
    /** When its provider is asked what became of it, or the end of a lease; a trigger clears it once its end is reported. */
    pollAt: integer('poll_at'),
    /** Somebody has looked at it since the last poll. */
    isViewed: flag('is_viewed'),
  },
  (t) => [
    primaryKey({ columns: [t.verificationSeq, t.send, t.tryNumber] }),
    // Receipts that name a message by their provider's id alone: by a part of it, for the whole would be a twentieth
    // of the file. Ids begin with a prefix or a time, and some end alike.
    index('send_attempts_reference')
      .on(sql`substr(reference, 9, 12)`)
      .where(sql`reference is not null`),
    index('send_attempts_polls').on(t.provider, t.pollAt).where(sql`poll_at is not null`),
  ],
)

export const events = sqliteTable(
  'events',
  {
    seq: integer('seq').primaryKey(),
    at: integer('at').notNull(),
    /** A number of EVENT_CODES (event-rows.ts): the names would be a tenth of the file. */
    type: integer('type').notNull(),
    verificationSeq: integer('verification_seq').references(() => verifications.seq, {
      onDelete: 'cascade',
    }),
    service: text('service').notNull(),
    keyId: text('key_id'),
    clientIp: text('client_ip'),
    userAgent: text('user_agent'),
    /** Only where there is no verification to find the recipient by. */
    budgetIndex: bytes('budget_index'),
    details: text('details').notNull(),
    /** Of a refusal that named somebody: AES-256-GCM, `budget_index` as context. */
    recipientSealed: bytes('recipient_sealed'),
    /** Random: hides its leaf of the chain; null where its verification does (recipient_sealed), or an older version wrote it. */
    salt: bytes('salt'),
  },
  (t) => [
    index('events_verification').on(t.verificationSeq).where(sql`verification_seq is not null`),
    index('events_stream').on(t.service, t.type, t.at),
    index('events_budget').on(t.budgetIndex).where(sql`budget_index is not null`),
  ],
)

export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    service: text('service').notNull(),
    route: text('route').notNull(),
    keyMac: bytes('key_mac').notNull(),
    fingerprint: bytes('fingerprint').notNull(),
    /** Sealed: holds a recipient. */
    answer: bytes('answer').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.service, t.route, t.keyMac] }),
    index('idempotency_keys_expiry').on(t.expiresAt),
  ],
)
