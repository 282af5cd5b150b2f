// Refusals of the domain, as values: what was wrong, where, and what to do.
// It must not decide anything: the operations do.

import { type Channel, isFactorChannel, type SuppressionReason } from '../kernel/channel.ts'
import type { FieldError, Refusal } from './api.ts'
import type { GuessRefusal } from './limit-ports.ts'
import type { Limit, LimitName } from './policy.ts'
import {
  isSpent,
  type Outcome,
  RESEND_MIN_REMAINING_MS,
  resendAt,
  statusAt,
  type VerificationRecord,
} from './state.ts'
import type { Suppressed } from './suppression.ts'

/** Long enough for a hasher's queue to empty, short enough for a person to wait. */
const OVERLOADED_RETRY_SECONDS = 2

export function refuseFields(errors: FieldError[]): Refusal {
  const detail = errors.map((error) => `${error.field} ${error.detail}`).join('; ')
  return { kind: 'refused', error: 'invalid_request', detail, errors }
}

export function refuseLimited(name: LimitName, limit: Limit, retryAfterSeconds: number): Refusal {
  return {
    kind: 'refused',
    error: 'rate_limited',
    detail: `${name}: at most ${limit.max} in ${limit.windowSeconds} s; try again in ${retryAfterSeconds} s`,
    limit: { name, limit },
    retryAfterSeconds,
  }
}

/** @param retryAt milliseconds since the epoch */
export function refuseLimitedUntil({ name, limit, retryAt }: GuessRefusal, now: number): Refusal {
  return refuseLimited(name, limit, Math.max(1, Math.ceil((retryAt - now) / 1000)))
}

export function refuseSpent(): Refusal {
  return ended(
    'max_attempts_reached',
    'other checks are using all attempts; start a new verification',
  )
}

export function refuseOverloaded(): Refusal {
  return {
    kind: 'refused',
    error: 'overloaded',
    detail: 'more codes are being checked than this machine can hash; nothing was charged',
    retryAfterSeconds: OVERLOADED_RETRY_SECONDS,
  }
}

/** @param waitMs of a message that is queued now, about */
export function refuseSlow(
  channel: Channel,
  { waitMs, retryAfterSeconds }: { waitMs: number; retryAfterSeconds: number },
): Refusal {
  return {
    kind: 'refused',
    error: 'overloaded',
    detail: `a message by ${channel} would wait about ${Math.round(waitMs / 1_000)} s for its turn at its provider; nothing was sent or counted`,
    retryAfterSeconds,
  }
}

export function refuseUnknown(): Refusal {
  return {
    kind: 'refused',
    error: 'verification_not_found',
    detail:
      'this service has no such verification; it may never have existed, or belong to another service',
  }
}

/** In what a person reads. */
type Reached = 'sms' | 'email' | 'other'
const reachedBy = (channel: Channel): Reached =>
  channel === 'sms' || channel === 'email' ? channel : 'other'

/** What the person can do, for a login flow that shows it. */
const SUPPRESSED: Readonly<Record<SuppressionReason, Readonly<Record<Reached, string>>>> = {
  stop: {
    sms: 'this number opted out of messages (STOP): they can answer START to the last message, or use another number or channel',
    email: 'this address opted out of messages: use another address or channel',
    other: 'this number opted out of messages: use another number or channel',
  },
  complaint: {
    sms: 'this number reported a message as unwanted: use another number or channel, or ask support to allow messages again',
    email:
      'this address reported a message as spam: use another address or channel, or ask support to allow messages again',
    other:
      'this number reported a message as unwanted: use another number or channel, or ask support to allow messages again',
  },
  unknown: {
    sms: 'there is no such number: check it for typos, or use another number or channel',
    email:
      'there is no such mailbox: check the address for typos, or use another address or channel',
    other: 'this number is not there: check it for typos, or use another number or channel',
  },
  bounce: {
    sms: 'this number refused messages: check it for typos, or use another number or channel',
    email:
      'this mailbox refused messages: check the address for typos, or use another address or channel',
    other: 'this number refused messages: use another number or channel',
  },
}

export function refuseSuppressed({ reason, channel }: Suppressed): Refusal {
  const detail = `${SUPPRESSED[reason][reachedBy(channel)]}; nothing was sent or counted`
  return { kind: 'refused', error: 'recipient_suppressed', detail }
}

export function refuseNoFactor(detail: string): Refusal {
  return { kind: 'refused', error: 'factor_not_found', detail }
}

export function refuseMismatch(fields: string[]): Refusal {
  return {
    kind: 'refused',
    error: 'verification_mismatch',
    detail: `it was started with another ${fields.join(' and ')}; no attempt was charged`,
    errors: fields.map((field) => ({ field, detail: 'differs from the start' })),
  }
}

/** For a caller who shows it to a person. */
export function describeAttempts(left: number): string {
  return left === 1 ? '1 attempt left' : `${left} attempts left`
}

/** Why nothing more can be done with this row; undefined while it is open and has an attempt left. */
export function refuseEnded(record: VerificationRecord, now: number): Refusal | undefined {
  switch (statusAt(record, now)) {
    case 'approved':
      return ended('verification_approved', 'a code works only once; start a new verification')
    case 'canceled':
      return ended('verification_canceled', 'start a new verification')
    case 'expired':
      return ended('verification_expired', 'start a new verification')
    case 'max_attempts_reached':
      return ended('max_attempts_reached', 'start a new verification')
    case 'closed':
      return ended('verification_closed', 'start a new verification')
    case 'pending':
      return isSpent(record) ? refuseSpent() : undefined
  }
}

/** Why this verification cannot be sent again now; undefined where it can. */
export function refuseResend(record: VerificationRecord, now: number): Refusal | undefined {
  const ended = refuseEnded(record, now)
  if (ended) return ended
  // For a wire, whose starts make a new verification only then.
  const retryAfterSeconds = Math.max(1, Math.ceil((record.expiresAt - now) / 1000))
  if (record.sends >= record.maxSends) {
    const detail = isFactorChannel(record.channel)
      ? `nothing is sent for ${record.channel}`
      : `${record.maxSends} messages were sent, the maximum for one verification; start a new one`
    return { kind: 'refused', error: 'max_sends_reached', detail, retryAfterSeconds }
  }
  if (record.expiresAt - now < RESEND_MIN_REMAINING_MS) {
    const detail = `less than ${RESEND_MIN_REMAINING_MS / 1000} s remain; start a new verification`
    return { kind: 'refused', error: 'resend_too_late', detail, retryAfterSeconds }
  }
  const at = resendAt(record, now)
  if (at === null) {
    const detail =
      'by the time it may be sent again, too little time would remain; start a new verification'
    return { kind: 'refused', error: 'resend_too_late', detail, retryAfterSeconds }
  }
  return now >= at ? undefined : refuseTooEarly(at, now)
}

export function refuseTooEarly(at: number, now: number): Refusal {
  const retryAfterSeconds = Math.max(1, Math.ceil((at - now) / 1000))
  const detail = `the next message may go out in ${retryAfterSeconds} s`
  return { kind: 'refused', error: 'resend_too_early', detail, retryAfterSeconds }
}

export function refuseNoStep(): Refusal {
  return ended(
    'no_next_step',
    'the last step of its chain has gone out, or it was started without one',
  )
}

/** The same for every code and every state of it: there is nothing here to compare with. */
export function refuseElsewhere(): Refusal {
  return ended(
    'verified_elsewhere',
    'its code is checked by the caller that gave it; nothing was compared or charged here',
  )
}

/** A message of ours would have a code that nobody compares. */
export function refuseAtTwilio(): Refusal {
  const detail = 'Twilio sends and checks its code: start it again in the form of Twilio Verify'
  return ended('verified_elsewhere', detail)
}

export function refuseReported(before: Outcome | null): Refusal {
  return ended('outcome_reported', `it was reported as ${before ?? 'ended'} before`)
}

export function refuseCancel(): Refusal {
  return ended('verification_approved', 'it was approved before it could be canceled')
}

function ended(error: Refusal['error'], detail: string): Refusal {
  return { kind: 'refused', error, detail }
}
