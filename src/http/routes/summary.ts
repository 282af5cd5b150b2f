// GET /admin/api/summary: whether it is going well, in the figures of a span and of the one before it.
// It must not sum up another service's.

import { refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { narrowingOf, Summary, SummaryQuery, toWireSummary } from '../schemas/summary.ts'

const read = defineRoute(
  {
    method: 'get',
    path: '/admin/api/summary',
    id: 'readSummary',
    summary: 'How it is going',
    description:
      'Starts, messages, approvals, times, costs and refusals of a span, compared with the same span before it, and what left its usual band. Decoys and test recipients are not counted. The same numbers as the console’s first page.',
    tag: 'Operation',
    needs: READ,
    query: SummaryQuery,
    answers: { 200: { description: 'The figures.', json: Summary } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const service = serviceOf(c) ?? query.service ?? null
    const { span, by } = query
    const report = await deps.admin.summaries.of({ service, span, by, only: narrowingOf(query) })
    return c.json(toWireSummary(report), 200)
  },
)

export const summaryRoutes = [read]
