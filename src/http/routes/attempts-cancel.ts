// POST /admin/api/attempts/{id}/cancel: an admin ends a verification, by the rules of POST /verify/{id}/cancel.
// It must not show the recipient in clear, as that one does to its own login flow.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, refuseUnknown, WRITE } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { Attempt, toWireAttempt } from '../schemas/attempts.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { CancelBody, IdParams } from '../schemas/requests.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/attempts/{id}/cancel',
  operationId: 'cancelAttempt',
  summary: 'Cancel a verification',
  description:
    'As its login flow would: one that has ended is answered unchanged, but 409 once approved.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: {
    params: IdParams,
    body: { required: false, content: { 'application/json': { schema: CancelBody } } },
  },
  responses: {
    200: {
      description: 'Ended.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: Attempt } },
    },
    ...problems(...WITH_BODY, 'verification_not_found', 'verification_approved', 'overloaded'),
  },
})

export function addAttemptsCancel(app: App, deps: AppDeps): void {
  register(app, deps, route, WRITE, async (c) => {
    const { attempts, operations, recipients } = deps.admin
    const { id } = c.req.valid('param')
    const admin = callingAdmin(c, deps)
    const result = await operations.cancel(admin, id)
    if (result?.kind === 'refused') return answerProblem(c, result)
    const row = result && (await attempts.find(admin.service, id))
    if (!row) return refuseUnknown(c, deps)
    return c.json(toWireAttempt(row, deps.clock.now(), recipients), 200)
  })
}
