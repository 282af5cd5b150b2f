// Every refusal of the domain as an error of CAMARA's One Time Password SMS (version 1): status, code and words for a person.
// It must not repeat what was given.

import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import type { Refusal } from '../../verification/api.ts'
import type { LimitName } from '../../verification/policy.ts'

export type CamaraError = {
  status: number
  code: string
  message: string
  /** Seconds; undefined: it does not get better by waiting. */
  retryAfter?: number
}

type Operation = 'send' | 'validate'

export const camaraError = (status: number, code: string, message: string): CamaraError => ({
  ...{ status, code, message },
})
const own = (status: number, code: string, message: string) =>
  camaraError(status, `ONE_TIME_PASSWORD_SMS.${code}`, message)

export const invalid = (message: string) => camaraError(400, 'INVALID_ARGUMENT', message)
export const unknown = () =>
  camaraError(404, 'NOT_FOUND', 'There is no verification with this authenticationId.')
export const unauthenticated = () =>
  camaraError(401, 'UNAUTHENTICATED', 'Send an API key: Authorization: Bearer <key>.')
export const denied = (message: string) => camaraError(403, 'PERMISSION_DENIED', message)
export const notHere = () =>
  camaraError(404, 'NOT_FOUND', 'There are /send-code and /validate-code.')

export const expired = () =>
  own(400, 'VERIFICATION_EXPIRED', 'The authenticationId can no longer be used. Send another code.')
const incorrect = () => own(400, 'INVALID_OTP', 'The code is not the one that was sent.')
const failed = () =>
  own(400, 'VERIFICATION_FAILED', 'Too many wrong codes were entered. Send another code.')
const notAllowed = () =>
  own(403, 'PHONE_NUMBER_NOT_ALLOWED', 'No text message is sent to a number of this kind.')
const blocked = () => own(403, 'PHONE_NUMBER_BLOCKED', 'No text message is sent to this number.')
const tooManyCodes = () =>
  own(403, 'MAX_OTP_CODES_EXCEEDED', 'Too many codes were requested for this number. Try later.')

/** Limits of this very number; all others count many. */
const OF_NUMBER: ReadonlySet<LimitName> = new Set([
  'sends_per_number_burst',
  'sends_per_number_day',
  'guesses_per_number_hour',
  'guesses_per_number_day',
])
const BUDGETS: ReadonlySet<LimitName> = new Set([
  'sends_per_country_hour',
  'sends_per_service_hour',
])

function limited({ limit }: Refusal, operation: Operation): CamaraError {
  if (limit && operation === 'send' && OF_NUMBER.has(limit.name)) return tooManyCodes()
  const isBudget = limit !== undefined && BUDGETS.has(limit.name)
  return camaraError(429, isBudget ? 'QUOTA_EXCEEDED' : 'TOO_MANY_REQUESTS', 'Try again later.')
}

const CLIENT_IP =
  'The address of the user is not known: a trusted proxy names it in X-Forwarded-For, or the operator sets CLIENT_IP=off.'

function invalidFields({ errors, detail }: Refusal): CamaraError {
  const [first] = errors ?? []
  if (first?.field === 'client_ip') return invalid(CLIENT_IP)
  if (first?.field === 'to') return invalid('phoneNumber is not a number that can receive texts.')
  // Letters, or more or fewer digits than were sent: whoever typed it made a mistake.
  if (first?.field === 'code') return incorrect()
  // Of a field of ours, which their callers do not have.
  return invalid(first ? 'The request is not valid.' : detail)
}

const MEANINGS: Readonly<
  Partial<Record<ErrorSlug, (refused: Refusal, operation: Operation) => CamaraError>>
> = {
  invalid_request: invalidFields,
  unauthenticated,
  scope_missing: ({ detail }) => denied(detail),
  // As an operator answers for the numbers of others.
  country_not_allowed: () =>
    camaraError(404, 'NOT_FOUND', 'Numbers of this country are not served here.'),
  number_type_not_allowed: notAllowed,
  channel_not_available: notAllowed,
  // A challenge cannot be passed on.
  challenge_required: notAllowed,
  recipient_suppressed: blocked,
  recipient_blocked: blocked,
  client_blocked: () => denied('Requests from this network are blocked.'),
  rate_limited: limited,
  verification_not_found: unknown,
  verification_expired: expired,
  verification_approved: expired,
  verification_canceled: expired,
  verification_mismatch: unknown,
  max_attempts_reached: failed,
  code_incorrect: ({ attemptsRemaining }) => (attemptsRemaining === 0 ? failed() : incorrect()),
}

/** By status, for what has no meaning of its own above. */
const CODES: Readonly<Record<number, string>> = {
  ...{ 400: 'INVALID_ARGUMENT', 404: 'NOT_FOUND', 405: 'METHOD_NOT_ALLOWED', 408: 'TIMEOUT' },
  ...{ 413: 'INVALID_ARGUMENT', 415: 'UNSUPPORTED_MEDIA_TYPE', 429: 'TOO_MANY_REQUESTS' },
  ...{ 500: 'INTERNAL', 503: 'UNAVAILABLE' },
}

/** Long enough for a queue of hashes to empty. */
const DEFAULT_RETRY_SECONDS = 2

export function errorOf(refused: Refusal, operation: Operation): CamaraError {
  const { status } = ERRORS[refused.error]
  const meaning = MEANINGS[refused.error]?.(refused, operation)
  const code = CODES[status]
  const error =
    meaning ??
    (code === undefined
      ? camaraError(500, 'INTERNAL', 'The request could not be handled.')
      : camaraError(status, code, refused.detail))
  if (error.status !== 429 && error.status !== 503) return error
  const seconds = refused.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS
  return { ...error, retryAfter: Math.max(1, Math.ceil(seconds)) }
}
