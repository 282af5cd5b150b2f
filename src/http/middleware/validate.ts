// Holds a request against the schemas of its route, which are also the OpenAPI document's.
// It must not stop at the first fault: a caller is told all of them at once.

import type { RouteConfig } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import type { ZodType } from 'zod'
import type { FieldError } from '../../verification/api.ts'
import type { AppContext, AppDeps, AppEnv } from '../deps.ts'
import { parseIdempotencyKey } from '../idempotency-key.ts'
import { refusal } from '../problem.ts'
import { refuse, refuseFields } from '../refuse.ts'
import { describeIssue, fieldErrors } from '../schemas/field-errors.ts'

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

function parse(schema: ZodType | undefined, value: unknown, errors: FieldError[]): unknown {
  const result = schema?.safeParse(value, { error: describeIssue })
  if (result?.error) errors.push(...fieldErrors(result.error))
  return result?.data
}

function parseKey(c: AppContext, errors: FieldError[]): string | null {
  const header = c.req.header(IDEMPOTENCY_HEADER)
  if (header === undefined) return null
  const key = parseIdempotencyKey(header)
  if (key === null)
    errors.push({ field: IDEMPOTENCY_HEADER, detail: 'must have 1 to 255 printable characters' })
  return key
}

/** A pattern cannot recognise an address: the parser that canonicalises it decides. */
function checkAddress(deps: AppDeps, body: unknown): FieldError[] {
  const given = (body as { client_ip?: unknown } | undefined)?.client_ip
  if (typeof given !== 'string' || given === '' || deps.parseAddress(given) !== null) return []
  return [{ field: 'client_ip', detail: 'must be an IPv4 or IPv6 address' }]
}

/** Behind `jsonBody` where the route has a body. A path's id of no possible shape is 404, as unknown ones are. */
export function validate(deps: AppDeps, route: RouteConfig): MiddlewareHandler<AppEnv> {
  const { headers, ...request } = route.request ?? {}
  const params = request.params as ZodType | undefined
  const query = request.query as ZodType | undefined
  const schema = bodySchemaOf(route)
  const unknown = route.path.startsWith('/factors/') ? 'factor_not_found' : 'verification_not_found'
  return async (c, next) => {
    const path = params?.safeParse(c.req.param())
    if (path?.error)
      return refuse(c, deps, refusal(unknown, 'Nothing of this service has this id.'))
    const errors: FieldError[] = []
    const key = headers ? parseKey(c, errors) : null
    const filters = query && parse(query, readQuery(c), errors)
    const body = parse(schema, c.get('body'), errors)
    if (schema) errors.push(...checkAddress(deps, c.get('body')))
    if (errors.length > 0) return refuseFields(c, deps, errors)
    c.set('input', { params: path?.data, query: filters, body, key })
    return next()
  }
}
