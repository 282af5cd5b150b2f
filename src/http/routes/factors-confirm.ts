// POST /factors/{id}/confirm: the first right code makes an authenticator app active.
// It must not be taken for a login: it proves that the app was set up, to who set it up.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { problems, REPLAYED, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import {
  ConfirmBody,
  Factor,
  FactorParams,
  toConfirmCommand,
  toWireFactor,
} from '../schemas/factors.ts'
import { IdempotencyHeaders, idempotencyOf } from '../schemas/requests.ts'
import { answerReplayed } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/factors/{id}/confirm',
  operationId: 'confirmFactor',
  summary: 'Confirm an authenticator app',
  description:
    'Within the hour. The code is used by it: the next login takes the next one. Ten guesses, each charged before it is compared.',
  tags: ['Factors'],
  security: [{ apiKey: [] }],
  request: {
    params: FactorParams,
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: ConfirmBody } } },
  },
  responses: {
    200: {
      description: 'Active.',
      headers: { ...REQUEST_ID, ...REPLAYED },
      content: { 'application/json': { schema: Factor } },
    },
    ...problems(
      ...WITH_BODY,
      'factor_not_found',
      'factor_confirmed',
      'max_attempts_reached',
      'code_incorrect',
      'idempotency_key_reused',
      'overloaded',
    ),
  },
})

export function addFactorsConfirm(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const { id } = c.req.valid('param')
    const body = c.req.valid('json')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const command = toConfirmCommand(id, body, {
      endUser: readEndUser(c, deps, body),
      idempotency: idempotencyOf(key, { id, ...body }),
    })
    const result = await deps.factors.confirm(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    return c.json(toWireFactor(result.factor), 200)
  })
}
