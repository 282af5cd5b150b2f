// POST /admin/api/attempts/search: the attempts, by recipient, too.
// It must not change anything; it is a POST because a number never stands in a URL.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, READ, refuseField } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { AttemptsPage, AttemptsSearchBody, toFilter, toWireAttempt } from '../schemas/attempts.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { refuseOtherService } from './attempts.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/attempts/search',
  operationId: 'searchAttempts',
  summary: 'Search the attempts',
  description:
    'Newest first; every spelling of a recipient finds the same, a national number by the countries of the services. With `subject`: verifications by factors.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: AttemptsSearchBody } } },
  },
  responses: {
    200: {
      description: 'A page.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: AttemptsPage } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addAttemptsSearch(app: App, deps: AppDeps): void {
  register(app, deps, route, READ, async (c) => {
    const { to, subject, country, cursor, limit, ...given } = c.req.valid('json')
    const refused = refuseOtherService(c, deps, given.service)
    if (refused) return refused
    const { attempts, recipients } = deps.admin
    const within = callingAdmin(c, deps).service
    const isOfPerson = to !== undefined || subject !== undefined
    const person = { to: to ?? null, subject: subject ?? null }
    const read = { ...person, country: country?.toUpperCase() ?? null }
    const budgetIndexes = isOfPerson ? deps.eventIndexes({ ...read, service: within }) : undefined
    if (budgetIndexes === null)
      return refuseField(c, deps, 'to', 'must be a phone number or an address')
    // With a recipient the country only reads it: one in E.164 may be of another.
    const filter = toFilter(isOfPerson ? given : { ...given, country }, { within, budgetIndexes })
    const page = await attempts.list(filter, cursor ?? null, limit)
    const now = deps.clock.now()
    const rows = page.items.map((row) => toWireAttempt(row, now, recipients))
    return c.json({ attempts: rows, next_cursor: page.nextCursor }, 200)
  })
}
