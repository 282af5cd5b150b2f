// What each error of the API means to a login flow. A new error of the service does not compile until it is listed here.
// It must not turn a fault of the program into a value: a login flow could not do anything about it.

import type { Problem } from './wire.ts'

/**
 * Why something was not done, in the words of a login flow.
 * - `incorrect`: not the code; `attemptsRemaining` says how often it may be tried again
 * - `exhausted`, `expired`, `canceled`, `already_used`, `mismatch`, `not_found`: over; start again
 * - `rate_limited`, `unavailable`: later, after `retryAfterSeconds`
 * - `suppressed`, `not_allowed`: another number or address
 * - `blocked`: support knows why, by `reference`
 * - `no_more_sends`: no further message; the one that was sent may still be entered
 * - `challenge_required`: start again with the solution of `challenge`
 * - `invalid`: mistyped; `problem.errors` names the field
 */
export type Reason =
  | 'incorrect'
  | 'exhausted'
  | 'expired'
  | 'canceled'
  | 'already_used'
  | 'mismatch'
  | 'not_found'
  | 'rate_limited'
  | 'suppressed'
  | 'not_allowed'
  | 'blocked'
  | 'no_more_sends'
  | 'challenge_required'
  | 'unavailable'
  | 'invalid'

/** Null: nothing that a person could mend, so it is thrown. */
const REASONS: Readonly<Record<Problem['error'], Reason | null>> = {
  invalid_request: 'invalid',
  unauthenticated: null,
  scope_missing: null, // mutant: C35.scope-thrown
  country_not_allowed: 'not_allowed',
  channel_not_available: 'not_allowed',
  challenge_required: 'challenge_required',
  number_type_not_allowed: 'not_allowed',
  recipient_blocked: 'blocked',
  client_blocked: 'blocked',
  view_taken: 'mismatch',
  view_without_actions: null,
  origin_not_allowed: null,
  not_found: null,
  verification_not_found: 'not_found',
  approval_not_found: 'not_found',
  view_not_found: 'not_found',
  factor_not_found: 'not_found',
  webhook_not_found: null,
  method_not_allowed: null,
  request_timeout: 'unavailable',
  list_entry_exists: null,
  too_many_list_entries: null,
  verification_approved: 'already_used',
  verification_canceled: 'canceled',
  verification_closed: 'already_used',
  verified_elsewhere: null,
  outcome_reported: null,
  verification_mismatch: 'mismatch',
  approval_consumed: 'already_used',
  factor_confirmed: 'already_used',
  too_many_factors: 'exhausted',
  webhook_removed: null,
  secret_already_shown: 'already_used',
  max_attempts_reached: 'exhausted',
  max_sends_reached: 'no_more_sends',
  no_next_step: 'no_more_sends',
  resend_too_late: 'no_more_sends',
  verification_expired: 'expired',
  payload_too_large: null,
  unsupported_media_type: null,
  channel_without_receipts: null,
  approval_invalid: 'mismatch',
  code_incorrect: 'incorrect',
  recipient_suppressed: 'suppressed',
  idempotency_key_reused: null,
  rate_limited: 'rate_limited',
  resend_too_early: 'rate_limited',
  headers_too_large: null,
  internal_error: 'unavailable',
  overloaded: 'unavailable',
  store_unavailable: 'unavailable',
}

/** Fields that a person typed; every other one is the program's own. */
const TYPED: readonly string[] = ['to', 'country', 'code', 'challenge']

/** @returns null where it is thrown: also for an error that a newer service has, which nobody may take for a yes */
export function reasonOf(problem: Problem): Reason | null {
  if (problem.error === 'invalid_request') {
    const fields = problem.errors ?? []
    const isTyped = fields.length > 0 && fields.every(({ field }) => TYPED.includes(field)) // mutant: C35.program-field-thrown
    return isTyped ? 'invalid' : null
  }
  const known = REASONS[problem.error]
  if (known !== undefined) return known
  if (problem.status === 429) return 'rate_limited'
  return problem.status >= 500 ? 'unavailable' : null
}
