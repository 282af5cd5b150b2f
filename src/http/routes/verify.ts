// /verify/…: the calls of a login flow: start, check, list, look up, resend, cancel.
// It must not answer a check with 2xx for anything but `approved`: callers write `if (response.ok) login()`.

import { answerSuccess, setHeader } from '../answer-headers.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { commonOf } from '../end-user.ts'
import { START_EXAMPLES } from '../field-words.ts'
import { callerOf, lackingFor, VERIFY, VERIFY_OR_RELAY } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { refuse, refuseFields } from '../refuse.ts'
import {
  ApprovedVerification,
  DetailedVerification,
  StartedVerification,
  toWireApproved,
  toWireDetailed,
  toWireStarted,
  toWireVerification,
  Verification,
  VerificationPage,
} from '../schemas/answers.ts'
import { WITHOUT_ISSUER } from '../schemas/approvals.ts'
import {
  ENDED,
  LOCATION,
  RATE_LIMIT,
  RESEND_REFUSALS,
  START_REFUSALS,
} from '../schemas/documented.ts'
import {
  CancelBody,
  CheckBody,
  IdParams,
  ListBody,
  NextBody,
  ResendBody,
  StartBody,
  toCheckCommand,
  toListCommand,
  toStartCommand,
} from '../schemas/requests.ts'

type Deps = Pick<
  AppDeps,
  'approvals' | 'desk' | 'parseAddress' | 'refusals' | 'resolveAddress' | 'service'
>

const STARTED = { json: StartedVerification, headers: { ...LOCATION, ...RATE_LIMIT } } as const

const start = defineRoute(
  {
    method: 'post',
    path: '/verify/start',
    id: 'startVerification',
    summary: 'Start a verification',
    description:
      'With `to`: creates a verification and queues its message; the answer never waits for a provider. With `subject`: expects a code that the person already has, from an authenticator app or a set of recovery codes, and sends nothing. With `channels`: the next of them follows automatically where none before was delivered in its time. With a `session` whose verification is still pending, it continues that one (200).',
    tag: 'Verifications',
    needs: VERIFY_OR_RELAY,
    key: 'stored',
    body: StartBody,
    examples: START_EXAMPLES,
    answers: {
      200: { description: 'Continued: the same verification.', ...STARTED },
      201: { description: 'Started.', ...STARTED },
    },
    problems: START_REFUSALS,
  },
  async (c, input, deps: Deps) => {
    if (input.body.nonce !== undefined && !deps.approvals.signs)
      return refuseFields(c, deps, [WITHOUT_ISSUER])
    const caller = callerOf(c)
    const lacking = lackingFor(caller, input.body)
    if (lacking) return refuse(c, deps, lacking)
    const command = toStartCommand(input.body, commonOf(c, deps, input))
    const result = await deps.service.start(caller, command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    const { verification, kind } = result
    setHeader(c, 'location', `/verify/${verification.id}`)
    // Its page is to check, send again and move on.
    const actions = input.body.actions === true || input.body.return_url !== undefined
    const link = deps.desk.linkOf({ verificationId: verification.id, actions })
    return c.json(toWireStarted(verification, link), kind === 'started' ? 201 : 200)
  },
)

const check = defineRoute(
  {
    method: 'post',
    path: '/verify/check',
    id: 'checkVerification',
    after: ['startVerification', 'getInbox'],
    summary: 'Check a code',
    description:
      '200 means approved, and nothing else does. Give `id`, or `session` with `to` or `subject` in its place. A wrong code is 422 and costs an attempt; a code of another shape is 400 and costs none. The code of an authenticator app works once, and so does a recovery code.',
    tag: 'Verifications',
    needs: VERIFY,
    key: 'stored',
    body: CheckBody,
    answers: {
      200: { description: 'Approved.', json: ApprovedVerification, headers: RATE_LIMIT },
    },
    problems: [
      'verification_not_found',
      'verification_approved',
      'verification_canceled',
      'verified_elsewhere',
      'verification_mismatch',
      'max_attempts_reached',
      'verification_expired',
      'code_incorrect',
      'rate_limited',
      'overloaded',
    ],
  },
  async (c, input, deps: Deps) => {
    const caller = callerOf(c)
    const command = toCheckCommand(input.body, commonOf(c, deps, input))
    const result = await deps.service.check(caller, command)
    if (result.kind !== 'approved') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireApproved(result, await deps.approvals.signedFor(caller, result)), 200)
  },
)

const list = defineRoute(
  {
    method: 'post',
    path: '/verify/list',
    id: 'listVerifications',
    summary: 'List the verifications of a recipient',
    description: 'Newest first. Changes nothing: an Idempotency-Key is accepted and has no effect.',
    tag: 'Verifications',
    needs: VERIFY,
    key: 'ignored',
    body: ListBody,
    answers: { 200: { description: 'A page.', json: VerificationPage } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const result = await deps.service.list(callerOf(c), toListCommand(body))
    if (result.kind === 'refused') return answerProblem(c, result)
    const verifications = result.verifications.map(toWireDetailed)
    return c.json({ verifications, next_cursor: result.nextCursor }, 200)
  },
)

const get = defineRoute(
  {
    method: 'get',
    path: '/verify/{id}',
    id: 'getVerification',
    after: ['startVerification'],
    summary: 'Look up a verification',
    description: 'The verification and its deliveries. Changes nothing.',
    tag: 'Verifications',
    needs: VERIFY_OR_RELAY,
    params: IdParams,
    answers: { 200: { description: 'The verification.', json: DetailedVerification } },
    problems: ['verification_not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const result = await deps.service.get(callerOf(c), params)
    if (result.kind === 'refused') return answerProblem(c, result)
    return c.json(toWireDetailed(result.verification), 200)
  },
)

const resend = defineRoute(
  {
    method: 'post',
    path: '/verify/{id}/resend',
    id: 'resendVerification',
    after: ['startVerification'],
    summary: 'Send the code again',
    description:
      'The same code, not before `resend_at`, at most `max_sends` times. `expires_at` never moves.',
    tag: 'Verifications',
    needs: VERIFY_OR_RELAY,
    key: 'stored',
    params: IdParams,
    optionalBody: ResendBody,
    answers: { 200: { description: 'Queued again.', json: Verification, headers: RATE_LIMIT } },
    problems: RESEND_REFUSALS,
  },
  async (c, input, deps: Deps) => {
    const { id } = input.params
    const command = { id, channel: input.body.channel ?? null, ...commonOf(c, deps, input) }
    const result = await deps.service.resend(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireVerification(result.verification), 200)
  },
)

const next = defineRoute(
  {
    method: 'post',
    path: '/verify/{id}/next',
    id: 'sendNextStep',
    after: ['startVerification#chain'],
    summary: 'Send the next step of a chain at once',
    description:
      'In place of its time. It counts in the limits and in `max_sends` when it goes out, as it does automatically; a limit that is full leaves it out.',
    tag: 'Verifications',
    needs: VERIFY_OR_RELAY,
    key: 'stored',
    params: IdParams,
    optionalBody: NextBody,
    answers: { 200: { description: 'Due now.', json: Verification, headers: RATE_LIMIT } },
    problems: [...ENDED, 'no_next_step', 'overloaded'],
  },
  async (c, input, deps: Deps) => {
    const command = { ...input.params, ...commonOf(c, deps, input) }
    const result = await deps.service.advance(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireVerification(result.verification), 200)
  },
)

const cancel = defineRoute(
  {
    method: 'post',
    path: '/verify/{id}/cancel',
    id: 'cancelVerification',
    after: ['startVerification'],
    summary: 'Cancel a verification',
    description:
      'Idempotent: one that has ended is returned unchanged, but an approved one is 409.',
    tag: 'Verifications',
    needs: VERIFY_OR_RELAY,
    key: 'stored',
    params: IdParams,
    optionalBody: CancelBody,
    answers: { 200: { description: 'Ended.', json: Verification, headers: RATE_LIMIT } },
    problems: ['verification_not_found', 'verification_approved', 'overloaded'],
  },
  async (c, input, deps: Deps) => {
    const command = { ...input.params, ...commonOf(c, deps, input) }
    const result = await deps.service.cancel(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireVerification(result.verification), 200)
  },
)

export const verifyRoutes = [start, check, list, get, resend, next, cancel]
