// /admin/api/events…: the event log, newest first or as it grows, for one service or (a key of none) all.
// It must not take a recipient except in a body: a number never stands in a URL. No stream outlives its key.

import { searchEvents } from '../../admin/event-search.ts'
import { readIndexes, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { streamLog } from '../event-stream.ts'
import { READ } from '../middleware/auth.ts'
import { answerProblem, refusal } from '../problem.ts'
import {
  EventsPage,
  EventsQuery,
  EventsSearchBody,
  toEventQuery,
  toWireEvent,
} from '../schemas/events.ts'

type Deps = Pick<AppDeps, 'events'>

async function toPage({ events }: Deps, query: ReturnType<typeof toEventQuery>) {
  const page = await searchEvents(events, query)
  return { events: page.items.map(toWireEvent), next_cursor: page.nextCursor }
}

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/events',
    id: 'listEvents',
    summary: 'The event log',
    description: 'Newest first. To filter by recipient use the search.',
    tag: 'Event log',
    needs: READ,
    query: EventsQuery,
    answers: { 200: { description: 'A page.', json: EventsPage } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) =>
    c.json(await toPage(deps, toEventQuery(query, serviceOf(c), undefined)), 200),
)

const search = defineRoute(
  {
    method: 'post',
    path: '/admin/api/events/search',
    id: 'searchEvents',
    summary: 'Search the event log',
    description:
      'Newest first; every spelling of a recipient finds the same events. Factors are found by their subject.',
    tag: 'Event log',
    needs: READ,
    body: EventsSearchBody,
    answers: { 200: { description: 'A page.', json: EventsPage } },
    problems: ['overloaded'],
  },
  async (
    c,
    { body },
    deps: Deps & Pick<AppDeps, 'eventIndexes' | 'refusals' | 'resolveAddress'>,
  ) => {
    const { recipient: to, country, subject, ...filters } = body
    const read = readIndexes(c, deps, { to, subject, country }, 'recipient')
    if ('refused' in read) return read.refused
    return c.json(await toPage(deps, toEventQuery(filters, serviceOf(c), read.budgetIndexes)), 200)
  },
)

const stream = defineRoute(
  {
    method: 'get',
    path: '/admin/api/verifications/stream',
    id: 'streamEvents',
    summary: 'The event log as it grows',
    description:
      'Server-sent events: the id of each is its sequence, its data one event, as in the log. ' +
      'It begins with the next event; after an interruption, read the log for what was missed. ' +
      'In rare cases an event arrives twice. A key may have six streams, and the keys of one service sixty together, with those of the console; further ones are 503.',
    tag: 'Event log',
    needs: READ,
    answers: {
      200: {
        description: 'A stream that ends with the key, or when the service stops.',
        text: 'text/event-stream',
        shows: 'id: 4711\ndata: {"sequence":4711,"type":"verification.started"}\n\n',
      },
    },
    problems: ['overloaded'],
  },
  (c, _input, deps: Pick<AppDeps, 'authenticator' | 'closing' | 'follower' | 'streamPlaces'>) => {
    const keyId = c.get('caller')?.keyId ?? ''
    const events = streamLog(c, deps, {
      holder: { id: keyId, keyId, service: serviceOf(c) },
      tell(news, sink) {
        for (const event of news)
          sink.send({ id: String(event.sequence), data: JSON.stringify(toWireEvent(event)) })
      },
      isGood: async () => (await deps.authenticator.standing(keyId)) !== undefined,
    })
    const detail = 'Too many streams are open for this key, its service or this node.'
    return events ?? answerProblem(c, refusal('overloaded', detail))
  },
)

export const eventRoutes = [list, search, stream]
