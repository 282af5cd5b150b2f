// POST /admin/api/recipients/limits/lift: empties the limits on messages to one person, in the services of the key.
// It must not lift what bounds guesses, nor what others are counted in, too.

import { createRoute } from '@hono/zod-openapi'
import { NOT_LIFTABLE } from '../../verification/liftable.ts'
import { callingAdmin, readPerson, refuseField, WRITE } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { LiftBody, LiftedLimits } from '../schemas/people.ts'
import { refuseOtherService } from './attempts.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/recipients/limits/lift',
  operationId: 'liftLimits',
  summary: 'Lift the limits on messages to a person',
  description: `They count from zero again, now; the log records who did it. ${NOT_LIFTABLE} Idempotent.`,
  tags: ['People'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: LiftBody } } },
  },
  responses: {
    200: {
      description: 'By service.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: LiftedLimits } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addRecipientsLift(app: App, deps: AppDeps): void {
  // mutant: C35.lift-admin-scope
  register(app, deps, route, WRITE, async (c) => {
    const { service, limit, ...given } = c.req.valid('json')
    const refused = refuseOtherService(c, deps, service)
    if (refused) return refused
    if (given.subject !== undefined)
      return refuseField(c, deps, 'subject', `has no limit that can be lifted. ${NOT_LIFTABLE}`)
    const read = readPerson(c, deps, given)
    if ('refused' in read) return read.refused
    const asked = { service: service ?? null, name: limit ?? null }
    const admin = callingAdmin(c, deps)
    return c.json({ services: await deps.admin.operations.lift(admin, read.person, asked) }, 200)
  })
}
