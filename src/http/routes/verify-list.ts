// POST /verify/list: the verifications of a recipient, newest first.
// It must not become a GET: a number never stands in a URL, where logs keep it.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { toWireDetailed, VerificationPage } from '../schemas/answers.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { IdempotencyHeaders, ListBody, toListCommand } from '../schemas/requests.ts'

const route = createRoute({
  method: 'post',
  path: '/verify/list',
  operationId: 'listVerifications',
  summary: 'List the verifications of a recipient',
  description:
    'Newest first. It changes nothing, so that an Idempotency-Key is accepted and has nothing to do.',
  tags: ['Verifications'],
  security: [{ apiKey: [] }],
  request: {
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: ListBody } } },
  },
  responses: {
    200: {
      description: 'A page.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: VerificationPage } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addVerifyList(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const result = await deps.service.list(callerOf(c), toListCommand(c.req.valid('json')))
    if (result.kind === 'refused') return answerProblem(c, result)
    const verifications = result.verifications.map(toWireDetailed)
    return c.json({ verifications, next_cursor: result.nextCursor }, 200)
  })
}
