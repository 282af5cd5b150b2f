// GET /metrics: what the service counts of itself, for Prometheus, behind a key.
// It must not be open on the port that callers reach: METRICS_PORT is for that.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { readsEvents, serviceOf } from './events.ts'

const route = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Metrics',
  description:
    'Prometheus’ text format, for a key of no service; without a key on a port of its own (`METRICS_PORT`).',
  tags: ['Operation'],
  security: [{ apiKey: [] }],
  responses: {
    200: {
      description: 'Every metric.',
      headers: REQUEST_ID,
      content: { 'text/plain': { schema: z.string() } },
    },
    ...problems(...KEYED),
  },
})

export function addMetrics(app: App, deps: AppDeps): void {
  register(app, deps, route, readsEvents, async (c) => {
    // They tell of every service.
    if (serviceOf(c) !== null)
      return refuse(c, deps, refusal('scope_missing', 'The key must belong to no service.'))
    return c.text(await deps.metrics.text(), 200, { 'Content-Type': deps.metrics.contentType })
  })
}
