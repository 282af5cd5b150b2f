// Refusals of the domain, as values: what was wrong, where, and what to do.
// It must not decide anything: the operations do.

import type { FieldError, Refusal } from './api.ts'
import type { Limit, LimitName } from './policy.ts'
import type { GuessRefusal } from './ports.ts'
import { statusAt, type VerificationRecord } from './state.ts'

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

export function refuseGuesses(refusal: GuessRefusal, now: number): Refusal {
  const seconds = Math.max(1, Math.ceil((refusal.retryAt - now) / 1000))
  return refuseLimited(refusal.name, refusal.limit, seconds)
}

export function refuseOverloaded(): Refusal {
  return {
    kind: 'refused',
    error: 'overloaded',
    detail: 'more codes are being checked than this machine can hash; nothing was charged',
    retryAfterSeconds: OVERLOADED_RETRY_SECONDS,
  }
}

export function refuseUnknown(): Refusal {
  return {
    kind: 'refused',
    error: 'verification_not_found',
    detail:
      'no verification of this service fits; it may never have been, or belong to another service',
  }
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
      return ended('verification_approved', 'a code is good once; start a new verification')
    case 'canceled':
      return ended('verification_canceled', 'start a new verification')
    case 'expired':
      return ended('verification_expired', 'start a new verification')
    case 'max_attempts_reached':
      return ended('max_attempts_reached', 'start a new verification')
    case 'pending':
      return record.attempts >= record.maxAttempts
        ? ended(
            'max_attempts_reached',
            'every attempt is taken by a check; start a new verification',
          )
        : undefined
  }
}

function ended(error: Refusal['error'], detail: string): Refusal {
  return { kind: 'refused', error, detail }
}
