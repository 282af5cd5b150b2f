// A verification, and its state as shown at a moment: pure functions over plain data.
// It must not read a clock or a store; time is an argument.

import type {
  Channel,
  DeliveryKind,
  DeliveryStatus,
  VerificationChannel,
} from '../kernel/channel.ts'

export const STATUSES = [
  'pending',
  'approved',
  'canceled',
  'max_attempts_reached',
  'expired',
  'closed',
] as const
export type VerificationStatus = (typeof STATUSES)[number]

/** Whoever compares a typed code with the one that was sent, where this service does not: it has no hash of it. */
export const CHECKERS = ['caller', 'twilio'] as const
export type Checker = (typeof CHECKERS)[number]

/** As the checker reports it; it approves nobody here. */
export const OUTCOMES = ['approved', 'failed'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A verification as a store returns it. Times are milliseconds since the epoch. */
export type VerificationRecord = {
  id: string
  reference: string
  service: string
  status: VerificationStatus
  channel: VerificationChannel
  purpose: string
  locale: string
  /** E.164, the address as given, or the subject of a factor: sealed with the id as context. */
  recipientSealed: Uint8Array
  /** Canonical form: what `to` must equal, what a session continues. */
  addressIndex: Uint8Array
  /** The index that limits and searches use: one per person whatever the spelling. */
  budgetIndex: Uint8Array
  /** ISO 3166-1 alpha-2 of a phone number; null for an address. */
  country: string | null
  sessionMac: Uint8Array | null
  authenticated: boolean
  kind: DeliveryKind
  /** 0 where a factor decides. */
  codeLength: number
  /** argon2id PHC string; null once the verification has ended, and where a factor verifies. */
  codeHash: string | null
  /** Key id of the pepper in `codeHash`. */
  pepperKeyId: string
  /** Sealed with the id as context; null once no further send is possible. */
  codeSealed: Uint8Array | null
  /** Guesses charged: committed before anything that depends on a comparison leaves (I2). */
  attempts: number
  /** Wrong ones; as many as attempts end the verification (I3). Of its own for one release more: an older program charges first. */
  failed: number
  maxAttempts: number
  lastAttemptAt: number | null
  sends: number
  maxSends: number
  lastSendAt: number
  clientIp: string | null
  metadata: Record<string, string>
  createdAt: number
  expiresAt: number
  endedAt: number | null
  /** Null: this service. */
  checkedBy: Checker | null
  /** Of one that is `closed`; else null. */
  outcome: Outcome | null
  /** One for each send, in no order. */
  deliveries: readonly DeliveryState[]
  /** Of a chain, the step that goes out next automatically; null: none waits. */
  nextStep: NextStep | null
}

/** `at`: when it is due, or until when a worker has it; `timeoutMs`: how long the step before it may take. */
export type NextStep = { channel: Channel; at: number; timeoutMs: number }

/** `ambiguous`: a try of it may have gone out without an answer. */
export type DeliveryState = { send: number; status: DeliveryStatus; ambiguous: boolean }

export type NewVerification = Omit<
  VerificationRecord,
  | 'status'
  | 'attempts'
  | 'failed'
  | 'lastAttemptAt'
  | 'sends'
  | 'endedAt'
  | 'outcome'
  | 'deliveries'
  | 'nextStep'
>

/** A time step that a right code uses up, of every app of the subject that has the secret. */
export type StepUse = {
  factorId: string
  step: number
  periodSeconds: number
  /** Ids of the subject's other apps with the same secret and time step: a step of one is a step of all. */
  twins: readonly string[]
  /** The subject's, under every key of the ring: the steps that its deleted apps used are used. */
  subjectIndexes: readonly Uint8Array[]
}

/** The things that a right code uses up, in the transaction that approves: by compare-and-set, so that they work once. */
export type FactorUse =
  | ({ type: 'totp' } & StepUse)
  | {
      type: 'recovery_codes'
      factorId: string
      selector: string
      /** Of the set that are not used yet, this one among them, when it was read. */
      codesLeft: number
    }

export type DeliveryRecord = {
  id: string
  channel: Channel
  provider: string | null
  status: DeliveryStatus
  tries: number
  error: { code: string; message: string } | null
  queuedAt: number
  sentAt: number | null
  deliveredAt: number | null
}

const BEST_FIRST: readonly DeliveryStatus[] = [
  'delivered',
  'sent',
  'sending',
  'queued',
  'undelivered',
  'failed',
  'canceled',
]

export function bestDeliveryStatus(statuses: readonly DeliveryStatus[]): DeliveryStatus | null {
  return BEST_FIRST.find((status) => statuses.includes(status)) ?? null
}

/** For good, and nothing of it can have reached the person. */
function isLost({ status, ambiguous }: DeliveryState): boolean {
  return (status === 'failed' || status === 'undelivered') && !ambiguous // mutant: C66.maybe-sent-waits
}

function isLastSendLost({ deliveries, sends }: VerificationRecord): boolean {
  return deliveries.some((one) => one.send === sends && isLost(one))
}

/** Every send was made, and each failed for good or was replaced with none of its tries gone out. */
function isWithoutMessage(record: VerificationRecord): boolean {
  const { deliveries, sends, maxSends, checkedBy } = record
  // Of what Twilio sends nothing is known here.
  if (checkedBy === 'twilio') return false
  const isGone = (one: DeliveryState) =>
    isLost(one) || (one.status === 'canceled' && !one.ambiguous)
  return sends > 0 && sends >= maxSends && deliveries.every(isGone)
}

/**
 * Whether a start with the session of this row continues it: pending, not expired, an attempt left, the same flags, and
 * a message of it can have arrived or may still be sent.
 */
export function mayContinue(
  record: VerificationRecord,
  { authenticated, decoy }: { authenticated: boolean; decoy: boolean },
  now: number,
): boolean {
  if (attemptsRemaining(record, now) === 0 || isWithoutMessage(record)) return false // mutant: C66.session-needs-message
  return record.authenticated === authenticated && (record.kind === 'decoy') === decoy
}

/** A pending row past its expiry is expired for everybody, whether or not the sweeper came by. */
export function statusAt(
  record: Pick<VerificationRecord, 'status' | 'expiresAt'>,
  now: number,
): VerificationStatus {
  return record.status === 'pending' && record.expiresAt <= now ? 'expired' : record.status
}

/** A caller counts attempts of its own; those that Twilio compares are counted here, too. */
export function isSpent({
  checkedBy,
  attempts,
  maxAttempts,
}: Pick<VerificationRecord, 'checkedBy' | 'attempts' | 'maxAttempts'>): boolean {
  return checkedBy !== 'caller' && attempts >= maxAttempts
}

/** Whether its code was entered, as far as anybody has said. Null: not yet, or whoever checks it never said. */
export function wasUsed({
  status,
  checkedBy,
  outcome,
}: Pick<VerificationRecord, 'status' | 'checkedBy' | 'outcome'>): boolean | null {
  if (status === 'closed') return outcome === 'approved'
  if (status === 'approved') return true
  return status === 'pending' || checkedBy === 'caller' ? null : false
}

export function attemptsRemaining(record: VerificationRecord, now: number): number {
  if (statusAt(record, now) !== 'pending') return 0
  return Math.max(0, record.maxAttempts - record.attempts)
}

export function sendsRemaining(record: VerificationRecord, now: number): number {
  if (statusAt(record, now) !== 'pending') return 0
  return Math.max(0, record.maxSends - record.sends)
}

/** Seconds to wait after the first, second, third … send; the last one repeats. */
const RESEND_WAIT_SECONDS = [30, 40, 60, 90] as const

/** After so many sends. */
export function resendWaitMs(sends: number): number {
  const step = Math.min(sends, RESEND_WAIT_SECONDS.length) - 1
  return (RESEND_WAIT_SECONDS[Math.max(0, step)] ?? 0) * 1000
}

/** With less than this left a message would come too late to be typed. */
export const RESEND_MIN_REMAINING_MS = 60_000

/**
 * When the next resend is possible; null when no send is left or under 60 s would remain then. The wait is for a
 * message that may still come: after one that failed for good there is nothing to wait for. It counts anyway.
 */
export function resendAt(record: VerificationRecord, now: number): number | null {
  if (sendsRemaining(record, now) === 0 || isSpent(record)) return null
  const waitMs = isLastSendLost(record) ? 0 : resendWaitMs(record.sends) // mutant: C66.permanent-frees-resend
  const at = record.lastSendAt + waitMs
  return record.expiresAt - Math.max(at, now) < RESEND_MIN_REMAINING_MS ? null : at
}
