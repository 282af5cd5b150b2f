// GET /admin/api/abuse: who is refused by what, and where codes are sent that nobody uses.
// It must not read another service's.

import { refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { AbuseQuery, toWireAbuse, WireAbuse } from '../schemas/abuse.ts'

const read = defineRoute(
  {
    method: 'get',
    path: '/admin/api/abuse',
    id: 'readAbuse',
    summary: 'Signs of abuse',
    description:
      'The ten networks, prefixes and countries that spent the most on unused codes, blocks whose numbers lie close together, and refusals by limit. The report reads the newest 20,000 verifications at most, once a minute. Make an entry of the lists from a row by `POST /admin/api/list-entries/create`.',
    tag: 'Lists',
    needs: READ,
    query: AbuseQuery,
    answers: { 200: { description: 'The report.', json: WireAbuse } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const service = serviceOf(c) ?? query.service ?? null
    return c.json(toWireAbuse(await deps.admin.abuse(service, query.span)), 200)
  },
)

export const abuseRoutes = [read]
