// GET /healthz: the process is alive and its event loop turns.
// It must not touch the database: a locked store is no reason to kill the process.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'

const route = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'Is the process alive?',
  tags: ['Operation'],
  security: [],
  responses: {
    200: {
      description: 'Alive.',
      headers: REQUEST_ID,
      content: {
        'application/json': {
          schema: z.object({ status: z.literal('ok') }).openapi('Health'),
        },
      },
    },
    ...problems('internal_error'),
  },
})

export function addHealthz(app: App, deps: AppDeps): void {
  register(app, deps, route, 'open', (c) => c.json({ status: 'ok' as const }, 200))
}
