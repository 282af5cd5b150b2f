// The client of a login flow: one method for each call of the API, with expected outcomes as values.
// It must not let anybody in by a status: `check`, `exchange` and an approval are the only proofs.

import { type Body, type CallApi, createCall, hasId, ID, NOTHING_DONE, notFound } from './calls.ts'
import { createFactors, type Factors } from './factors.ts'
import { readSettings, requireText } from './settings.ts'
import type * as t from './types.ts'

export type { Fetch } from './answer.ts'
export type { Factors } from './factors.ts'
export type { Failure } from './outcome.ts'
export { CountersignError } from './outcome.ts'
export type { Reason } from './reasons.ts'
export type * from './types.ts'
export type { Challenge, Problem } from './wire.ts'

/** A proxy, a cache and a captive portal answer 200, too: only this is a yes. */
const isApproval = (body: Body) => hasId(body) && body.status === 'approved' && body.valid === true // mutant: C91.only-approved

export class Countersign {
  readonly #call: CallApi
  /** Authenticator apps and recovery codes of a subject. */
  readonly factors: Factors

  constructor(options: t.CountersignOptions) {
    this.#call = createCall(readSettings(options))
    this.factors = createFactors(this.#call)
  }

  /** Sends a code, or expects that of an authenticator app (`subject`). */
  async start(fields: t.StartFields, options?: t.CallOptions): Promise<t.StartResult> {
    if (fields?.to === undefined && fields?.subject === undefined)
      throw new TypeError('Countersign: start needs `to` or `subject`')
    return this.#call(
      { path: '/verify/start', fields, isAnswer: hasId },
      options,
      (body, status) => ({
        verification: body as t.StartedVerification,
        continued: status === 200,
      }),
    )
  }

  /** Was this the code? Only `ok: true` lets anybody in. It is asked again where the answer is lost, and charged once. */
  async check(
    fields: t.CheckFields,
    options?: t.CallOptions,
  ): Promise<t.Result<{ verification: t.ApprovedVerification }>> {
    if (typeof fields?.code !== 'string')
      throw new TypeError('Countersign: code must be a string: a number loses its zeros')
    if (fields.id !== undefined && !ID.test(fields.id)) return notFound(String(fields.id))
    return this.#call(
      {
        ...{ path: '/verify/check', fields, isCheck: true, asksAgainAfter: NOTHING_DONE },
        isAnswer: (body) => isApproval(body) && (fields.id ?? body.id) === body.id,
      },
      options,
      (body) => ({ verification: body as t.ApprovedVerification }),
    )
  }

  /** The same code again; not before `resendAt`. */
  resend({ id, ...fields }: t.ResendFields, options?: t.CallOptions) {
    return this.#onOne(id, '/resend', fields, options)
  }

  /** The next channel of a chain, at once. */
  next({ id }: { id: string }, options?: t.CallOptions) {
    return this.#onOne(id, '/next', {}, options)
  }

  /** Ends it. One that has ended before is returned as it is; approved: `already_used`. */
  cancel({ id }: { id: string }, options?: t.CallOptions) {
    return this.#onOne(id, '/cancel', {}, options)
  }

  /** What became of it. Never let anybody in by its status: whoever has the id would be let in. */
  async get(
    { id }: { id: string },
    options?: t.CallOptions,
  ): Promise<t.Result<{ verification: t.DetailedVerification }>> {
    if (!ID.test(id)) return notFound(String(id))
    return this.#call(
      { method: 'GET', path: `/verify/${id}`, isAnswer: hasId },
      options,
      (body) => ({
        verification: body as t.DetailedVerification,
      }),
    )
  }

  /** Newest first, of one person. */
  async list(
    fields: t.ListFields,
    options?: t.CallOptions,
  ): Promise<t.Result<{ verifications: t.DetailedVerification[]; nextCursor: string | null }>> {
    const isAnswer = ({ verifications }: Body) => Array.isArray(verifications)
    return this.#call(
      { path: '/verify/list', fields, isAnswer },
      options,
      (body) => body as { verifications: t.DetailedVerification[]; nextCursor: string | null },
    )
  }

  /** The hosted page's one-use code (`apc_…`), together with start's `session`: the approved verification, once. It is asked again where the answer is lost. */
  async exchange(
    fields: { approval: string; session: string },
    options?: t.CallOptions,
  ): Promise<t.Result<{ verification: t.ApprovedVerification }>> {
    requireText(fields?.approval, 'approval')
    requireText(fields.session, 'session')
    const request = { path: '/approvals/exchange', fields, isAnswer: isApproval }
    return this.#call(request, options, (body) => ({
      verification: body as t.ApprovedVerification,
    }))
  }

  /** Uses a signed approval up: a second time it is `already_used`. Compare `nonce` and `purpose` of its claims. */
  async consumeApproval(
    token: string,
    options?: t.CallOptions,
  ): Promise<t.Result<{ claims: t.ApprovalClaims }>> {
    requireText(token, 'token')
    const isAnswer = ({ jti }: Body) => typeof jti === 'string'
    const request = { path: '/approvals/consume', fields: { token }, isAnswer }
    return this.#call(request, options, (body) => ({
      claims: body as t.ApprovalClaims,
    }))
  }

  async #onOne(
    id: string,
    path: string,
    fields: object,
    options?: t.CallOptions,
  ): Promise<t.Result<{ verification: t.Verification }>> {
    if (!ID.test(id)) return notFound(String(id))
    return this.#call(
      { path: `/verify/${id}${path}`, fields, isAnswer: hasId },
      options,
      (body) => ({
        verification: body as t.Verification,
      }),
    )
  }
}
