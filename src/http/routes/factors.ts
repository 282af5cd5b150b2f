// /factors/…: authenticator apps and recovery codes of a subject.
// It must not reveal a secret except in the answer that creates it, which is not cached. A confirmation is not a login.

import { answerReplayed } from '../answer-headers.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { commonOf, readEndUser } from '../end-user.ts'
import { callerOf, VERIFY } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import {
  ConfirmBody,
  CreateAppBody,
  CreateCodesBody,
  CreatedApp,
  CreatedCodes,
  Factor,
  FactorList,
  FactorParams,
  ListFactorsQuery,
  RemoveFactorQuery,
  toConfirmCommand,
  toCreateAppCommand,
  toWireCreatedApp,
  toWireFactor,
} from '../schemas/factors.ts'

type Deps = Pick<AppDeps, 'factors' | 'parseAddress' | 'resolveAddress'>

const createApp = defineRoute(
  {
    method: 'post',
    path: '/factors/totp',
    id: 'createTotp',
    summary: 'Enrol an authenticator app',
    description:
      'Creates an unverified factor for `subject` and shows its secret, its otpauth URI and a QR code, only once; its first correct code makes it active. Under an Idempotency-Key the same answer is given again until the factor is confirmed, and not after that (409 `secret_already_shown`). With `secret` an existing secret is imported, and not returned; where the subject already has it, in the same shape, the answer is that factor, with 200. An app that is imported as `confirmed` accepts codes from its next time step on.',
    tag: 'Factors',
    needs: VERIFY,
    key: 'stored',
    body: CreateAppBody,
    answers: {
      200: {
        description: 'It already exists: the subject has a factor with the imported secret.',
        json: CreatedApp,
      },
      201: { description: 'Created.', json: CreatedApp },
    },
    problems: ['too_many_factors', 'secret_already_shown', 'overloaded'],
  },
  async (c, input, deps: Deps) => {
    const command = toCreateAppCommand(input.body, commonOf(c, deps, input))
    const result = await deps.factors.createApp(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    const wire = toWireCreatedApp(result.factor, result.enrolment, result.warnings)
    return c.json(wire, result.kind === 'there' ? 200 : 201)
  },
)

const createCodes = defineRoute(
  {
    method: 'post',
    path: '/factors/recovery-codes',
    id: 'createRecoveryCodes',
    summary: 'Create recovery codes',
    description:
      'Ten codes, each usable once and shown only once; only hashes are stored. The previous set is void from then on. Under an Idempotency-Key one set is created, and a repeated request is 409 `secret_already_shown`: the codes cannot be shown again.',
    tag: 'Factors',
    needs: VERIFY,
    key: 'stored',
    body: CreateCodesBody,
    answers: { 201: { description: 'Created.', json: CreatedCodes } },
    problems: ['secret_already_shown', 'overloaded'],
  },
  async (c, input, deps: Deps) => {
    const command = { subject: input.body.subject, ...commonOf(c, deps, input) }
    const result = await deps.factors.createCodes(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    return c.json({ ...toWireFactor(result.factor), codes: result.codes }, 201)
  },
)

const list = defineRoute(
  {
    method: 'get',
    path: '/factors',
    id: 'listFactors',
    summary: 'The factors of a subject',
    description:
      'Oldest first, with what a start may ask for now. An unknown subject has none: the answer is empty.',
    tag: 'Factors',
    needs: VERIFY,
    query: ListFactorsQuery,
    answers: { 200: { description: 'The factors.', json: FactorList } },
    problems: ['overloaded'],
  },
  async (c, { query }, deps: Deps) => {
    const { factors, channels } = await deps.factors.list(callerOf(c), query)
    return c.json({ factors: factors.map(toWireFactor), channels }, 200)
  },
)

const confirm = defineRoute(
  {
    method: 'post',
    path: '/factors/{id}/confirm',
    id: 'confirmFactor',
    after: ['createTotp'],
    summary: 'Confirm an authenticator app',
    description:
      'Within the hour. This uses up the code: the next login needs the next one. Ten guesses, each charged before it is compared.',
    tag: 'Factors',
    needs: VERIFY,
    key: 'stored',
    params: FactorParams,
    body: ConfirmBody,
    answers: { 200: { description: 'Active.', json: Factor } },
    problems: [
      'factor_not_found',
      'factor_confirmed',
      'max_attempts_reached',
      'code_incorrect',
      'overloaded',
    ],
  },
  async (c, input, deps: Deps) => {
    const command = toConfirmCommand(input.params.id, input.body, commonOf(c, deps, input))
    const result = await deps.factors.confirm(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    return c.json(toWireFactor(result.factor), 200)
  },
)

/** An id from a browser is not trusted: with `subject` it must be that user's, else 404. */
const remove = defineRoute(
  {
    method: 'delete',
    path: '/factors/{id}',
    id: 'deleteFactor',
    after: ['createTotp'],
    summary: 'Delete a factor',
    description: 'With its secret or its codes. A second time it is 404.',
    tag: 'Factors',
    needs: VERIFY,
    params: FactorParams,
    query: RemoveFactorQuery,
    answers: { 204: { description: 'Deleted.' } },
    problems: ['factor_not_found', 'overloaded'],
  },
  async (c, { params, query }, deps: Deps) => {
    const endUser = readEndUser(c, deps, {})
    const command = { id: params.id, subject: query.subject ?? null, endUser }
    const result = await deps.factors.remove(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    return c.body(null, 204)
  },
)

export const factorRoutes = [createApp, createCodes, list, confirm, remove]
