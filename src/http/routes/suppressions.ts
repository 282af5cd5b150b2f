// /admin/api/suppressions…: recipients that get no messages, and lifting one.
// It must not take a recipient except in a body: a number never stands in a URL.

import type { SuppressionFilter } from '../../verification/suppression.ts'
import { callingAdmin, readSearch, refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ, WRITE } from '../middleware/auth.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import {
  LiftSuppressionBody,
  SuppressionParams,
  SuppressionsPage,
  SuppressionsQuery,
  SuppressionsSearchBody,
  toSuppressionFilter,
  toWireSuppression,
  WireSuppression,
} from '../schemas/suppressions.ts'

type Deps = Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>

async function toPage(
  { admin, clock }: Deps,
  filter: SuppressionFilter,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const page = await admin.suppressions.list(filter, cursor ?? null, limit)
  const now = clock.now()
  const rows = page.items.map((row) => toWireSuppression(row, now, admin.recipients))
  return { suppressions: rows, next_cursor: page.nextCursor }
}

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/suppressions',
    id: 'listSuppressions',
    summary: 'The suppressed recipients',
    description:
      'Recipients that get no messages on a channel, newest first: they opted out, complained, or their number or mailbox does not exist. A start to one is `recipient_suppressed`. To find one person, use the search.',
    tag: 'People',
    needs: READ,
    query: SuppressionsQuery,
    answers: { 200: { description: 'A page.', json: SuppressionsPage } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const filter = toSuppressionFilter(query, { within: serviceOf(c) })
    return c.json(await toPage(deps, filter, query), 200)
  },
)

const search = defineRoute(
  {
    method: 'post',
    path: '/admin/api/suppressions/search',
    id: 'searchSuppressions',
    summary: 'Search the suppressed recipients',
    description:
      'Of one number or address: every spelling finds the same. Without one it is the list.',
    tag: 'People',
    needs: READ,
    body: SuppressionsSearchBody,
    answers: { 200: { description: 'A page.', json: SuppressionsPage } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps & Pick<AppDeps, 'eventIndexes'>) => {
    const read = readSearch(c, deps, body)
    if ('refused' in read) return read.refused
    const filter = toSuppressionFilter(body, { within: serviceOf(c), ...read })
    return c.json(await toPage(deps, filter, body), 200)
  },
)

const lift = defineRoute(
  {
    method: 'post',
    path: '/admin/api/suppressions/{id}/lift',
    id: 'liftSuppression',
    after: ['listSuppressions'],
    summary: 'Lift a suppression',
    description:
      'The recipient gets messages again, as far as the provider lets them through: a STOP that a provider knows of ends with the person’s START there. The log records who lifted it and why, as `recipient.unsuppressed`.',
    tag: 'People',
    needs: WRITE,
    params: SuppressionParams,
    body: LiftSuppressionBody,
    answers: { 200: { description: 'As it was.', json: WireSuppression } },
    problems: ['not_found', 'overloaded'],
  },
  async (c, { params, body }, deps: Deps) => {
    const { suppressions, recipients } = deps.admin
    const lifted = await suppressions.lift(callingAdmin(c, deps), params.id, body.reason)
    if (!lifted)
      return refuse(c, deps, refusal('not_found', 'There is no suppression with this id.'))
    const now = deps.clock.now()
    return c.json({ ...toWireSuppression(lifted, now, recipients), active: false }, 200)
  },
)

export const suppressionRoutes = [list, search, lift]
