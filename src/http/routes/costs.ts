// GET /admin/api/costs: what messages cost, by day, service, channel, provider and country.
// It must not sum up another service's.

import { refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { Costs, CostsQuery, toCostRange, toWireCosts } from '../schemas/costs.ts'

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/costs',
    id: 'listCosts',
    summary: 'What messages cost',
    description:
      'By PRICES_FILE, of messages that went out or may have, at most 31 days. Without prices there is nothing to list.',
    tag: 'Operation',
    needs: READ,
    query: CostsQuery,
    answers: { 200: { description: 'Sums.', json: Costs } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const service = serviceOf(c) ?? query.service ?? null
    const range = toCostRange(query, deps.clock.now())
    return c.json(toWireCosts(await deps.admin.costs({ service, ...range })), 200)
  },
)

export const costRoutes = [list]
