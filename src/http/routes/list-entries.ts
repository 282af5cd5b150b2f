// /admin/api/list-entries…: the block and allow lists, making an entry, and ending one early.
// It must not take a recipient except in a body: a number never stands in a URL.

import type { AdminFault } from '../../admin/lists.ts'
import type { EntryFilter } from '../../shield/ports.ts'
import {
  callingAdmin,
  readSearch,
  refuseField,
  refuseOtherService,
  serviceOf,
} from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ, WRITE } from '../middleware/auth.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import {
  EndListEntryBody,
  ListEntriesPage,
  ListEntriesQuery,
  ListEntriesSearchBody,
  ListEntryParams,
  NewListEntryBody,
  toEntryFilter,
  toEntryGiven,
  toWireListEntry,
  WireListEntry,
} from '../schemas/list-entries.ts'

type Deps = Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>

const FIELDS: Readonly<Record<AdminFault['field'], string>> = {
  ...{ service: 'service', effect: 'effect', value: 'value', reason: 'reason' },
  endsAt: 'ends_at',
}

async function toPage(
  { admin, clock }: Deps,
  filter: EntryFilter,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const page = await admin.lists.list(filter, cursor ?? null, limit)
  const now = clock.now()
  const entries = page.items.map((entry) => toWireListEntry(entry, now, admin.recipients))
  return { entries, next_cursor: page.nextCursor }
}

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/list-entries',
    id: 'listEntries',
    summary: 'The block and allow lists',
    description:
      'Entries that stop or let through starts, newest first, made by people and by the shield’s rules. A key of one service sees those of its service, not those of every service. To find one person, use the search.',
    tag: 'Lists',
    needs: READ,
    query: ListEntriesQuery,
    answers: { 200: { description: 'A page.', json: ListEntriesPage } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const about = { within: serviceOf(c), now: deps.clock.now(), inForce: query.active === 'true' }
    return c.json(await toPage(deps, toEntryFilter(query, about), query), 200)
  },
)

const search = defineRoute(
  {
    method: 'post',
    path: '/admin/api/list-entries/search',
    id: 'searchListEntries',
    summary: 'Search the block and allow lists',
    description:
      'Entries about one number or address: every spelling finds the same. Without one it is the list.',
    tag: 'Lists',
    needs: READ,
    body: ListEntriesSearchBody,
    answers: { 200: { description: 'A page.', json: ListEntriesPage } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps & Pick<AppDeps, 'eventIndexes'>) => {
    const read = readSearch(c, deps, body)
    if ('refused' in read) return read.refused
    const now = deps.clock.now()
    const about = { within: serviceOf(c), now, inForce: body.active === true, ...read }
    return c.json(await toPage(deps, toEntryFilter(body, about), body), 200)
  },
)

const create = defineRoute(
  {
    method: 'post',
    path: '/admin/api/list-entries/create',
    id: 'createListEntry',
    summary: 'Make an entry',
    description:
      'It takes effect with the next start, on other nodes within 5 s. Messages on their way are not called back. The log records who made it and why, as `list.entry_made`.',
    tag: 'Lists',
    needs: WRITE,
    body: NewListEntryBody,
    answers: { 201: { description: 'Made.', json: WireListEntry } },
    problems: ['list_entry_exists', 'too_many_list_entries', 'overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const { lists, recipients } = deps.admin
    const made = await lists.make(callingAdmin(c, deps), toEntryGiven(body, serviceOf(c)))
    switch (made.kind) {
      case 'fault':
        return refuseField(c, deps, FIELDS[made.fault.field], made.fault.detail)
      case 'exists': {
        const detail = `The entry ${made.id} has the same effect and value, and is in force: end it first.`
        return refuse(c, deps, refusal('list_entry_exists', detail))
      }
      case 'full': {
        const detail = `At most ${made.most} entries may be in force: end some, or give them an end.`
        return refuse(c, deps, refusal('too_many_list_entries', detail))
      }
      case 'share_full': {
        const detail = `This service has ${made.most} entries in force, as many as its own keys may make: end some, or give them an end.`
        return refuse(c, deps, refusal('too_many_list_entries', detail))
      }
      case 'made':
        return c.json(toWireListEntry(made.entry, deps.clock.now(), recipients), 201)
    }
  },
)

const end = defineRoute(
  {
    method: 'post',
    path: '/admin/api/list-entries/{id}/end',
    id: 'endListEntry',
    after: ['listEntries'],
    summary: 'End an entry early',
    description:
      'From the next start on it has no effect, on other nodes within 5 s. The log records who ended it and why, as `list.entry_ended`.',
    tag: 'Lists',
    needs: WRITE,
    params: ListEntryParams,
    body: EndListEntryBody,
    answers: { 200: { description: 'Over.', json: WireListEntry } },
    problems: ['not_found', 'overloaded'],
  },
  async (c, { params, body }, deps: Deps) => {
    const { lists, recipients } = deps.admin
    const ended = await lists.end(callingAdmin(c, deps), params.id, body.reason)
    if (!ended) return refuse(c, deps, refusal('not_found', 'No entry with this id is in force.'))
    return c.json(toWireListEntry(ended, deps.clock.now(), recipients), 200)
  },
)

export const listEntryRoutes = [list, search, create, end]
