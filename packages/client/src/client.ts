// The client of a login flow: one method for each call of the API, with expected outcomes as values.
// It must not let anybody in by a status: `check`, `exchange` and an approval are the only proofs.

import { type Fetch, RedirectError } from './answer.ts'
import { CountersignError, type Failure, toFailure } from './outcome.ts'
import { ask, type Call, type Settings } from './request.ts'
import { type Api, type Problem, toCamel, toSnake } from './wire.ts'

export type { Fetch } from './answer.ts'
export type { Failure } from './outcome.ts'
export { CountersignError } from './outcome.ts'
export type { Reason } from './reasons.ts'
export type { Challenge, Problem } from './wire.ts'

export type CountersignOptions = {
  /** Where the service is: `https://verify.internal` or `http://127.0.0.1:8080`. */
  url: string
  /** A key with the scope `verify`. It belongs on a server. */
  apiKey: string
  /** Of a whole call, with everything that is asked again. Default: 15,000. */
  timeoutMs?: number
  /** Default: the platform's. */
  fetch?: Fetch
}

export type CallOptions = {
  signal?: AbortSignal
  timeoutMs?: number
  /** Default: a random one for each call. Give your own where the same request may come from elsewhere, or later. */
  idempotencyKey?: string
}

export type Verification = Api<'Verification'>
export type ApprovedVerification = Api<'ApprovedVerification'>
export type DetailedVerification = Api<'DetailedVerification'>
export type Factor = Api<'Factor'>

export type StartFields = Api<'StartRequest'>
export type CheckFields = Omit<Api<'CheckRequest'>, 'code'> & { code: string }
export type ListFields = Api<'ListRequest'>
export type ResendFields = Api<'ResendRequest'> & { id: string }

/** `replayed`: an earlier request under the same Idempotency-Key had this answer. */
type Success<Fields> = { ok: true; replayed: boolean } & Fields
export type Result<Fields> = Success<Fields> | Failure

type StartResult = Result<{
  verification: Verification
  /** The same browser's verification that was open already: nothing was sent. */
  continued: boolean
}>

const DEFAULT_TIMEOUT_MS = 15_000
/** Nothing that a path could be changed with. */
const ID = /^[\w-]{1,64}$/

/** Nothing was done: refused before anything was written. */
const NOTHING_DONE: readonly Problem['error'][] = ['overloaded', 'request_timeout']
/** One commit writes the effect and the answer that is given again; of a check a fault may leave the attempt alone. */
const ONE_COMMIT: readonly Problem['error'][] = [
  ...NOTHING_DONE,
  'store_unavailable',
  'internal_error',
]

type Body = Readonly<Record<string, unknown>>

const hasId = (body: Body) => typeof body.id === 'string'
/** A proxy, a cache and a captive portal answer 200, too: only this is a yes. */
const isApproval = (body: Body) => hasId(body) && body.status === 'approved' && body.valid === true // mutant: C91.only-approved

function readUrl(text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw new TypeError('Countersign: url must be the http or https address of the service')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function requireText(value: unknown, name: string): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`Countersign: ${name} must be a string that is not empty`)
}

const notFound = (id: string): Failure => ({
  ok: false,
  reason: 'not_found',
  attemptCharged: false,
  problem: {
    ...{
      type: '/docs#verification_not_found',
      title: 'There is no such verification',
      status: 404,
    },
    ...{
      error: 'verification_not_found',
      detail: `This is not the id of anything: ${id.length} characters.`,
      instance: '',
    },
  },
})

type Request = Pick<Call, 'path' | 'isAnswer'> &
  Partial<Pick<Call, 'method' | 'asksAgainAfter'>> & { fields?: object; isCheck?: boolean }

export class Countersign {
  readonly #settings: Settings

  constructor({ url, apiKey, timeoutMs = DEFAULT_TIMEOUT_MS, fetch }: CountersignOptions) {
    requireText(apiKey, 'apiKey')
    // Else it would be a header of its own, or an error that repeats it.
    if (!/^[\x21-\x7e]+$/.test(apiKey))
      throw new TypeError('Countersign: apiKey has a character that no key has')
    if (!(timeoutMs > 0)) throw new TypeError('Countersign: timeoutMs must be more than 0')
    this.#settings = {
      url: readUrl(url),
      headers: { authorization: `Bearer ${apiKey}` },
      timeoutMs,
      // Looked up at each call: tracing and tests replace it.
      fetch: fetch ?? ((address, init) => globalThis.fetch(address, init)),
    }
  }

  /** Sends a code, or expects that of an authenticator app (`subject`). */
  async start(fields: StartFields, options?: CallOptions): Promise<StartResult> {
    if (fields?.to === undefined && fields?.subject === undefined)
      throw new TypeError('Countersign: start needs `to` or `subject`')
    return this.#call(
      { path: '/verify/start', fields, isAnswer: hasId },
      options,
      (body, status) => ({
        verification: body as Verification,
        continued: status === 200,
      }),
    )
  }

  /** Was this the code? Only `ok: true` lets anybody in. It is asked again where the answer is lost, and charged once. */
  async check(
    fields: CheckFields,
    options?: CallOptions,
  ): Promise<Result<{ verification: ApprovedVerification }>> {
    if (typeof fields?.code !== 'string')
      throw new TypeError('Countersign: code must be a string: a number loses its zeros')
    if (fields.id !== undefined && !ID.test(fields.id)) return notFound(String(fields.id))
    return this.#call(
      {
        path: '/verify/check',
        fields,
        isAnswer: isApproval,
        isCheck: true,
        asksAgainAfter: NOTHING_DONE,
      },
      options,
      (body) => ({ verification: body as ApprovedVerification }),
    )
  }

  /** The same code again; not before `resendAt`. */
  resend({ id, ...fields }: ResendFields, options?: CallOptions) {
    return this.#onOne(id, '/resend', fields, options)
  }

  /** The next channel of a chain, at once. */
  next({ id }: { id: string }, options?: CallOptions) {
    return this.#onOne(id, '/next', {}, options)
  }

  /** Ends it. One that has ended before is returned as it is; approved: `already_used`. */
  cancel({ id }: { id: string }, options?: CallOptions) {
    return this.#onOne(id, '/cancel', {}, options)
  }

  /** What became of it. Never let anybody in by its status: whoever has the id would be let in. */
  async get(
    { id }: { id: string },
    options?: CallOptions,
  ): Promise<Result<{ verification: DetailedVerification }>> {
    if (!ID.test(id)) return notFound(String(id))
    return this.#call(
      { method: 'GET', path: `/verify/${id}`, isAnswer: hasId },
      options,
      (body) => ({
        verification: body as DetailedVerification,
      }),
    )
  }

  /** Newest first, of one person. */
  async list(
    fields: ListFields,
    options?: CallOptions,
  ): Promise<Result<{ verifications: DetailedVerification[]; nextCursor: string | null }>> {
    const isAnswer = ({ verifications }: Body) => Array.isArray(verifications)
    return this.#call(
      { path: '/verify/list', fields, isAnswer },
      options,
      (body) => body as Api<'VerificationPage'>,
    )
  }

  async #onOne(
    id: string,
    path: string,
    fields: object,
    options?: CallOptions,
  ): Promise<Result<{ verification: Verification }>> {
    if (!ID.test(id)) return notFound(String(id))
    return this.#call(
      { path: `/verify/${id}${path}`, fields, isAnswer: hasId },
      options,
      (body) => ({
        verification: body as Verification,
      }),
    )
  }

  async #call<Fields>(
    {
      method = 'POST',
      path,
      fields,
      isAnswer,
      isCheck = false,
      asksAgainAfter = ONE_COMMIT,
    }: Request,
    { signal, timeoutMs, idempotencyKey }: CallOptions = {},
    toFields: (body: unknown, status: number) => Fields,
  ): Promise<Result<Fields>> {
    // Every try has the same one: what was done before is answered again, and not done again.
    const key = method === 'POST' ? (idempotencyKey ?? crypto.randomUUID()) : null
    const asked = await ask(this.#settings, {
      ...{ method, path, signal, timeoutMs, isAnswer, asksAgainAfter },
      ...(fields && { body: toSnake(fields) }),
      ...(key && { headers: { 'idempotency-key': key } }), // mutant: C91.one-key
    }).catch((error: unknown) => {
      throw error instanceof RedirectError ? new CountersignError(error.message) : error
    })
    if (!asked.ok) return toFailure(asked, isCheck)
    return { ok: true, replayed: asked.replayed, ...toFields(toCamel(asked.body), asked.status) }
  }
}
