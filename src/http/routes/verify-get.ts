// GET /verify/{id}: a verification and its deliveries.
// It must not change anything (C40).

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { DetailedVerification, toWireDetailed } from '../schemas/answers.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { IdParams } from '../schemas/requests.ts'

const route = createRoute({
  method: 'get',
  path: '/verify/{id}',
  operationId: 'getVerification',
  summary: 'Look at a verification',
  description: 'The verification and its deliveries. Changes nothing.',
  tags: ['Verifications'],
  security: [{ apiKey: [] }],
  request: { params: IdParams },
  responses: {
    200: {
      description: 'The verification.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: DetailedVerification } },
    },
    ...problems(...KEYED, 'verification_not_found', 'overloaded'),
  },
})

export function addVerifyGet(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const result = await deps.service.get(callerOf(c), c.req.valid('param'))
    if (result.kind === 'refused') return answerProblem(c, result)
    return c.json(toWireDetailed(result.verification), 200)
  })
}
