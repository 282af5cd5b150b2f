// GET /dev/inbox/stream: each new message as a server-sent event.
// It must not outlive its client, or hold up the end of the server.

import { createRoute, z } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import type { Inbox } from '../../delivery/ports.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'
import { toWireMessage } from '../schemas/inbox.ts'

/** Under the server's limit for sockets on which nothing moves. */
const HEARTBEAT_MS = 20_000

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
    ...problems('internal_error'),
  },
})

export function addInboxStream(app: App, deps: AppDeps, inbox: Inbox): void {
  register(app, deps, route, 'open', (c) => {
    // A HEAD has no body that could end: nothing may be subscribed for it.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
    return streamSSE(c, async (stream) => {
      const ended = Promise.withResolvers<void>()
      const end = () => ended.resolve()
      const unsubscribe = inbox.subscribe((message) => {
        void stream.writeSSE({ id: message.id, data: JSON.stringify(toWireMessage(message)) })
      })
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), HEARTBEAT_MS)
      stream.onAbort(end)
      deps.closing.addEventListener('abort', end)
      if (deps.closing.aborted) end()
      // The first bytes tell the page that it is connected.
      await stream.write(': connected\n\n')
      await ended.promise
      unsubscribe()
      clearInterval(heartbeat)
      deps.closing.removeEventListener('abort', end)
    })
  })
}
