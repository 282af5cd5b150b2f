// GET /admin/api/health: how this node does, for whoever runs it.
// It must not show a secret; who has one service's key sees no settings of the process.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, READ } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { AdminHealth, toWireHealth } from '../schemas/admin-health.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'

const route = createRoute({
  method: 'get',
  path: '/admin/api/health',
  operationId: 'getNodeHealth',
  summary: 'Health of this node',
  description:
    'Queues, providers as this node has seen them, and the settings in force without secrets.',
  tags: ['Operation'],
  security: [{ apiKey: [] }],
  responses: {
    200: {
      description: 'As it is now.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: AdminHealth } },
    },
    ...problems(...KEYED, 'overloaded'),
  },
})

export function addAdminHealth(app: App, deps: AppDeps): void {
  register(app, deps, route, READ, async (c) => {
    const { service } = callingAdmin(c, deps)
    const report = await deps.admin.health(service)
    return c.json(toWireHealth(report, service === null ? deps.admin.settings : null), 200)
  })
}
