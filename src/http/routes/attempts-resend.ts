// POST /admin/api/attempts/{id}/resend: an admin sends the same code again, by the rules and limits of POST /verify/{id}/resend.
// It must not show the recipient in clear, as that one does to its own login flow.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, refuseUnknown, WRITE } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { Attempt, toWireAttempt } from '../schemas/attempts.ts'
import {
  problems,
  RATE_LIMIT,
  REQUEST_ID,
  RESEND_REFUSALS,
  WITH_BODY,
} from '../schemas/documented.ts'
import { IdParams, ResendBody } from '../schemas/requests.ts'
import { answerSuccess } from '../success.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/attempts/{id}/resend',
  operationId: 'resendAttempt',
  summary: 'Send the code again',
  description:
    'As its login flow would: the same code, by the same limits, by another channel if one is given.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: {
    params: IdParams,
    body: { required: false, content: { 'application/json': { schema: ResendBody } } },
  },
  responses: {
    200: {
      description: 'Queued again.',
      headers: { ...REQUEST_ID, ...RATE_LIMIT },
      content: { 'application/json': { schema: Attempt } },
    },
    ...problems(...WITH_BODY, ...RESEND_REFUSALS),
  },
})

export function addAttemptsResend(app: App, deps: AppDeps): void {
  register(app, deps, route, WRITE, async (c) => {
    const { attempts, operations, recipients } = deps.admin
    const { id } = c.req.valid('param')
    const { channel } = c.req.valid('json')
    const admin = callingAdmin(c, deps)
    const result = await operations.resend(admin, id, channel ?? null)
    if (result?.kind === 'refused') return answerProblem(c, result)
    const row = result && (await attempts.find(admin.service, id))
    if (!row) return refuseUnknown(c, deps)
    answerSuccess(c, result)
    return c.json(toWireAttempt(row, deps.clock.now(), recipients), 200)
  })
}
