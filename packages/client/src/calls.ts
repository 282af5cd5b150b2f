// A call of the API as a value: the request that is asked, and what became of it.
// It must not know a route: client.ts and factors.ts have those.

import { RedirectError } from './answer.ts'
import { CountersignError, type Failure, toFailure } from './outcome.ts'
import { ask, type Call, type Settings } from './request.ts'
import type { CallOptions, Result } from './types.ts'
import { type Problem, toCamel, toSnake } from './wire.ts'

/** Nothing that a path could be changed with. */
export const ID = /^[\w-]{1,64}$/

/** Nothing was done: refused before anything was written. */
export const NOTHING_DONE: readonly Problem['error'][] = ['overloaded', 'request_timeout']
/** One commit writes the effect and the answer that is given again; of a check a fault may leave the attempt alone. */
const ONE_COMMIT: readonly Problem['error'][] = [
  ...NOTHING_DONE,
  'store_unavailable',
  'internal_error',
]

export type Body = Readonly<Record<string, unknown>>

export const hasText = (name: string) => (body: Body) => typeof body[name] === 'string'
export const hasId = hasText('id')
export const notFound = (id: string): Failure => ({
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
  Partial<Pick<Call, 'method' | 'asksAgainAfter'>> & {
    fields?: object
    isCheck?: boolean
    once?: boolean
  }

export type CallApi = <Fields>(
  request: Request,
  options: CallOptions | undefined,
  toFields: (body: unknown, status: number) => Fields,
) => Promise<Result<Fields>>

export function createCall(settings: Settings): CallApi {
  return async (request, options = {}, toFields) => {
    const { method = 'POST', path, fields, isAnswer, isCheck = false, once = false } = request
    const { asksAgainAfter = ONE_COMMIT } = request
    const { signal, timeoutMs, idempotencyKey } = options
    // Every try has the same one: what was done before is answered again, and not done again.
    const key = method === 'POST' && !once ? (idempotencyKey ?? crypto.randomUUID()) : null
    const asked = await ask(settings, {
      ...{ method, path, signal, timeoutMs, isAnswer, asksAgainAfter, once },
      ...(fields && { body: toSnake(fields) }),
      ...(key && { headers: { 'idempotency-key': key } }), // mutant: C91.one-key
    }).catch((error: unknown) => {
      throw error instanceof RedirectError ? new CountersignError(error.message) : error
    })
    if (!asked.ok) return toFailure(asked, isCheck)
    return { ok: true, replayed: asked.replayed, ...toFields(toCamel(asked.body), asked.status) }
  }
}
