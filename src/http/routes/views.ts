// /v/{token}…: one verification for the person at the screen, by the view token of its start and without an API key.
// It must not answer a second browser, nor let what became of a message show in a refusal.

import type { Door } from '../../front/desk.ts'
import type { ErrorSlug } from '../../kernel/errors.ts'
import type { EndUser, Refusal } from '../../verification/api.ts'
import { defineRoute } from '../define-route.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { addressOf } from '../end-user.ts'
import { answerProblem, refusal } from '../problem.ts'
import { countedAs } from '../refuse.ts'
import { ENDED, RESEND_REFUSALS } from '../schemas/documented.ts'
import { readUserAgent } from '../schemas/requests.ts'
import {
  BrowserHeaders,
  JsonTokenParams,
  TokenParams,
  toWireView,
  View,
  ViewActionBody,
  ViewCheckBody,
} from '../schemas/views.ts'
import { createViewPlaces } from '../stream-places.ts'
import { createViewEntry, doorOf, unknownView } from '../view-entry.ts'
import { streamView } from '../view-stream.ts'

const USUAL = [
  'invalid_request',
  'view_taken',
  'origin_not_allowed',
  'view_not_found',
  'rate_limited',
  'store_unavailable',
] as const
const OF_ACTIONS = [
  ...USUAL,
  'view_without_actions',
  ...ENDED,
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
  'overloaded',
] as const

type Deps = Pick<
  AppDeps,
  'approvals' | 'clock' | 'closing' | 'desk' | 'follower' | 'resolveAddress'
>

/** Of the domain's: the browser gets no more of the verification than its view has. */
const forBrowser = ({ verification: _, ...refused }: Refusal): Refusal => refused

const endUserOf = (c: AppContext, deps: Pick<AppDeps, 'resolveAddress'>): EndUser => ({
  clientIp: addressOf(c, deps),
  userAgent: readUserAgent(c.req.header('User-Agent')),
})

const common = {
  tag: 'Front door',
  needs: 'nothing',
  headers: BrowserHeaders,
} as const
const ANSWER = { description: 'As it is now.', json: View } as const

/** To the bound browser alone: with the one-use code, once the code was right. */
const wireViewOf = ({ approvals, clock, desk }: Deps, door: Door) =>
  toWireView(desk.show(door).view, approvals.approvalCodeFor(door.record, clock.now()))

type Act = (door: Door, endUser: EndUser) => Promise<{ kind: string } | Refusal>

/** @returns the view after it */
async function act(c: AppContext, deps: Deps, run: Act) {
  const entered = doorOf(c)
  if (!entered.actions) {
    const detail = 'Its start did not say "actions": true.'
    return answerProblem(c, refusal('view_without_actions', detail)) // mutant: C86.actions-asked-for
  }
  const result = await run(entered, endUserOf(c, deps))
  if (result.kind === 'refused') return answerProblem(c, forBrowser(result as Refusal))
  const door = await deps.desk.again(entered)
  if (!door) return answerProblem(c, unknownView())
  return c.json(wireViewOf(deps, door), 200)
}

type Enter = ReturnType<typeof createViewEntry>

const get = (enter: Enter) =>
  defineRoute(
    {
      ...common,
      method: 'get',
      path: '/v/{token}.json',
      id: 'getView',
      after: ['startVerification#browser'],
      summary: 'A verification, as its person may know it',
      description:
        'For the browser that opens it first. What became of its message is in it only where the start said `authenticated`.',
      params: JsonTokenParams,
      answers: { 200: ANSWER },
      problems: USUAL,
    },
    async (c, _input, deps: Deps) => c.json(wireViewOf(deps, doorOf(c)), 200),
    enter,
  )

function stream(enter: Enter) {
  const take = createViewPlaces()
  return defineRoute(
    {
      ...common,
      method: 'get',
      path: '/v/{token}/events',
      id: 'streamView',
      after: ['startVerification#browser'],
      summary: 'The same as it changes',
      description:
        'Server-sent events named `view`; the data of each is a View. It ends with the verification. At most 4 are open for one verification.',
      params: TokenParams,
      answers: {
        200: {
          description: 'Until the verification has ended.',
          text: 'text/event-stream',
          shows: 'event: view\ndata: {"status":"pending"}\n\n',
        },
      },
      problems: [...USUAL, 'overloaded'],
    },
    async (c, _input, deps: Deps) => {
      const door = doorOf(c)
      const leave = take(door.verificationId, countedAs(addressOf(c, deps)))
      if (leave) return streamView(c, deps, door, leave)
      const detail = 'Too many streams are open. Ask for the view from time to time instead.'
      return answerProblem(c, refusal('overloaded', detail, { retryAfterSeconds: 10 }))
    },
    enter,
  )
}

const check = (enter: Enter) =>
  defineRoute(
    {
      ...common,
      method: 'post',
      path: '/v/{token}/check',
      id: 'checkView',
      after: ['startVerification#browser', 'getInbox'],
      summary: 'Check a code from the browser',
      description:
        'Only with `actions`. 200 means approved, and nothing else does; limits and attempts are those of every check.',
      params: TokenParams,
      body: ViewCheckBody,
      answers: { 200: ANSWER },
      problems: [...OF_ACTIONS, 'code_incorrect'],
    },
    async (c, { body }, deps: Deps) =>
      act(c, deps, (door, endUser) => deps.desk.check(door, body.code, endUser)),
    enter,
  )

const resend = (enter: Enter) =>
  defineRoute(
    {
      ...common,
      method: 'post',
      path: '/v/{token}/resend',
      id: 'resendView',
      after: ['startVerification#browser'],
      summary: 'Send the code again from the browser',
      description: 'Only with `actions`, and not before `resend_at`.',
      params: TokenParams,
      optionalBody: ViewActionBody,
      answers: { 200: ANSWER },
      problems: [...new Set<ErrorSlug>([...OF_ACTIONS, ...RESEND_REFUSALS])],
    },
    async (c, _input, deps: Deps) => act(c, deps, deps.desk.resend),
    enter,
  )

const next = (enter: Enter) =>
  defineRoute(
    {
      ...common,
      method: 'post',
      path: '/v/{token}/next',
      id: 'nextView',
      after: ['startVerification#chain'],
      summary: 'Send the next step of a chain from the browser',
      description: 'Only with `actions`, and where the start said `authenticated`.',
      params: TokenParams,
      optionalBody: ViewActionBody,
      answers: { 200: ANSWER },
      problems: [...OF_ACTIONS, 'no_next_step'],
    },
    async (c, _input, deps: Deps) => act(c, deps, deps.desk.next),
    enter,
  )

/** They share one count of requests. */
export function viewRoutes() {
  const enter = createViewEntry()
  return [get(enter), stream(enter), check(enter), resend(enter), next(enter)]
}
