// GET /factors: what a subject has, so that a login flow knows what to offer.
// It must not change anything, nor tell a secret.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { callerOf } from '../middleware/auth.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { FactorList, ListFactorsQuery, toWireFactor } from '../schemas/factors.ts'

const route = createRoute({
  method: 'get',
  path: '/factors',
  operationId: 'listFactors',
  summary: 'The factors of a subject',
  description:
    'Oldest first, with what a start may ask for now. An unknown subject has none: the answer is empty.',
  tags: ['Factors'],
  security: [{ apiKey: [] }],
  request: { query: ListFactorsQuery },
  responses: {
    200: {
      description: 'The factors.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: FactorList } },
    },
    ...problems(...KEYED, 'overloaded'),
  },
})

export function addFactorsList(app: App, deps: AppDeps): void {
  register(app, deps, route, { scope: 'verify', service: 'required' }, async (c) => {
    const result = await deps.factors.list(callerOf(c), c.req.valid('query'))
    return c.json({ factors: result.factors.map(toWireFactor), channels: result.channels }, 200)
  })
}
