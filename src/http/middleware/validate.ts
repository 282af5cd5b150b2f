// Holds a request against the schemas of its route, which are also the OpenAPI document's.
// It must not stop at the first fault: a caller is told all of them at once.

import type { RouteConfig } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import type { ZodType } from 'zod'
import type { FieldError } from '../../verification/api.ts'
import type { AppContext, AppDeps, AppEnv } from '../deps.ts'
import { parseIdempotencyKey } from '../idempotency-key.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import { describeIssue, fieldErrors } from '../schemas/field-errors.ts'

type Target = 'json' | 'query' | 'header'

const IDEMPOTENCY_HEADER = 'Idempotency-Key'

/** The JSON schema of a route's body, where it has one. */
export function bodySchemaOf(route: RouteConfig): ZodType | undefined {
  const content = route.request?.body?.content['application/json']
  return content && 'schema' in content ? (content.schema as ZodType) : undefined
}

function readQuery(c: AppContext): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [
      name,
      values.length === 1 ? values[0] : values,
    ]),
  )
}

function parse(c: AppContext, target: Target, schema: ZodType, value: unknown): FieldError[] {
  const result = schema.safeParse(value, { error: describeIssue })
  if (!result.success) return fieldErrors(result.error)
  c.req.addValidatedData(target, result.data as object)
  return []
}

function parseHeader(c: AppContext): FieldError[] {
  const header = c.req.header(IDEMPOTENCY_HEADER)
  const key = header === undefined ? undefined : parseIdempotencyKey(header)
  if (key === null)
    return [{ field: IDEMPOTENCY_HEADER, detail: 'must have 1 to 255 printable characters' }]
  c.req.addValidatedData('header', { [IDEMPOTENCY_HEADER]: key })
  return []
}

/** An address can't be told by a pattern: the parser that canonicalises it decides. */
function checkAddress(deps: AppDeps, body: unknown): FieldError[] {
  const given = (body as { client_ip?: unknown } | undefined)?.client_ip
  if (typeof given !== 'string' || given === '' || deps.parseAddress(given) !== null) return []
  return [{ field: 'client_ip', detail: 'must be an IPv4 or IPv6 address' }]
}

/** Behind `jsonBody` where the route has a body. A path's id of no possible shape is 404, as unknown ones are. */
export function validate(deps: AppDeps, route: RouteConfig): MiddlewareHandler<AppEnv> {
  const request = route.request ?? {}
  const body = bodySchemaOf(route)
  const params = request.params as ZodType | undefined
  const query = request.query as ZodType | undefined
  const unknown = route.path.startsWith('/factors/') ? 'factor_not_found' : 'verification_not_found'
  return async (c, next) => {
    if (params) {
      const result = params.safeParse(c.req.param())
      if (!result.success)
        return refuse(c, deps, refusal(unknown, 'Nothing of this service has this id.'))
      c.req.addValidatedData('param', result.data as object)
    }
    const errors = [
      ...(request.headers ? parseHeader(c) : []),
      ...(query ? parse(c, 'query', query, readQuery(c)) : []),
      ...(body
        ? [...parse(c, 'json', body, c.get('body')), ...checkAddress(deps, c.get('body'))]
        : []),
    ]
    if (errors.length > 0)
      return refuse(
        c,
        deps,
        refusal('invalid_request', 'Some fields are invalid; see errors.', { errors }),
      )
    return next()
  }
}
