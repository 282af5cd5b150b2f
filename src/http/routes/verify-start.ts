// POST /verify/start: begins a verification, or continues the one of this browser session.
// It must not decide anything: the domain does.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { toWireVerification, Verification } from '../schemas/answers.ts'
import {
  LOCATION,
  problems,
  RATE_LIMIT,
  REPLAYED,
  REQUEST_ID,
  WITH_BODY,
} from '../schemas/documented.ts'
import {
  IdempotencyHeaders,
  idempotencyOf,
  StartBody,
  toStartCommand,
} from '../schemas/requests.ts'
import { answerSuccess } from '../success.ts'

const headers = { ...REQUEST_ID, ...LOCATION, ...RATE_LIMIT, ...REPLAYED }
const content = { 'application/json': { schema: Verification } }

const route = createRoute({
  method: 'post',
  path: '/verify/start',
  operationId: 'startVerification',
  summary: 'Start a verification',
  description:
    'With `to`: makes a verification and queues its message; the answer never waits for a provider. With `subject`: asks for a code that the person has already, of an authenticator app or a recovery code, and sends nothing. With a `session` whose verification is still pending it continues that one (200).',
  tags: ['Verifications'],
  security: [{ apiKey: [] }],
  request: {
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: StartBody } } },
  },
  responses: {
    200: { description: 'Continued: the same verification.', headers, content },
    201: { description: 'Started.', headers, content },
    ...problems(
      ...WITH_BODY,
      'country_not_allowed',
      'channel_not_available',
      'number_type_not_allowed',
      'factor_not_found',
      'recipient_suppressed',
      'idempotency_key_reused',
      'rate_limited',
      'resend_too_early',
      'overloaded',
    ),
  },
})

export function addVerifyStart(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const body = c.req.valid('json')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const command = toStartCommand(body, {
      endUser: readEndUser(c, deps, body),
      idempotency: idempotencyOf(key, body),
    })
    const result = await deps.service.start(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    c.header('Location', `/verify/${result.verification.id}`)
    return c.json(toWireVerification(result.verification), result.kind === 'started' ? 201 : 200)
  })
}
