// GET /admin/api/attempts/{id}: one attempt with every event and every request to a provider.
// It must not change anything (C40).

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, READ, refuseUnknown } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { DetailedAttempt, toWireDiagnosed } from '../schemas/attempts.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { IdParams } from '../schemas/requests.ts'

const route = createRoute({
  method: 'get',
  path: '/admin/api/attempts/{id}',
  operationId: 'getAttempt',
  summary: 'Look at an attempt',
  description: 'Its timeline, what each provider answered, and what it means. Changes nothing.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: { params: IdParams },
  responses: {
    200: {
      description: 'The attempt.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: DetailedAttempt } },
    },
    ...problems(...KEYED, 'verification_not_found', 'overloaded'),
  },
})

export function addAttemptsGet(app: App, deps: AppDeps): void {
  register(app, deps, route, READ, async (c) => {
    const { operations, recipients } = deps.admin
    const found = await operations.detail(callingAdmin(c, deps), c.req.valid('param').id)
    if (!found) return refuseUnknown(c, deps)
    const about = {
      channels: deps.services.get(found.attempt.service)?.channels ?? [],
      mayAct: c.get('caller')?.scopes.has('admin') ?? false, // mutant: C74.api-same-diagnosis
      now: deps.clock.now(),
    }
    return c.json(toWireDiagnosed(found, about, recipients), 200)
  })
}
