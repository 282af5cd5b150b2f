// POST /admin/api/recipients/limits: how full a person's limits are now, in each service that the key sees.
// It must not count anything.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, READ, readPerson } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { Limits, PersonBody, toWireLimits } from '../schemas/people.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/recipients/limits',
  operationId: 'readLimits',
  summary: 'Limits of a person now',
  description: 'In each service that the key sees, and when there is room again. Counts nothing.',
  tags: ['People'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: PersonBody } } },
  },
  responses: {
    200: {
      description: 'By service.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: Limits } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addRecipientsLimits(app: App, deps: AppDeps): void {
  register(app, deps, route, READ, async (c) => {
    const read = readPerson(c, deps, c.req.valid('json'))
    if ('refused' in read) return read.refused
    const found = await deps.admin.operations.limitsOf(callingAdmin(c, deps), read.person)
    return c.json(toWireLimits(found), 200)
  })
}
