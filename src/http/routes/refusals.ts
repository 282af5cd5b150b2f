// GET /admin/api/refusals and POST …/search: refused requests, one line for each person and reason.
// It must not take a recipient but in a body: a number never stands in a URL.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, READ, refuseField } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import {
  RefusalsPage,
  RefusalsQuery,
  RefusalsSearchBody,
  toRefusalFilter,
  toWireRefusals,
} from '../schemas/refusals.ts'
import { refuseOtherService } from './attempts.ts'

const page = {
  description: 'A page.',
  headers: REQUEST_ID,
  content: { 'application/json': { schema: RefusalsPage } },
}

const listRoute = createRoute({
  method: 'get',
  path: '/admin/api/refusals',
  operationId: 'listRefusals',
  summary: 'The refused requests',
  description:
    'Those of one person for one reason are one line: how many, when, what it means, and what to do. Refused last comes first. To look for one person use the search.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: { query: RefusalsQuery },
  responses: { 200: page, ...problems(...KEYED, 'overloaded') },
})

const searchRoute = createRoute({
  method: 'post',
  path: '/admin/api/refusals/search',
  operationId: 'searchRefusals',
  summary: 'Search the refused requests',
  description:
    'Of one number, address or subject: every spelling finds the same. With nobody named, as the list.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: RefusalsSearchBody } } },
  },
  responses: { 200: page, ...problems(...WITH_BODY, 'overloaded') },
})

export function addRefusals(app: App, deps: AppDeps): void {
  register(app, deps, listRoute, READ, async (c) => {
    const { cursor, limit, ...given } = c.req.valid('query')
    const refused = refuseOtherService(c, deps, given.service)
    if (refused) return refused
    const { refusals, recipients } = deps.admin
    const filter = toRefusalFilter(given, { within: callingAdmin(c, deps).service })
    return c.json(toWireRefusals(await refusals(filter, cursor ?? null, limit), recipients), 200)
  })
  register(app, deps, searchRoute, READ, async (c) => {
    const { to, subject, country, cursor, limit, ...given } = c.req.valid('json')
    const refused = refuseOtherService(c, deps, given.service)
    if (refused) return refused
    const within = callingAdmin(c, deps).service
    const isOfPerson = to !== undefined || subject !== undefined
    const person = { to: to ?? null, subject: subject ?? null }
    const read = { ...person, country: country?.toUpperCase() ?? null }
    const budgetIndexes = isOfPerson ? deps.eventIndexes({ ...read, service: within }) : undefined
    if (budgetIndexes === null)
      return refuseField(c, deps, 'to', 'must be a phone number or an address')
    const { refusals, recipients } = deps.admin
    const filter = toRefusalFilter(given, { within, budgetIndexes })
    return c.json(toWireRefusals(await refusals(filter, cursor ?? null, limit), recipients), 200)
  })
}
