// POST /factors/totp: an authenticator app for a subject, with its secret and QR code, told this once.
// It must not be cached: the answer is a secret.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { problems, REPLAYED, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import {
  CreateAppBody,
  CreatedApp,
  toCreateAppCommand,
  toWireCreatedApp,
} from '../schemas/factors.ts'
import { IdempotencyHeaders, idempotencyOf } from '../schemas/requests.ts'
import { answerReplayed } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/factors/totp',
  operationId: 'createTotp',
  summary: 'Enrol an authenticator app',
  description:
    'Makes an unverified factor for `subject` and shows its secret, its otpauth URI and a QR code, only once; its first right code makes it active. Under an Idempotency-Key the same answer is made again until it is confirmed, then no more (409 `secret_already_shown`). With `secret` an existing one is imported, and not returned; where the subject has it already, in the same shape, that factor answers with 200. An app that is imported as `confirmed` takes codes from its next time step on.',
  tags: ['Factors'],
  security: [{ apiKey: [] }],
  request: {
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: CreateAppBody } } },
  },
  responses: {
    200: {
      description: 'It was there: the subject has a factor with the imported secret.',
      headers: { ...REQUEST_ID, ...REPLAYED },
      content: { 'application/json': { schema: CreatedApp } },
    },
    201: {
      description: 'Made.',
      headers: { ...REQUEST_ID, ...REPLAYED },
      content: { 'application/json': { schema: CreatedApp } },
    },
    ...problems(
      ...WITH_BODY,
      'too_many_factors',
      'secret_already_shown',
      'idempotency_key_reused',
      'overloaded',
    ),
  },
})

export function addFactorsTotp(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const body = c.req.valid('json')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const command = toCreateAppCommand(body, {
      endUser: readEndUser(c, deps, body),
      idempotency: idempotencyOf(key, body),
    })
    const result = await deps.factors.createApp(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    const wire = toWireCreatedApp(result.factor, result.enrolment, result.warnings)
    return result.kind === 'there' ? c.json(wire, 200) : c.json(wire, 201)
  })
}
