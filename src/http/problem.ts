// The one place where a refusal or an exception becomes an answer: RFC 9457, application/problem+json.
// It must not put a message from inside (a library's, SQL, a stack) on the wire.

import { z } from '@hono/zod-openapi'
import type { TypedResponse } from 'hono'
import {
  ERRORS,
  type ErrorSlug,
  InvalidCursorError,
  OverloadedError,
  StoreUnavailableError,
} from '../kernel/errors.ts'
import { UnknownKeyError } from '../kernel/keyring.ts'
import type { Refusal } from '../verification/api.ts'
import { LIMIT_NAMES } from '../verification/policy.ts'
import { setHeader, setRateLimitHeaders } from './answer-headers.ts'
import type { AppContext } from './deps.ts'
import { toWireVerification, Verification } from './schemas/answers.ts'
import { Challenge } from './schemas/challenge.ts'

export const PROBLEM_JSON = 'application/problem+json'

/** The default: a queue of hashes or a lock has cleared after about this long. */
const DEFAULT_RETRY_SECONDS = 2

/** The client went away, or was too slow, while its body was read: nobody receives the answer. */
export class RequestAbortedError extends Error {}

/** A refusal made in http/, in the domain's shape. */
export function refusal(error: ErrorSlug, detail: string, rest: Partial<Refusal> = {}): Refusal {
  return { kind: 'refused', error, detail, ...rest }
}

/** The refusal that an exception becomes; undefined: a bug, reported as `internal_error` and nothing more. */
export function refusalOf(error: unknown): Refusal | undefined {
  // mutant: I11.storage-error-503
  if (error instanceof StoreUnavailableError || error instanceof UnknownKeyError)
    return refusal('store_unavailable', 'The store cannot be reached. Try again shortly.')
  if (error instanceof OverloadedError) return refusal('overloaded', 'Try again shortly.')
  if (error instanceof InvalidCursorError)
    return refusal('invalid_request', 'This cursor was not issued by this service.', {
      errors: [{ field: 'cursor', detail: 'must be the next_cursor of the previous page' }],
    })
  if (error instanceof RequestAbortedError)
    return refusal('request_timeout', 'The request did not arrive in time.')
  return undefined
}

export const INTERNAL_ERROR: Refusal = refusal(
  'internal_error',
  'The request could not be handled. The operator can find the cause in the log under this instance.',
)

function retryAfterSeconds(refused: Refusal): number | undefined {
  const { status } = ERRORS[refused.error]
  if (status !== 429 && status !== 503) return undefined
  return Math.max(1, Math.ceil(refused.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS))
}

/** @param instance the request id */
export function problemBody(refused: Refusal, instance: string): ProblemBody {
  return toProblemBody(refused, instance, retryAfterSeconds(refused))
}

/**
 * The answer to a refusal. Typed as every documented status at once: the statuses of a slug are in
 * the error table, and the tests hold each answer against the OpenAPI document.
 */
export function answerProblem(
  c: AppContext,
  refused: Refusal,
): Response & TypedResponse<never, never, 'json'> {
  const { status } = ERRORS[refused.error]
  const retryAfter = retryAfterSeconds(refused)
  if (retryAfter !== undefined) setHeader(c, 'retry-after', String(retryAfter))
  if (refused.limit) {
    const { name, limit } = refused.limit
    setRateLimitHeaders(c, [{ name, limit, remaining: 0, resetSeconds: retryAfter ?? 0 }])
  }
  // RFC 9110 §11.6.1: a 401 says how to authenticate.
  if (status === 401) setHeader(c, 'www-authenticate', 'Bearer realm="countersign"')
  if (refused.replayed) setHeader(c, 'idempotency-replayed', 'true')
  const body = problemBody(refused, c.get('requestId'))
  const headers = { 'content-type': PROBLEM_JSON }
  return c.body(JSON.stringify(body), status, headers) as Response as ReturnType<
    typeof answerProblem
  >
}

export const ERROR_SLUGS = Object.keys(ERRORS) as [ErrorSlug, ...ErrorSlug[]]

export const Problem = z
  .object({
    type: z.string().openapi({ description: 'A page about this error.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().openapi({ description: 'The request id, also in X-Request-Id.' }),
    error: z.enum(ERROR_SLUGS).openapi({ description: 'Stable: the value that programs check.' }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .openapi({ description: 'Every invalid field.' }),
    limit: z
      .object({ name: z.enum(LIMIT_NAMES), max: z.int(), window_seconds: z.int() })
      .optional(),
    retry_after_seconds: z.int().optional(),
    reference: z.string().optional().openapi({
      description: 'The entry of the lists that refused it: support finds the reason by it.',
      example: 'lst_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
    }),
    attempts_remaining: z.int().optional(),
    verification: Verification.optional(),
    challenge: Challenge.optional(),
  })
  .openapi('Problem')

export type ProblemBody = z.infer<typeof Problem>

export function problemType(error: ErrorSlug): string {
  return `/docs#${error}`
}

function toProblemBody(
  refused: Refusal,
  instance: string,
  retryAfterSeconds: number | undefined,
): ProblemBody {
  const { status, title } = ERRORS[refused.error]
  const { errors, limit, attemptsRemaining, reference, verification, challenge } = refused
  return {
    type: problemType(refused.error),
    title,
    status,
    detail: refused.detail,
    instance,
    error: refused.error,
    ...(errors && { errors: errors.map(({ field, detail }) => ({ field, detail })) }),
    ...(limit && {
      limit: {
        name: limit.name,
        max: limit.limit.max,
        window_seconds: limit.limit.windowSeconds,
      },
    }),
    ...(retryAfterSeconds !== undefined && { retry_after_seconds: retryAfterSeconds }),
    ...(reference !== undefined && { reference }),
    ...(attemptsRemaining !== undefined && { attempts_remaining: attemptsRemaining }),
    ...(verification && { verification: toWireVerification(verification) }),
    ...(challenge && { challenge }),
  }
}
