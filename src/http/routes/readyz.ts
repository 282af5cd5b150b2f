// GET /readyz: database, worker and hasher are ready for requests.
// It must not say why one is not: anybody may ask.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'

const ReadinessAnswer = z
  .object({ ready: z.boolean(), checks: z.record(z.string(), z.boolean()) })
  .openapi('Readiness', { example: { ready: true, checks: { database: true, worker: true } } })

const content = { 'application/json': { schema: ReadinessAnswer } }

const route = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  summary: 'Is the service ready for requests?',
  tags: ['Operation'],
  security: [],
  responses: {
    ...problems('internal_error'),
    200: { description: 'Ready.', headers: REQUEST_ID, content },
    503: { description: 'Not ready: the checks say which part.', headers: REQUEST_ID, content },
  },
})

export function addReadyz(app: App, deps: AppDeps): void {
  register(app, deps, route, 'open', async (c) => {
    const { ready, checks } = await deps.readiness()
    return c.json({ ready, checks }, ready ? 200 : 503)
  })
}
