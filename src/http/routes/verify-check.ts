// POST /verify/check: is this the code? A 2xx means approved, and nothing else does.
// It must not answer 2xx for anything but `approved`: callers write `if (response.ok) login()`.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { ApprovedVerification, toWireApproved } from '../schemas/answers.ts'
import { problems, RATE_LIMIT, REPLAYED, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import {
  CheckBody,
  IdempotencyHeaders,
  idempotencyOf,
  toCheckCommand,
} from '../schemas/requests.ts'
import { answerSuccess } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/verify/check',
  operationId: 'checkVerification',
  summary: 'Check a code',
  description:
    '200 means approved, and nothing else does. Give `id`, or `session` with `to` or `subject` in its place. A wrong code is 422 and costs an attempt; a code of another shape is 400 and costs none. The code of an authenticator app is good once, and so is a recovery code.',
  tags: ['Verifications'],
  security: [{ apiKey: [] }],
  request: {
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: CheckBody } } },
  },
  responses: {
    200: {
      description: 'Approved.',
      headers: { ...REQUEST_ID, ...RATE_LIMIT, ...REPLAYED },
      content: { 'application/json': { schema: ApprovedVerification } },
    },
    ...problems(
      ...WITH_BODY,
      'verification_not_found',
      'verification_approved',
      'verification_canceled',
      'verification_mismatch',
      'max_attempts_reached',
      'verification_expired',
      'code_incorrect',
      'idempotency_key_reused',
      'rate_limited',
      'overloaded',
    ),
  },
})

export function addVerifyCheck(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const body = c.req.valid('json')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const command = toCheckCommand(body, {
      endUser: readEndUser(c, deps, body),
      idempotency: idempotencyOf(key, body),
    })
    const result = await deps.service.check(callerOf(c), command)
    if (result.kind !== 'approved') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireApproved(result), 200)
  })
}
