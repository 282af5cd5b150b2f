// DELETE /factors/{id}: an authenticator app or a set of recovery codes is gone, for good.
// It must not take an id from a browser at its word: with `subject` it is that user's, or 404.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { callerOf } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { FactorParams, RemoveFactorQuery } from '../schemas/factors.ts'

const route = createRoute({
  method: 'delete',
  path: '/factors/{id}',
  operationId: 'deleteFactor',
  summary: 'Delete a factor',
  description: 'With its secret or its codes. A second time it is 404.',
  tags: ['Factors'],
  security: [{ apiKey: [] }],
  request: { params: FactorParams, query: RemoveFactorQuery },
  responses: {
    204: { description: 'Gone.', headers: REQUEST_ID },
    ...problems(...KEYED, 'factor_not_found', 'overloaded'),
  },
})

export function addFactorsDelete(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const { id } = c.req.valid('param')
    const subject = c.req.valid('query').subject ?? null
    const endUser = readEndUser(c, deps, {})
    const result = await deps.factors.remove(callerOf(c), { id, subject, endUser })
    if (result.kind === 'refused') return answerProblem(c, result)
    return c.body(null, 204)
  })
}
