// GET /dev/inbox/stream: each new message as a server-sent event.
// It must not exist in production.

import { createRoute, z } from '@hono/zod-openapi'
import type { Inbox } from '../../delivery/ports.ts'
import type { AppDeps } from '../deps.ts'
import { type EventSink, streamEvents } from '../event-stream.ts'
import { answerProblem, refusal } from '../problem.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'
import { toWireMessage } from '../schemas/inbox.ts'
import { createOpenPlaces, MAX_INBOX_STREAMS } from '../stream-places.ts'

const route = createRoute({
  method: 'get',
  path: '/dev/inbox/stream',
  operationId: 'streamInbox',
  summary: 'New messages of the development inbox',
  description: 'Development only. Server-sent events; the data of each is one message.',
  tags: ['Operation'],
  security: [],
  responses: {
    200: {
      description: 'A stream that does not end.',
      headers: REQUEST_ID,
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems('internal_error', 'overloaded'),
  },
})

export function addInboxStream(app: App, deps: AppDeps, inbox: Inbox): void {
  const take = createOpenPlaces(MAX_INBOX_STREAMS) // mutant: C64.inbox-listener-cap
  register(app, deps, route, 'open', (c) => {
    const leave = take()
    if (!leave) return answerProblem(c, refusal('overloaded', 'Too many inboxes are open.'))
    const begin = (sink: EventSink) => ({
      stop: inbox.subscribe((message) =>
        sink.send({ id: message.id, data: JSON.stringify(toWireMessage(message)) }),
      ),
    })
    return streamEvents(c, deps.closing, begin, leave)
  })
}
