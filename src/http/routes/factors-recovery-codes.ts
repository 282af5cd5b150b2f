// POST /factors/recovery-codes: ten codes for a subject, told this once; the set before is void.
// It must not be cached: the answer is ten secrets.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { problems, REPLAYED, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { CreateCodesBody, CreatedCodes, toWireFactor } from '../schemas/factors.ts'
import { IdempotencyHeaders, idempotencyOf } from '../schemas/requests.ts'
import { answerReplayed } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/factors/recovery-codes',
  operationId: 'createRecoveryCodes',
  summary: 'Make recovery codes',
  description:
    'Ten codes, each usable once and shown only once; only hashes are stored. The previous set is void from then on. Under an Idempotency-Key one set is made, and a repetition is 409 `secret_already_shown`: the codes cannot be shown again.',
  tags: ['Factors'],
  security: [{ apiKey: [] }],
  request: {
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: CreateCodesBody } } },
  },
  responses: {
    201: {
      description: 'Made.',
      headers: { ...REQUEST_ID, ...REPLAYED },
      content: { 'application/json': { schema: CreatedCodes } },
    },
    ...problems(...WITH_BODY, 'secret_already_shown', 'idempotency_key_reused', 'overloaded'),
  },
})

export function addFactorsRecoveryCodes(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const body = c.req.valid('json')
    const key = c.req.valid('header')['Idempotency-Key'] ?? null
    const result = await deps.factors.createCodes(callerOf(c), {
      subject: body.subject,
      endUser: readEndUser(c, deps, body),
      idempotency: idempotencyOf(key, body),
    })
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    return c.json({ ...toWireFactor(result.factor), codes: result.codes }, 201)
  })
}
