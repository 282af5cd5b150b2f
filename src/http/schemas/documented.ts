// How the OpenAPI document describes a route's answers: headers, problems by status, an example each.
// It must not be needed to answer a request.

import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import { Problem, problemType } from '../problem.ts'

const header = (description: string, type: 'string' | 'integer' = 'string') => ({
  description,
  schema: { type },
})

export type HeaderDocs = Record<string, ReturnType<typeof header>>

export const REQUEST_ID = { 'X-Request-Id': header('The id of this request.') }
export const RATE_LIMIT = {
  'RateLimit-Policy': header('The budgets of this request (IETF draft), structured fields.'),
  RateLimit: header('What remains of them, structured fields.'),
}
export const REPLAYED = {
  'Idempotency-Replayed': header('`true` where this is a stored response.'),
}
export const LOCATION = { Location: header('The address of the verification.') }

/** Headers that come with a status whatever the error. */
const HEADERS_OF: Partial<Record<number, HeaderDocs>> = {
  401: { 'WWW-Authenticate': header('How to authenticate.') },
  422: REPLAYED,
  429: { 'Retry-After': header('Seconds.', 'integer'), ...RATE_LIMIT },
  503: { 'Retry-After': header('Seconds.', 'integer') },
}

function exampleOf(error: ErrorSlug) {
  const { status, title } = ERRORS[error]
  const waits = status === 429 || status === 503
  return {
    summary: title,
    value: {
      type: problemType(error),
      title,
      status,
      detail: title,
      instance: 'req_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
      error,
      ...(error === 'invalid_request' && { errors: [{ field: 'to', detail: 'is required' }] }),
      ...(error === 'rate_limited' && {
        limit: { name: 'sends_per_number_burst', max: 5, window_seconds: 600 },
      }),
      ...(waits && { retry_after_seconds: 30 }),
      ...(error.endsWith('_blocked') && { reference: 'lst_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p' }),
      ...(error === 'code_incorrect' && { attempts_remaining: 4 }),
    },
  }
}

type ProblemResponse = {
  description: string
  headers: HeaderDocs
  content: {
    'application/problem+json': {
      schema: typeof Problem
      examples: Record<string, ReturnType<typeof exampleOf>>
    }
  }
}

type StatusOf<Slug extends ErrorSlug> = (typeof ERRORS)[Slug]['status']

/** The problems a route may answer, by status. */
export function problems<Slug extends ErrorSlug>(
  ...slugs: readonly Slug[]
): Record<StatusOf<Slug>, ProblemResponse> {
  const byStatus: Record<number, ProblemResponse> = {}
  for (const slug of slugs) {
    const { status } = ERRORS[slug]
    const same = slugs.filter((other) => ERRORS[other].status === status)
    byStatus[status] ??= {
      description: same.map((other) => `\`${other}\`: ${ERRORS[other].title}.`).join(' '),
      headers: { ...REQUEST_ID, ...HEADERS_OF[status] },
      content: {
        'application/problem+json': {
          schema: Problem,
          examples: Object.fromEntries(same.map((other) => [other, exampleOf(other)])),
        },
      },
    }
  }
  return byStatus as Record<StatusOf<Slug>, ProblemResponse>
}

/** The problems that every route with a key may answer. */
export const KEYED = [
  'invalid_request',
  'unauthenticated',
  'scope_missing',
  'internal_error',
  'store_unavailable',
] as const
/** The problems that every route that reads a body may answer in addition. */
export const WITH_BODY = [
  ...KEYED,
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
] as const
/** Why nothing more can be done with a verification. */
export const ENDED = [
  'verification_not_found',
  'verification_approved',
  'verification_canceled',
  'verification_closed',
  'max_attempts_reached',
  'verification_expired',
] as const
/** Why nothing is started. */
export const START_REFUSALS = [
  'country_not_allowed',
  'channel_not_available',
  'channel_without_receipts',
  'number_type_not_allowed',
  'challenge_required',
  'factor_not_found',
  'recipient_suppressed',
  'recipient_blocked',
  'client_blocked',
  'rate_limited',
  'resend_too_early',
  'overloaded',
] as const
/** Why a code is not sent again, whoever asks. */
export const RESEND_REFUSALS = [
  'channel_not_available',
  'country_not_allowed',
  'number_type_not_allowed',
  'verification_not_found',
  'verification_approved',
  'verification_canceled',
  'verification_closed',
  'verified_elsewhere',
  'max_attempts_reached',
  'max_sends_reached',
  'resend_too_late',
  'verification_expired',
  'recipient_suppressed',
  'recipient_blocked',
  'client_blocked',
  'rate_limited',
  'resend_too_early',
  'overloaded',
] as const
