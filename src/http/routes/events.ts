// GET /admin/api/events: the attempt log, newest first, for one service or (an admin key of none) all.
// It must not take a recipient: a number never stands in a URL.

import { createRoute } from '@hono/zod-openapi'
import type { AppContext, AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { EventsPage, EventsQuery, toEventQuery, toWireEvent } from '../schemas/events.ts'

export const readsEvents = { scope: 'admin:read', service: 'optional' } as const

/** The service a key is bound to; null: every service. */
export function serviceOf(c: AppContext): string | null {
  return c.get('caller')?.service?.name ?? null
}

const route = createRoute({
  method: 'get',
  path: '/admin/api/events',
  operationId: 'listEvents',
  summary: 'The attempt log',
  description: 'Newest first. To filter by recipient use the search.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: { query: EventsQuery },
  responses: {
    200: {
      description: 'A page.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: EventsPage } },
    },
    ...problems(...KEYED, 'overloaded'),
  },
})

export function addEvents(app: App, deps: AppDeps): void {
  register(app, deps, route, readsEvents, async (c) => {
    const query = toEventQuery(c.req.valid('query'), serviceOf(c), undefined)
    const page = await deps.events.list(query)
    return c.json({ events: page.items.map(toWireEvent), next_cursor: page.nextCursor }, 200)
  })
}
