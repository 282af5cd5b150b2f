// A problem on the wire (RFC 9457) and how the OpenAPI document tells which route answers which.
// It must not know exceptions: problem.ts turns those into refusals first.

import { z } from '@hono/zod-openapi'
import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import type { Refusal } from '../../verification/api.ts'
import { LIMIT_NAMES } from '../../verification/policy.ts'
import { toWireVerification, Verification } from './answers.ts'

export const ERROR_SLUGS = Object.keys(ERRORS) as [ErrorSlug, ...ErrorSlug[]]

export const Problem = z
  .object({
    type: z.string().openapi({ description: 'A page about this error.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().openapi({ description: 'The request id, also in X-Request-Id.' }),
    error: z.enum(ERROR_SLUGS).openapi({ description: 'Stable; what a program checks.' }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .openapi({ description: 'Every invalid field.' }),
    limit: z
      .object({ name: z.enum(LIMIT_NAMES), max: z.int(), window_seconds: z.int() })
      .optional(),
    retry_after_seconds: z.int().optional(),
    attempts_remaining: z.int().optional(),
    verification: Verification.optional(),
  })
  .openapi('Problem')

export type ProblemBody = z.infer<typeof Problem>

export function problemType(error: ErrorSlug): string {
  return `/docs#${error}`
}

export function toProblemBody(
  refused: Refusal,
  instance: string,
  retryAfterSeconds: number | undefined,
): ProblemBody {
  const { status, title } = ERRORS[refused.error]
  const { errors, limit, attemptsRemaining, verification } = refused
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
    ...(attemptsRemaining !== undefined && { attempts_remaining: attemptsRemaining }),
    ...(verification && { verification: toWireVerification(verification) }),
  }
}
