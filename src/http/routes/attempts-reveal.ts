// POST /admin/api/attempts/{id}/reveal: the recipient of one attempt in clear.
// It must not answer before the attempt's own log tells who asked.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, refuseUnknown, WRITE } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { answerProblem, refusal } from '../problem.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { RevealedPerson } from '../schemas/people.ts'
import { IdParams } from '../schemas/requests.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/attempts/{id}/reveal',
  operationId: 'revealRecipient',
  summary: 'Show a recipient in clear',
  description: 'The log records who asked, as `recipient.shown`.',
  tags: ['People'],
  security: [{ apiKey: [] }],
  request: { params: IdParams },
  responses: {
    200: {
      description: 'The recipient or subject.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: RevealedPerson } },
    },
    ...problems(...KEYED, 'verification_not_found', 'overloaded'),
  },
})

export function addAttemptsReveal(app: App, deps: AppDeps): void {
  register(app, deps, route, WRITE, async (c) => {
    const { attempts, operations } = deps.admin
    const { id } = c.req.valid('param')
    const admin = callingAdmin(c, deps)
    const person = await operations.reveal(admin, id)
    if (person) return c.json(person, 200)
    if (!(await attempts.find(admin.service, id))) return refuseUnknown(c, deps)
    const detail = 'It is sealed under a root key that this node lacks: see SECRET_KEY_PREVIOUS.'
    return answerProblem(c, refusal('store_unavailable', detail))
  })
}
