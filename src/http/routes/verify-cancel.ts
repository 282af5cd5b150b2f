// POST /verify/{id}/cancel: ends a verification; what has ended otherwise is answered unchanged.
// It must not undo an approval: that is 409.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { toWireVerification, Verification } from '../schemas/answers.ts'
import { problems, RATE_LIMIT, REPLAYED, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { CancelBody, IdempotencyHeaders, IdParams, idempotencyOf } from '../schemas/requests.ts'
import { answerSuccess } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/verify/{id}/cancel',
  operationId: 'cancelVerification',
  summary: 'Cancel a verification',
  description: 'Idempotent: one that has ended is answered unchanged, but 409 once approved.',
  tags: ['Verifications'],
  security: [{ apiKey: [] }],
  request: {
    params: IdParams,
    headers: IdempotencyHeaders,
    body: { required: false, content: { 'application/json': { schema: CancelBody } } },
  },
  responses: {
    200: {
      description: 'Ended.',
      headers: { ...REQUEST_ID, ...RATE_LIMIT, ...REPLAYED },
      content: { 'application/json': { schema: Verification } },
    },
    ...problems(
      ...WITH_BODY,
      'verification_not_found',
      'verification_approved',
      'idempotency_key_reused',
      'overloaded',
    ),
  },
})

export function addVerifyCancel(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const { id } = c.req.valid('param')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const result = await deps.service.cancel(callerOf(c), {
      id,
      endUser: readEndUser(c, deps, {}),
      idempotency: idempotencyOf(key, { id }),
    })
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireVerification(result.verification), 200)
  })
}
