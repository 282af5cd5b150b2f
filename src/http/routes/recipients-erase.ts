// POST /admin/api/recipients/erase: removes all that is known of one person.
// It must not give back what the limits on messages have counted; guesses are summed from the rows, and go with them.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, readPerson, WRITE } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { ErasedPerson, PersonBody } from '../schemas/people.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/recipients/erase',
  operationId: 'erasePerson',
  summary: 'Erase a person',
  description:
    'Removes their verifications (open ones are canceled), factors and events, for good. The log records that it was done and how many, not of whom. Idempotent.',
  tags: ['People'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: PersonBody } } },
  },
  responses: {
    200: {
      description: 'Erased.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: ErasedPerson } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addRecipientsErase(app: App, deps: AppDeps): void {
  register(app, deps, route, WRITE, async (c) => {
    const read = readPerson(c, deps, c.req.valid('json'))
    if ('refused' in read) return read.refused
    return c.json(await deps.admin.operations.erase(callingAdmin(c, deps), read.person), 200)
  })
}
