// /admin/api/refusals…: refused requests, one line for each person and reason.
// It must not take a recipient except in a body: a number never stands in a URL.

import { readSearch, refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import {
  RefusalsPage,
  RefusalsQuery,
  RefusalsSearchBody,
  toRefusalFilter,
  toWireRefusals,
} from '../schemas/refusals.ts'

type Deps = Pick<AppDeps, 'admin' | 'refusals' | 'resolveAddress'>

async function toPage(
  { admin }: Deps,
  filter: ReturnType<typeof toRefusalFilter>,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  return toWireRefusals(await admin.refusals(filter, cursor ?? null, limit), admin.recipients)
}

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/refusals',
    id: 'listRefusals',
    summary: 'The refused requests',
    description:
      'One line for each person and reason: how many, when, what it means, and what to do. The most recent refusal comes first. To find one person, use the search.',
    tag: 'Event log',
    needs: READ,
    query: RefusalsQuery,
    answers: { 200: { description: 'A page.', json: RefusalsPage } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    return c.json(await toPage(deps, toRefusalFilter(query, { within: serviceOf(c) }), query), 200)
  },
)

const search = defineRoute(
  {
    method: 'post',
    path: '/admin/api/refusals/search',
    id: 'searchRefusals',
    summary: 'Search the refused requests',
    description:
      'Of one number, address or subject: every spelling finds the same. Without a person it is the list.',
    tag: 'Event log',
    needs: READ,
    body: RefusalsSearchBody,
    answers: { 200: { description: 'A page.', json: RefusalsPage } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps & Pick<AppDeps, 'eventIndexes'>) => {
    const read = readSearch(c, deps, body)
    if ('refused' in read) return read.refused
    const filter = toRefusalFilter(body, { within: serviceOf(c), ...read })
    return c.json(await toPage(deps, filter, body), 200)
  },
)

export const refusalRoutes = [list, search]
