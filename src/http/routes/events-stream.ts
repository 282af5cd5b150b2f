// GET /admin/api/attempts/stream: the attempt log as it grows, for programs.
// It must not outlive its key, or tell another service's events.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { streamLog } from '../log-stream.ts'
import { answerProblem, refusal } from '../problem.ts'
import { type App, register } from '../register.ts'
import { KEYED, problems, REQUEST_ID } from '../schemas/documented.ts'
import { toWireEvent } from '../schemas/events.ts'
import { readsEvents, serviceOf } from './events.ts'

const route = createRoute({
  method: 'get',
  path: '/admin/api/attempts/stream',
  operationId: 'streamEvents',
  summary: 'The attempt log as it grows',
  description:
    'Server-sent events: the id of each is the sequence, its data one event, as in the log. ' +
    'It begins with what comes next; after a break, read the log for what was missed. ' +
    'On rare occasions an event comes twice. A key may have six streams, the keys of one service together sixty, the console’s among them; further ones are 503.',
  tags: ['Attempt log'],
  security: [{ apiKey: [] }],
  responses: {
    200: {
      description: 'A stream that ends with the key, or when the service stops.',
      headers: REQUEST_ID,
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems(...KEYED, 'overloaded'),
  },
})

export function addEventsStream(app: App, deps: AppDeps): void {
  register(app, deps, route, readsEvents, (c) => {
    const keyId = c.get('caller')?.keyId ?? ''
    const stream = streamLog(c, deps, {
      holder: { id: keyId, keyId, service: serviceOf(c) },
      tell(events, sink) {
        for (const event of events)
          sink.send({ id: String(event.sequence), data: JSON.stringify(toWireEvent(event)) })
      },
      isGood: async () => (await deps.authenticator.standing(keyId)) !== undefined,
    })
    return (
      stream ??
      answerProblem(
        c,
        refusal(
          'overloaded',
          'Too many streams are open: of this key, of its service, or of this node.',
        ),
      )
    )
  })
}
