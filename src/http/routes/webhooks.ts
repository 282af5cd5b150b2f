// /admin/api/webhooks…: destinations and messages of webhooks, for admins: read, replayed, switched on again.
// It must not reach another service's, nor send anything itself: the sender does.

import { callingAdmin, refuseOtherService, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { READ, WRITE } from '../middleware/auth.ts'
import { answerProblem, refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import {
  DestinationParams,
  DestinationsQuery,
  DetailedWebhook,
  ReplayedMessages,
  SwitchedOn,
  toWireDestination,
  toWireDetailedWebhook,
  toWireReplayed,
  toWireWebhook,
  WebhookDestinations,
  WebhookMessage,
  WebhookMessagePage,
  WebhookParams,
  WebhooksQuery,
} from '../schemas/webhooks.ts'

type Deps = Pick<AppDeps, 'admin' | 'refusals' | 'resolveAddress'>

/** The same answer for an id that does not exist and for one of another service. */
const refuseUnknown = (c: AppContext, deps: Deps, what: 'message' | 'destination') =>
  refuse(c, deps, refusal('webhook_not_found', `There is no ${what} with this id.`))

const REMOVED = refusal(
  'webhook_removed',
  'The settings no longer have the URL of this destination: nothing is sent to it.',
)

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/webhooks',
    id: 'listWebhooks',
    summary: 'Messages to webhooks',
    description: 'Newest event first. Those that are given up stay until retention removes them.',
    tag: 'Webhooks',
    needs: READ,
    query: WebhooksQuery,
    answers: { 200: { description: 'A page.', json: WebhookMessagePage } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const { service, destination, status, cursor, limit } = query
    const refused = refuseOtherService(c, deps, service)
    if (refused) return refused
    const filter = { service: serviceOf(c) ?? service ?? null, destination, status }
    const page = await deps.admin.webhooks.list(filter, cursor ?? null, limit)
    return c.json({ messages: page.items.map(toWireWebhook), next_cursor: page.nextCursor }, 200)
  },
)

const destinations = defineRoute(
  {
    method: 'get',
    path: '/admin/api/webhooks/destinations',
    id: 'listWebhookDestinations',
    summary: 'Destinations of webhooks',
    description: 'Each URL with its state, and how many messages wait or were given up.',
    tag: 'Webhooks',
    needs: READ,
    query: DestinationsQuery,
    answers: { 200: { description: 'All of them.', json: WebhookDestinations } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    const found = await deps.admin.webhooks.destinations(serviceOf(c) ?? query.service ?? null)
    return c.json({ destinations: found.map(toWireDestination) }, 200)
  },
)

const get = defineRoute(
  {
    method: 'get',
    path: '/admin/api/webhooks/{id}',
    id: 'getWebhook',
    after: ['startVerification', 'cancelVerification', 'listWebhooks'],
    summary: 'Look up a message to a webhook',
    tag: 'Webhooks',
    needs: READ,
    params: WebhookParams,
    answers: { 200: { description: 'The message.', json: DetailedWebhook } },
    problems: ['webhook_not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const found = await deps.admin.webhooks.find(serviceOf(c), params.id)
    return found ? c.json(toWireDetailedWebhook(found), 200) : refuseUnknown(c, deps, 'message')
  },
)

const replay = defineRoute(
  {
    method: 'post',
    path: '/admin/api/webhooks/{id}/replay',
    id: 'replayWebhook',
    after: ['startVerification', 'cancelVerification', 'listWebhooks'],
    summary: 'Send a message again',
    description:
      'Under the same `webhook-id`, whether it was given up or delivered; one that is being sent stays as it is. The log records who did it, as `webhook.replayed`.',
    tag: 'Webhooks',
    needs: WRITE,
    params: WebhookParams,
    answers: { 200: { description: 'Due now.', json: WebhookMessage } },
    problems: ['webhook_not_found', 'webhook_removed', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const { webhooks } = deps.admin
    const result = await webhooks.replay(callingAdmin(c, deps), params.id)
    if (result === 'removed') return answerProblem(c, REMOVED)
    const found = result && (await webhooks.find(serviceOf(c), params.id))
    return found ? c.json(toWireWebhook(found), 200) : refuseUnknown(c, deps, 'message')
  },
)

const replayDead = defineRoute(
  {
    method: 'post',
    path: '/admin/api/webhooks/destinations/{destination}/replay',
    id: 'replayDeadWebhooks',
    after: ['listWebhookDestinations'],
    summary: 'Send all messages of a destination again that were given up',
    description:
      'The oldest first, at most 1000 a request: ask again while `more` is true. The log records who did it.',
    tag: 'Webhooks',
    needs: WRITE,
    params: DestinationParams,
    answers: { 200: { description: 'Due now.', json: ReplayedMessages } },
    problems: ['webhook_not_found', 'webhook_removed', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const admin = callingAdmin(c, deps)
    const result = await deps.admin.webhooks.replayDead(admin, params.destination)
    if (!result) return refuseUnknown(c, deps, 'destination')
    if (result.kind === 'removed') return answerProblem(c, REMOVED)
    return c.json(toWireReplayed(result), 200)
  },
)

const switchOn = defineRoute(
  {
    method: 'post',
    path: '/admin/api/webhooks/destinations/{destination}/on',
    id: 'switchWebhookOn',
    after: ['listWebhookDestinations'],
    summary: 'Switch a destination on again',
    description: 'What waits goes out. The log records who did it, as `webhook.switched_on`.',
    tag: 'Webhooks',
    needs: WRITE,
    params: DestinationParams,
    answers: { 200: { description: 'It is on.', json: SwitchedOn } },
    problems: ['webhook_not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const admin = callingAdmin(c, deps)
    const wasOff = await deps.admin.webhooks.switchOn(admin, params.destination)
    if (wasOff === undefined) return refuseUnknown(c, deps, 'destination')
    return c.json({ was_off: wasOff }, 200)
  },
)

export const webhookRoutes = [list, destinations, get, replay, replayDead, switchOn]
