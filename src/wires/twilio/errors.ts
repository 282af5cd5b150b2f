// Every refusal of the domain as one of Twilio's errors: https://www.twilio.com/docs/api/errors.
// It must not repeat what was given, nor use the problem shape of our own API: their SDK would throw another class.

import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import type { ElsewhereError, Refusal } from '../../verification/api.ts'
import { OR_RECOVERY_CODE } from '../../verification/comparison.ts'
import { NEEDS_COUNTRY } from '../../verification/phone.ts'
import type { LimitName } from '../../verification/policy.ts'

/** `retryAfter` undefined: it does not get better by waiting. */
export type TwilioError = ElsewhereError

export const isError = (answer: object): answer is TwilioError => 'code' in answer

/** Long enough for a queue of hashes to empty, or a connection to come back. */
export const RETRY_SECONDS = 2
/** Somebody has to look at the settings first. */
export const SETTINGS_RETRY_SECONDS = 30

/** What has ended, or never was. */
export const GONE = 20404
export const MAX_CHECKS = 60202
/** Busy, or out of reach: ours, for they document none. */
const UNAVAILABLE = 20503

export const twilioError = (
  status: number,
  code: number,
  message: string,
  retryAfter?: number,
): TwilioError => ({
  ...{ status, code, message },
  ...(retryAfter !== undefined && { retryAfter: Math.max(1, Math.ceil(retryAfter)) }),
})

export const unauthenticated = () => twilioError(401, 20003, 'Authenticate')

/** @param resource as their message has it, below /v2: `/Services/VA…/VerificationCheck` */
export const notFound = (resource: string) =>
  twilioError(404, GONE, `The requested resource ${resource} was not found`)

export const unavailable = (message: string, retryAfter = RETRY_SECONDS) =>
  twilioError(503, UNAVAILABLE, message, retryAfter)

export const invalid = (parameter: string, detail: string) =>
  twilioError(400, 60200, `Invalid parameter \`${parameter}\`: ${detail}`)

export const unsupported = (parameter: string, detail: string) =>
  twilioError(400, 60204, `Parameter \`${parameter}\` is not supported: ${detail}`)

/** Our fields in their words. */
const FIELDS: Readonly<Record<string, string>> = {
  ...{ to: 'To', channel: 'Channel', channels: 'Channel', locale: 'Locale', code: 'Code' },
  ...{ client_ip: 'DeviceIp', metadata: 'Tags', id: 'VerificationSid' },
}
const DEVICE_IP =
  "is required, the end user's address, or every user would share one budget; or set CLIENT_IP=off, and nothing is limited by address"

/** Without what only our own callers have: a country, recovery codes. */
function wordsOf(field: string, detail: string): string {
  if (field === 'client_ip') return DEVICE_IP
  if (field === 'to') return detail.replace(NEEDS_COUNTRY, '') // mutant: C94.own-words
  return field === 'code' ? detail.replace(OR_RECOVERY_CODE, '') : detail
}

function invalidFields({ errors, detail }: Refusal): TwilioError {
  const [first] = errors ?? []
  if (!first) return twilioError(400, 60200, detail)
  const [name = ''] = first.field.split('.')
  const parameter = FIELDS[name]
  // Of no field of theirs: nothing that their caller gave.
  if (parameter === undefined) return twilioError(400, 60200, 'The request is not valid')
  return invalid(parameter, inTheirs(wordsOf(name, first.detail)))
}

/** A call, as they name it. */
const inTheirs = (words: string) => words.replaceAll(/\bvoice\b/g, 'call')

/** A limit by what it counts: the messages or the guesses of one recipient, or the traffic of many. */
const LIMITS: Readonly<Record<LimitName, number>> = {
  ...{ sends_per_number_burst: 60203, sends_per_number_day: 60203 },
  ...{ guesses_per_number_hour: 60202, guesses_per_number_day: 60202, check_per_number: 60202 },
  ...{ sends_per_ip_burst: 20429, sends_per_ip_day: 20429, sends_per_prefix_hour: 20429 },
  ...{ sends_per_country_hour: 20429, sends_per_service_hour: 20429 },
  ...{ factor_starts_per_ip: 20429, check_per_ip: 20429 },
}

/** Of what this wire never asks for; a wrong code is an answer of theirs, and no error. */
const UNREACHED = 20500

/** Each of ours, so that none is forgotten: the compiler counts. */
const CODES: Readonly<Record<ErrorSlug, number>> = {
  ...{ invalid_request: 60200, idempotency_key_reused: 60200, request_timeout: 60200 },
  ...{ payload_too_large: 60200, unsupported_media_type: 60200, headers_too_large: 60200 },
  ...{ unauthenticated: 20003, scope_missing: 20003, method_not_allowed: 20004 },
  ...{ country_not_allowed: 60605, channel_not_available: 60223, number_type_not_allowed: 60205 },
  // A challenge cannot be passed on in their protocol.
  ...{ challenge_required: 60410, recipient_blocked: 60238, client_blocked: 60238 },
  ...{ recipient_suppressed: 60238, rate_limited: 20429 },
  ...{ resend_too_early: 60212, resend_too_late: 60212, max_sends_reached: 60203 },
  ...{ max_attempts_reached: MAX_CHECKS, overloaded: UNAVAILABLE, store_unavailable: UNAVAILABLE },
  ...{ verification_not_found: GONE, verification_approved: GONE, verification_canceled: GONE },
  ...{ verification_expired: GONE, verification_mismatch: GONE, not_found: GONE },
  ...{ verification_closed: GONE, outcome_reported: GONE },
  // Twilio checks it, and the login there was taken away.
  verified_elsewhere: UNAVAILABLE,
  ...{ code_incorrect: UNREACHED, view_taken: UNREACHED, view_without_actions: UNREACHED },
  ...{ origin_not_allowed: UNREACHED, approval_not_found: UNREACHED, view_not_found: UNREACHED },
  ...{ factor_not_found: UNREACHED, webhook_not_found: UNREACHED, list_entry_exists: UNREACHED },
  ...{ too_many_list_entries: UNREACHED, approval_consumed: UNREACHED },
  ...{ factor_confirmed: UNREACHED, too_many_factors: UNREACHED, webhook_removed: UNREACHED },
  ...{ secret_already_shown: UNREACHED, no_next_step: UNREACHED },
  ...{ channel_without_receipts: UNREACHED, approval_invalid: UNREACHED },
  internal_error: UNREACHED,
}

/** Where theirs is not ours. */
const STATUSES: Readonly<Partial<Record<ErrorSlug, number>>> = {
  ...{ idempotency_key_reused: 400, recipient_suppressed: 403 },
  verified_elsewhere: 503,
  ...{ resend_too_late: 429, max_sends_reached: 429, max_attempts_reached: 429 },
}
/** Words of theirs, or without what only our own callers can do. */
const MESSAGES: Readonly<Partial<Record<ErrorSlug, string>>> = {
  unauthenticated: 'Authenticate',
  challenge_required: 'Starts to this recipient are restricted at this time',
  // Its settings were taken away before the last of its codes had ended.
  verified_elsewhere: 'Twilio checks this code, and TWILIO_VERIFY_KEY_SID is not set here',
  max_sends_reached: 'Max send attempts reached',
  // Theirs makes no new one before that.
  resend_too_late: 'Too little time is left to send the code again: start again once it has ended',
  max_attempts_reached: 'Max check attempts reached',
}

const isWaiting = (status: number) => status === 429 || status === 503

/** @param resource that was asked for, for what is not there (any more) */
export function errorOf(refusal: Refusal, resource: string): TwilioError {
  const { error, detail, limit, retryAfterSeconds = RETRY_SECONDS } = refusal
  if (refusal.elsewhere) return refusal.elsewhere
  const code = limit ? LIMITS[limit.name] : CODES[error]
  if (error === 'invalid_request') return invalidFields(refusal)
  if (code === GONE) return notFound(resource)
  if (code === UNREACHED) return twilioError(500, code, 'Internal Server Error')
  const status = STATUSES[error] ?? ERRORS[error].status
  const message = MESSAGES[error] ?? inTheirs(detail)
  return twilioError(status, code, message, isWaiting(status) ? retryAfterSeconds : undefined)
}
