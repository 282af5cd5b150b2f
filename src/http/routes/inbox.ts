// /dev/inbox…: the messages of development, as page, list or stream: the only place where an answer contains a code.
// It must not exist in production: compose gives no inbox there.

import { z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { createMiddleware } from 'hono/factory'
import type { Inbox, InboxMessage } from '../../delivery/ports.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps, AppEnv } from '../deps.ts'
import { type EventSink, streamEvents } from '../event-stream.ts'
import { allowPage } from '../middleware/security-headers.ts'
import { inboxPage, type ShownMessage } from '../pages/inbox-page.ts'
import { answerProblem, refusal } from '../problem.ts'
import { timeField } from '../schemas/answers.ts'
import { createOpenPlaces, MAX_INBOX_STREAMS } from '../stream-places.ts'

const InboxEntry = z
  .object({
    id: z.string(),
    verification_id: z.string(),
    to: z.string(),
    channel: z.enum(CHANNELS),
    code: z.string(),
    subject: z.string().nullable(),
    text: z.string(),
    link: z.string().nullable().openapi({
      description: 'The link of a mail, where it has one in addition to the code.',
      example: 'http://localhost:8080/l/lnk_aFZ0yKBbC1dEf2GhI3jKlM4nOpQ5rStU6vWxYz7AbC8dEfG9',
    }),
    at: timeField,
  })
  .openapi('InboxMessage')

function toWireMessage({ html: _html, ...message }: InboxMessage): ShownMessage {
  return message
}

const LOCAL_NAME = /^([\w-]+\.)*localhost$/i
/** A name can't consist of these only: digits and dots, or an IPv6 address in brackets. */
const ADDRESS = /^(\d+(\.\d+){3}|\[[\da-f:.]+\])$/i

/** @param host the Host header, with or without a port */
export function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return LOCAL_NAME.test(name) || ADDRESS.test(name)
}

/** Against DNS rebinding, which needs a name: only an address or localhost may ask. */
export function localHostOnly() {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (isLocalHost(c.req.header('host') ?? '')) return next()
    return answerProblem(
      c,
      refusal('not_found', 'The inbox answers to an IP address or localhost only, not to a name.'),
    )
  })
}

const HTML = 'text/html'
const JSON_TYPE = 'application/json'

const list = (inbox: Inbox) =>
  defineRoute(
    {
      method: 'get',
      path: '/dev/inbox',
      id: 'getInbox',
      summary: 'The development inbox',
      description:
        'Development only. A page; with `Accept: application/json` the list, newest first.',
      tag: 'Operation',
      needs: 'nothing',
      answers: {
        200: {
          description: 'The messages.',
          json: z.array(InboxEntry),
          text: 'text/html',
          shows: '<!doctype html>',
        },
      },
    },
    (c) => {
      const messages = inbox.list().map(toWireMessage)
      c.header('Vary', 'Accept')
      const type = accepts(c, { header: 'Accept', supports: [HTML, JSON_TYPE], default: HTML })
      if (type === JSON_TYPE) return c.json(messages, 200)
      return c.html(inboxPage(messages, allowPage(c)), 200)
    },
  )

function stream(inbox: Inbox) {
  const take = createOpenPlaces(MAX_INBOX_STREAMS) // mutant: C64.inbox-listener-cap
  return defineRoute(
    {
      method: 'get',
      path: '/dev/inbox/stream',
      id: 'streamInbox',
      summary: 'New messages of the development inbox',
      description: 'Development only. Server-sent events; the data of each is one message.',
      tag: 'Operation',
      needs: 'nothing',
      answers: {
        200: {
          description: 'A stream that does not end.',
          text: 'text/event-stream',
          shows: 'data: {"to":"+14155552671","code":"482913"}\n\n',
        },
      },
      problems: ['overloaded'],
    },
    (c, _input, { closing }: Pick<AppDeps, 'closing'>) => {
      const leave = take()
      if (!leave) return answerProblem(c, refusal('overloaded', 'Too many inboxes are open.'))
      const begin = (sink: EventSink) => ({
        stop: inbox.subscribe((message) =>
          sink.send({ id: message.id, data: JSON.stringify(toWireMessage(message)) }),
        ),
      })
      return streamEvents(c, closing, begin, leave)
    },
  )
}

export const inboxRoutes = (inbox: Inbox) => [list(inbox), stream(inbox)]
