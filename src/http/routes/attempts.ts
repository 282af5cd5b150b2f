// GET /admin/api/attempts: one row for each verification, newest first, for one service or (a key of none) all.
// It must not take a recipient: a number never stands in a URL.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, READ, refuseField } from '../admin-caller.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import type { refuse } from '../refuse.ts'
import { type App, register } from '../register.ts'
import { AttemptsPage, AttemptsQuery, toFilter, toWireAttempt } from '../schemas/attempts.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'

const route = createRoute({
  method: 'get',
  path: '/admin/api/attempts',
  operationId: 'listAttempts',
  summary: 'The attempts',
  description:
    'One row for each verification, newest first, with what became of its newest message. To filter by recipient use the search.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  request: { query: AttemptsQuery },
  responses: {
    200: {
      description: 'A page.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: AttemptsPage } },
    },
    ...problems(...KEYED, 'overloaded'),
  },
})

/** A key of one service may name that one, or none. Undefined: it does. */
export function refuseOtherService(
  c: AppContext,
  deps: AppDeps,
  named: string | undefined,
): ReturnType<typeof refuse> | undefined {
  const { service } = callingAdmin(c, deps)
  if (service === null || named === undefined || named === service) return undefined
  return refuseField(c, deps, 'service', 'is not the service of the key')
}

export function addAttemptsList(app: App, deps: AppDeps): void {
  register(app, deps, route, READ, async (c) => {
    const { cursor, limit, ...given } = c.req.valid('query')
    const refused = refuseOtherService(c, deps, given.service)
    if (refused) return refused
    const { attempts, recipients } = deps.admin
    const filter = toFilter(given, { within: callingAdmin(c, deps).service })
    const page = await attempts.list(filter, cursor ?? null, limit)
    const now = deps.clock.now()
    const rows = page.items.map((row) => toWireAttempt(row, now, recipients))
    return c.json({ attempts: rows, next_cursor: page.nextCursor }, 200)
  })
}
