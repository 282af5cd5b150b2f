// The one error table: every error a caller can get. `http/problem.ts` maps it to RFC 9457.
// It must not carry internal details: no message of a library, no stack, no SQL.

export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'No valid API key was given' },
  scope_missing: { status: 403, title: 'The API key lacks the required scope' },
  country_not_allowed: { status: 403, title: 'Numbers of this country are not allowed' },
  channel_not_available: { status: 403, title: 'The channel is not available' },
  challenge_required: { status: 403, title: 'A challenge must be solved first' },
  number_type_not_allowed: { status: 403, title: 'Numbers of this type are not allowed' },
  recipient_blocked: { status: 403, title: 'This recipient is blocked' },
  client_blocked: { status: 403, title: 'Requests from this network are blocked' },
  view_taken: { status: 403, title: 'Another browser has opened this' },
  view_without_actions: { status: 403, title: 'This view token may only look' },
  origin_not_allowed: { status: 403, title: 'Pages of this origin may not ask' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  verification_not_found: { status: 404, title: 'There is no such verification' },
  approval_not_found: { status: 404, title: 'There is no such approval' },
  view_not_found: { status: 404, title: 'There is no such view' },
  factor_not_found: { status: 404, title: 'There is no such factor' },
  webhook_not_found: { status: 404, title: 'There is no such message or destination of webhooks' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  request_timeout: { status: 408, title: 'The request arrived too slowly' },
  list_entry_exists: { status: 409, title: 'The lists already have this entry' },
  too_many_list_entries: { status: 409, title: 'The lists are full' },
  verification_approved: { status: 409, title: 'The verification has already been approved' },
  verification_canceled: { status: 409, title: 'The verification was canceled' },
  verification_closed: { status: 409, title: 'The outcome has already been reported' },
  verified_elsewhere: { status: 409, title: 'The code is not checked here' },
  outcome_reported: { status: 409, title: 'Another outcome has already been reported' },
  verification_mismatch: { status: 409, title: 'The verification was started for something else' },
  approval_consumed: { status: 409, title: 'The approval has already been consumed' },
  factor_confirmed: { status: 409, title: 'The factor has already been confirmed' },
  too_many_factors: { status: 409, title: 'The subject has reached its maximum number of factors' },
  webhook_removed: { status: 409, title: 'The settings no longer have this URL' },
  secret_already_shown: { status: 409, title: 'The secret has already been shown' },
  max_attempts_reached: { status: 409, title: 'No attempts are left' },
  max_sends_reached: { status: 409, title: 'No sends are left' },
  no_next_step: { status: 409, title: 'No further step is waiting' },
  resend_too_late: { status: 409, title: 'Too little time is left to send again' },
  verification_expired: { status: 410, title: 'The verification has expired' },
  payload_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'The request body is not JSON' },
  channel_without_receipts: {
    status: 422,
    title: 'A step that cannot report its delivery is not the last one',
  },
  approval_invalid: { status: 422, title: 'The approval is not valid here' },
  code_incorrect: { status: 422, title: 'The code is wrong' },
  recipient_suppressed: { status: 422, title: 'Nothing is sent to this recipient' },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
  },
  rate_limited: { status: 429, title: 'Too many requests' },
  resend_too_early: { status: 429, title: 'It is too early to send again' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  overloaded: { status: 503, title: 'The service is busy' },
  store_unavailable: { status: 503, title: 'The service cannot reach its store' },
} as const

export type ErrorSlug = keyof typeof ERRORS

/** The database or the limit store cannot be reached, is locked, full or read-only. Refused, never open (I11: no store, no admission). */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}

/** Work that was accepted and could not be done in time: 503 `overloaded`, with Retry-After. */
export class OverloadedError extends Error {
  override name = 'OverloadedError'
}

/** A cursor that this service did not issue. */
export class InvalidCursorError extends Error {}

/** The service cannot start; the message is a sentence for the operator and says what to do. */
export class StartupError extends Error {
  override name = 'StartupError'
}
