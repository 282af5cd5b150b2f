// GET /admin/api/shield: what the rules against toll fraud stopped lately, or would have; /what-if: in the stored log.
// It must not read another service's.

import { refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { toCostRange } from '../schemas/costs.ts'
import {
  Shield,
  ShieldQuery,
  toWireShield,
  toWireWhatIf,
  WhatIf,
  WhatIfQuery,
} from '../schemas/shield.ts'

const whatIf = defineRoute(
  {
    method: 'get',
    path: '/admin/api/shield/what-if',
    id: 'readShieldWhatIf',
    summary: 'Starts that the shield would have stopped',
    description:
      'Replays the rules against toll fraud over the stored log, at most 31 days: the starts that each would have stopped, how many of those were approved, and what their messages cost. Nothing is changed. A node runs one replay at a time, and answers 503 `overloaded` meanwhile.',
    tag: 'Operation',
    needs: READ,
    query: WhatIfQuery,
    answers: {
      200: { description: 'The starts that each rule would have stopped.', json: WhatIf },
    },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const service = serviceOf(c) ?? query.service ?? null
    const range = toCostRange(query, deps.clock.now())
    const { rule } = query
    const found = await deps.admin.whatIf({ service, ...range, ...(rule && { rules: [rule] }) })
    return c.json(toWireWhatIf(found), 200)
  },
)

const read = defineRoute(
  {
    method: 'get',
    path: '/admin/api/shield',
    id: 'readShield',
    summary: 'Starts that the shield stopped',
    description:
      'Each rule against toll fraud: its current mode, and the starts that it stopped in the last 30 days, or would have where it only records. The same numbers as on the console’s page *Shield*.',
    tag: 'Operation',
    needs: READ,
    query: ShieldQuery,
    answers: { 200: { description: 'The rules.', json: Shield } },
    problems: [],
  },
  async (c, { query }, deps: Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    return c.json(toWireShield(await deps.admin.shield(serviceOf(c) ?? query.service ?? null)), 200)
  },
)

export const shieldRoutes = [read, whatIf]
