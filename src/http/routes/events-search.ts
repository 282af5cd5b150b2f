// POST /admin/api/events/search: the attempt log, by recipient, too.
// It must not change anything; it is a POST because a number never stands in a URL.

import { createRoute } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { EventsPage, EventsSearchBody, toEventQuery, toWireEvent } from '../schemas/events.ts'
import { readsEvents, serviceOf } from './events.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/events/search',
  operationId: 'searchEvents',
  summary: 'Search the attempt log',
  description:
    'Newest first; every spelling of a recipient finds the same events. Factors are found by their subject.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: EventsSearchBody } } },
  },
  responses: {
    200: {
      description: 'A page.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: EventsPage } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addEventsSearch(app: App, deps: AppDeps): void {
  register(app, deps, route, readsEvents, async (c) => {
    const { recipient, country, subject, ...filters } = c.req.valid('json')
    const service = serviceOf(c)
    let indexes: readonly Uint8Array[] | undefined
    if (recipient !== undefined || subject !== undefined) {
      const found = deps.eventIndexes({
        service,
        to: recipient ?? null,
        country: country?.toUpperCase() ?? null,
        subject: subject ?? null,
      })
      if (found === null) {
        const errors = [{ field: 'recipient', detail: 'must be a phone number or an address' }]
        return refuse(
          c,
          deps,
          refusal('invalid_request', 'The recipient cannot be read.', { errors }),
        )
      }
      indexes = found
    }
    const page = await deps.events.list(toEventQuery(filters, service, indexes))
    return c.json({ events: page.items.map(toWireEvent), next_cursor: page.nextCursor }, 200)
  })
}
