// GET /dev/inbox: the messages of development, as a page or (Accept: application/json) as a list.
// It must not exist in production.

import { createRoute, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import type { Inbox } from '../../delivery/ports.ts'
import type { AppDeps } from '../deps.ts'
import { allowPage } from '../middleware/security-headers.ts'
import { inboxPage } from '../pages/inbox-page.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'
import { InboxEntry, toWireMessage } from '../schemas/inbox.ts'

const HTML = 'text/html'
const JSON_TYPE = 'application/json'

const route = createRoute({
  method: 'get',
  path: '/dev/inbox',
  operationId: 'getInbox',
  summary: 'The development inbox',
  description: 'Development only. A page; with `Accept: application/json` the list, newest first.',
  tags: ['Operation'],
  security: [],
  responses: {
    200: {
      description: 'The messages.',
      headers: REQUEST_ID,
      content: { [JSON_TYPE]: { schema: z.array(InboxEntry) }, [HTML]: { schema: z.string() } },
    },
    ...problems('internal_error'),
  },
})

export function addInbox(app: App, deps: AppDeps, inbox: Inbox): void {
  register(app, deps, route, 'open', (c) => {
    const messages = inbox.list().map(toWireMessage)
    c.header('Vary', 'Accept')
    const type = accepts(c, { header: 'Accept', supports: [HTML, JSON_TYPE], default: HTML })
    if (type === JSON_TYPE) return c.json(messages, 200)
    return c.html(inboxPage(messages, allowPage(c)), 200)
  })
}
