// POST /verify/{id}/resend: the same code once more.
// It must not make a new code: a new code is a new start.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { toWireVerification, Verification } from '../schemas/answers.ts'
import {
  problems,
  RATE_LIMIT,
  REPLAYED,
  REQUEST_ID,
  RESEND_REFUSALS,
  WITH_BODY,
} from '../schemas/documented.ts'
import { IdempotencyHeaders, IdParams, idempotencyOf, ResendBody } from '../schemas/requests.ts'
import { answerSuccess } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/verify/{id}/resend',
  operationId: 'resendVerification',
  summary: 'Send the code again',
  description:
    'The same code, not before `resend_at`, at most `max_sends` times. `expires_at` never moves.',
  tags: ['Verifications'],
  security: [{ apiKey: [] }],
  request: {
    params: IdParams,
    headers: IdempotencyHeaders,
    body: { required: false, content: { 'application/json': { schema: ResendBody } } },
  },
  responses: {
    200: {
      description: 'Queued again.',
      headers: { ...REQUEST_ID, ...RATE_LIMIT, ...REPLAYED },
      content: { 'application/json': { schema: Verification } },
    },
    ...problems(...WITH_BODY, ...RESEND_REFUSALS, 'idempotency_key_reused'),
  },
})

export function addVerifyResend(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const { id } = c.req.valid('param')
    const body = c.req.valid('json')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const result = await deps.service.resend(callerOf(c), {
      id,
      channel: body.channel ?? null,
      endUser: readEndUser(c, deps, {}),
      idempotency: idempotencyOf(key, { id, ...body }),
    })
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireVerification(result.verification), 200)
  })
}
