// /admin/api/verifications…: the verifications, for admins: a row each, one in full, and what can be done to it.
// It must not show a recipient in plaintext except where it is revealed, nor take one in a URL, where logs keep it.

import {
  callingAdmin,
  readSearch,
  refuseOtherService,
  refuseUnknown,
  serviceOf,
} from '../admin-caller.ts'
import { answerSuccess } from '../answer-headers.ts'
import { defineRoute } from '../define-route.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { READ, SUPPORT } from '../middleware/auth.ts'
import { answerProblem, refusal } from '../problem.ts'
import {
  AdminVerificationsQuery,
  AdminVerificationsSearchBody,
  toFilter,
} from '../schemas/admin-verification-filters.ts'
import {
  AdminVerification,
  AdminVerificationPage,
  DetailedAdminVerification,
  toWireAdminVerification,
  toWireDiagnosed,
} from '../schemas/admin-verifications.ts'
import { RATE_LIMIT, RESEND_REFUSALS } from '../schemas/documented.ts'
import { RevealedPerson } from '../schemas/people.ts'
import { CancelBody, IdParams, ResendBody } from '../schemas/requests.ts'

type Deps = Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>

async function toPage(
  { admin, clock }: Deps,
  filter: Parameters<AppDeps['admin']['verifications']['list']>[0],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const page = await admin.verifications.list(filter, cursor ?? null, limit)
  const now = clock.now()
  const rows = page.items.map((row) => toWireAdminVerification(row, now, admin.recipients))
  return { verifications: rows, next_cursor: page.nextCursor }
}

/** The verification after an admin's action; undefined: the key's service has none with this id. */
async function readAgain(c: AppContext, { admin, clock }: Deps, id: string) {
  const row = await admin.verifications.find(serviceOf(c), id)
  return row && toWireAdminVerification(row, clock.now(), admin.recipients)
}

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/verifications',
    id: 'adminListVerifications',
    summary: 'The verifications',
    description:
      'One row for each verification, newest first, with what became of its newest message. To filter by recipient use the search.',
    tag: 'Event log',
    needs: READ,
    query: AdminVerificationsQuery,
    answers: { 200: { description: 'A page.', json: AdminVerificationPage } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const refused = refuseOtherService(c, deps, query.service)
    if (refused) return refused
    return c.json(await toPage(deps, toFilter(query, { within: serviceOf(c) }), query), 200)
  },
)

const search = defineRoute(
  {
    method: 'post',
    path: '/admin/api/verifications/search',
    id: 'adminSearchVerifications',
    summary: 'Search the verifications',
    description:
      'Newest first; every spelling of a recipient finds the same, a national number by the countries of the services. With `subject`: verifications by factors.',
    tag: 'Event log',
    needs: READ,
    body: AdminVerificationsSearchBody,
    answers: { 200: { description: 'A page.', json: AdminVerificationPage } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps & Pick<AppDeps, 'eventIndexes'>) => {
    const { to: _, subject: __, country, ...given } = body
    const read = readSearch(c, deps, body)
    if ('refused' in read) return read.refused
    // With a recipient, the country only serves to read it: a number in E.164 may be of another one.
    const filters = read.budgetIndexes ? given : { ...given, country }
    const filter = toFilter(filters, { within: serviceOf(c), ...read })
    return c.json(await toPage(deps, filter, body), 200)
  },
)

const get = defineRoute(
  {
    method: 'get',
    path: '/admin/api/verifications/{id}',
    id: 'adminGetVerification',
    after: ['startVerification'],
    summary: 'Look up a verification',
    description: 'Its timeline, what each provider answered, and what it means. Changes nothing.',
    tag: 'Event log',
    needs: READ,
    params: IdParams,
    answers: { 200: { description: 'The verification.', json: DetailedAdminVerification } },
    problems: ['verification_not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps & Pick<AppDeps, 'services'>) => {
    const { operations, recipients } = deps.admin
    const found = await operations.detail(callingAdmin(c, deps), params.id)
    if (!found) return refuseUnknown(c, deps)
    const about = {
      channels: deps.services.get(found.verification.service)?.channels ?? [],
      mayAct: c.get('caller')?.scopes.has('admin:support') ?? false, // mutant: C74.api-same-diagnosis
      now: deps.clock.now(),
    }
    return c.json(toWireDiagnosed(found, about, recipients), 200)
  },
)

/** By the rules of POST /verify/{id}/cancel. */
const cancel = defineRoute(
  {
    method: 'post',
    path: '/admin/api/verifications/{id}/cancel',
    id: 'adminCancelVerification',
    after: ['startVerification'],
    summary: 'Cancel a verification',
    description:
      'As its login flow would: one that has ended is returned unchanged, but an approved one is 409.',
    tag: 'Event log',
    needs: SUPPORT,
    params: IdParams,
    optionalBody: CancelBody,
    answers: { 200: { description: 'Ended.', json: AdminVerification } },
    problems: ['verification_not_found', 'verification_approved', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const result = await deps.admin.operations.cancel(callingAdmin(c, deps), params.id)
    if (result?.kind === 'refused') return answerProblem(c, result)
    const row = result && (await readAgain(c, deps, params.id))
    return row ? c.json(row, 200) : refuseUnknown(c, deps)
  },
)

/** By the rules and limits of POST /verify/{id}/resend. */
const resend = defineRoute(
  {
    method: 'post',
    path: '/admin/api/verifications/{id}/resend',
    id: 'adminResendVerification',
    after: ['startVerification'],
    summary: 'Send the code again',
    description:
      'As its login flow would: the same code, by the same limits, by another channel if one is given.',
    tag: 'Event log',
    needs: SUPPORT,
    params: IdParams,
    optionalBody: ResendBody,
    answers: {
      200: { description: 'Queued again.', json: AdminVerification, headers: RATE_LIMIT },
    },
    problems: RESEND_REFUSALS,
  },
  async (c, { params, body }, deps: Deps) => {
    const admin = callingAdmin(c, deps)
    const result = await deps.admin.operations.resend(admin, params.id, body.channel ?? null)
    if (result?.kind === 'refused') return answerProblem(c, result)
    const row = result && (await readAgain(c, deps, params.id))
    if (!row) return refuseUnknown(c, deps)
    answerSuccess(c, result)
    return c.json(row, 200)
  },
)

/** Answered only once the log shows who asked. */
const reveal = defineRoute(
  {
    method: 'post',
    path: '/admin/api/verifications/{id}/reveal',
    id: 'revealRecipient',
    after: ['startVerification'],
    summary: 'Reveal a recipient',
    description: 'The log records who asked, as `recipient.shown`.',
    tag: 'People',
    needs: SUPPORT,
    params: IdParams,
    answers: { 200: { description: 'The recipient or subject.', json: RevealedPerson } },
    problems: ['verification_not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const person = await deps.admin.operations.reveal(callingAdmin(c, deps), params.id)
    if (person) return c.json(person, 200)
    if (!(await readAgain(c, deps, params.id))) return refuseUnknown(c, deps)
    const detail =
      'The recipient is sealed under a root key that this node lacks: see SECRET_KEY_PREVIOUS.'
    return answerProblem(c, refusal('store_unavailable', detail))
  },
)

export const verificationRoutes = [list, search, get, cancel, resend, reveal]
