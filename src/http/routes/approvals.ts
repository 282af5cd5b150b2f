// /approvals/…: the page's one-use code exchanged, a signed approval consumed; and the keys by which anybody verifies one.
// It must not answer 2xx twice for one approval: callers write `if (response.ok) login()`.

import { createHash } from 'node:crypto'
import { answerReplayed, answerSuccess, setHeader } from '../answer-headers.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { commonOf } from '../end-user.ts'
import { callerOf, VERIFY } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { ApprovedVerification, toWireApproved } from '../schemas/answers.ts'
import { ApprovalClaims, ConsumeBody, ExchangeBody, KeySet } from '../schemas/approvals.ts'

type Deps = Pick<AppDeps, 'approvals' | 'parseAddress' | 'resolveAddress'>

const exchange = defineRoute(
  {
    method: 'post',
    path: '/approvals/exchange',
    id: 'exchangeApproval',
    after: ['startVerification#browser', 'getInbox', 'checkView'],
    summary: 'Exchange the code of the hosted page',
    description:
      'The page brought a one-use code back to the browser. With the `session` of the start, and only with it, this answers the approved verification: once, within five minutes of the approval. Whatever is wrong, the answer is the same 404. An answer that was lost is given again under the same Idempotency-Key.',
    tag: 'Approvals',
    needs: VERIFY,
    key: 'stored',
    body: ExchangeBody,
    answers: { 200: { description: 'Approved.', json: ApprovedVerification } },
    problems: ['approval_not_found', 'overloaded'],
  },
  async (c, input, deps: Deps) => {
    const caller = callerOf(c)
    const command = { ...input.body, ...commonOf(c, deps, input) }
    const result = await deps.approvals.exchange(caller, command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireApproved(result, await deps.approvals.signedFor(caller, result)), 200)
  },
)

const consume = defineRoute(
  {
    method: 'post',
    path: '/approvals/consume',
    id: 'consumeApproval',
    after: ['startVerification#signed', 'getInbox', 'checkVerification'],
    summary: 'Consume a signed approval',
    description:
      'Verifies a token of this service and uses it up: 200 once, with its claims, then 409. Compare `nonce` and `purpose` with those of your start: a token of another login is valid, too. An answer that was lost is given again under the same Idempotency-Key.',
    tag: 'Approvals',
    needs: VERIFY,
    key: 'stored',
    body: ConsumeBody,
    answers: { 200: { description: 'Its claims: consumed now.', json: ApprovalClaims } },
    problems: ['approval_consumed', 'approval_invalid', 'overloaded'],
  },
  async (c, input, deps: Deps) => {
    const command = { ...input.body, ...commonOf(c, deps, input) }
    const result = await deps.approvals.consume(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerReplayed(c, result)
    return c.json(result.claims, 200)
  },
)

/** As long as a token lives: a key is published a step before it signs (docs/operations.md). */
const KEYS_SECONDS = 300

/** RFC 9110 §13.1.2: `*`, or a list of tags; a weak comparison. */
function hasTag(header: string | undefined, tag: string): boolean {
  const tags = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  return tags.includes('*') || tags.includes(tag)
}

const keys = defineRoute(
  {
    method: 'get',
    path: '/.well-known/jwks.json',
    id: 'getApprovalKeys',
    summary: 'The public keys of approvals',
    description:
      'A JWK set (RFC 7517): the key that signs, and those of SECRET_KEY_PREVIOUS. May be cached for five minutes.',
    tag: 'Approvals',
    needs: 'nothing',
    answers: {
      200: { description: 'The keys.', json: KeySet },
      304: { description: 'Unchanged: the ETag of the request is the present one.' },
    },
  },
  async (c, _input, deps: Deps) => {
    const set = { keys: await deps.approvals.publicKeys() }
    const digest = createHash('sha256').update(JSON.stringify(set)).digest('base64url')
    const tag = `"${digest}"`
    setHeader(c, 'cache-control', `public, max-age=${KEYS_SECONDS}`)
    setHeader(c, 'etag', tag)
    if (hasTag(c.req.header('If-None-Match'), tag)) return c.body(null, 304)
    return c.json(set, 200)
  },
)

export const approvalRoutes = [exchange, consume, keys]
