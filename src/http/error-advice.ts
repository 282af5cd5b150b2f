// What a caller does about each error: the words of /docs.
// It must not be shorter than the error table: the type says so.

import type { ErrorSlug } from '../kernel/errors.ts'

export const ERROR_ADVICE: Record<ErrorSlug, string> = {
  invalid_request:
    'The member errors names every invalid field. Nothing was changed and no attempt was charged.',
  unauthenticated: 'Send Authorization: Bearer <key>. The key may have been revoked.',
  scope_missing: 'Use a key with the scope that the detail names.',
  country_not_allowed: "The operator's ALLOWED_COUNTRIES does not hold the number's country.",
  channel_not_available:
    'No provider serves this channel for this service. Choose another channel.',
  number_type_not_allowed:
    'Premium rate, shared cost, personal, UAN, pager and voicemail numbers get no codes; landlines get no texts where LANDLINES is refused.',
  not_found: 'No route has this address. Addresses have no trailing slash.',
  verification_not_found: 'The id is unknown, or belongs to another service.',
  factor_not_found:
    'The id is unknown, belongs to another service, or was not confirmed within the hour; at start: the subject has no active factor for this channel. GET /factors lists what it has.',
  method_not_allowed: 'The header Allow names the methods of this address.',
  request_timeout: 'The headers or the body came too slowly. Nothing was changed.',
  verification_approved:
    'It was approved before. A code is good once; under the same Idempotency-Key a check is answered as at first.',
  verification_canceled: 'It was canceled. Start another.',
  verification_mismatch:
    'purpose, to or session are not those of the start; the field is named. No attempt was charged.',
  factor_confirmed: 'Nothing is left to do: the factor is active.',
  too_many_factors: 'Delete one first (DELETE /factors/{id}).',
  secret_already_shown:
    'This Idempotency-Key made a factor whose secret or codes were shown then, and are not shown again. Make another under a new key, and delete this one.',
  max_attempts_reached:
    'Start another verification, or make another factor in place of one that was not confirmed.',
  max_sends_reached: 'No send is left. What was sent stays valid until expires_at.',
  resend_too_late: 'Under 60 s would remain. Start another verification.',
  verification_expired: 'Start another verification.',
  payload_too_large: 'A body has at most 16 KiB.',
  unsupported_media_type: 'Send Content-Type: application/json in UTF-8, without Content-Encoding.',
  code_incorrect: 'One attempt was charged; attempts_remaining says how many are left.',
  recipient_suppressed:
    'The recipient has told the sender to stop (STOP), and can lift it (START).',
  idempotency_key_reused: 'Another request was made under this key in the last 24 hours.',
  rate_limited: 'The member limit names the limit. Wait as long as Retry-After says.',
  resend_too_early: 'Wait until resend_at, or as long as Retry-After says.',
  headers_too_large: 'Send fewer or shorter headers.',
  internal_error: 'A bug. Report the instance to the operator: the log has it.',
  overloaded:
    'Try again after Retry-After. No attempt was charged, unless the check had begun and could not be compared in time.',
  store_unavailable:
    'Try again after Retry-After. Nothing is half done; a check that had begun keeps its attempt charged.',
}
