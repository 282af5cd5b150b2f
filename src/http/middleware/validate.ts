// Checks a request against the schemas of its route, which are also the OpenAPI document's: every fault at once.
// It must not repeat a value, which may be a code, nor shorten an Idempotency-Key: two keys are never taken for one.

import type { RouteConfig, z } from '@hono/zod-openapi'
import { parseItem } from 'structured-headers'
import type { ZodType } from 'zod'
import type { FieldError } from '../../verification/api.ts'
import type { AppContext, AppDeps, Step } from '../deps.ts'
import { refusal } from '../problem.ts'
import { refuse, refuseFields } from '../refuse.ts'
import { IdempotencyHeaders } from '../schemas/requests.ts'

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

function unknownAt(path: string) {
  if (path.startsWith('/factors/')) return 'factor_not_found'
  if (path.startsWith('/v/')) return 'view_not_found'
  return path.startsWith('/admin/api/webhooks') ? 'webhook_not_found' : 'verification_not_found'
}

/** After `jsonBody` where the route has a body. An id of an impossible shape in the path is 404, like an unknown one. */
export function validate(deps: AppDeps, route: RouteConfig): Step {
  const { headers, ...request } = route.request ?? {}
  const isKeyed = headers === IdempotencyHeaders
  const params = request.params as ZodType | undefined
  const query = request.query as ZodType | undefined
  const schema = bodySchemaOf(route)
  const unknown = unknownAt(route.path)
  return (c) => {
    const path = params?.safeParse(c.req.param())
    if (path?.error)
      return refuse(c, deps, refusal(unknown, 'This service has nothing with this id.'))
    const errors: FieldError[] = []
    const key = isKeyed ? parseKey(c, errors) : null
    const filters = query && parse(query, readQuery(c), errors)
    const body = parse(schema, c.get('body'), errors)
    if (schema) errors.push(...checkAddress(deps, c.get('body')))
    if (errors.length > 0) return refuseFields(c, deps, errors)
    c.set('input', { params: path?.data, query: filters, body, key })
    return undefined
  }
}

const MAX_IDEMPOTENCY_KEY_LENGTH = 255

const PRINTABLE = /^[\x20-\x7e]+$/

/** RFC 9651 §4.2.3. Parameters after the string are not part of the key. */
function readString(text: string): string | null {
  try {
    return String(parseItem(text)[0])
  } catch {
    return null
  }
}

/** Null: not a key. The quoted and the bare form of a key are the same key. */
export function parseIdempotencyKey(header: string): string | null {
  const text = header.trim()
  if (!PRINTABLE.test(text)) return null
  const key = text.startsWith('"') ? readString(text) : text
  return key && key.length <= MAX_IDEMPOTENCY_KEY_LENGTH ? key : null
}

/** A name that a stranger chose is repeated, but not at any length. */
const MAX_FIELD_LENGTH = 80

type RawIssue = z.core.$ZodRawIssue

const KINDS: Record<string, string> = {
  string: 'must be a string',
  boolean: 'must be true or false',
  number: 'must be a number',
  int: 'must be a whole number',
  object: 'must be an object',
  record: 'must be an object',
  array: 'must be an array',
}

function describeSize(issue: RawIssue & { code: 'too_small' | 'too_big' }): string {
  const least = issue.code === 'too_small'
  const bound = String(least ? issue.minimum : issue.maximum)
  if (issue.origin === 'string') {
    if (least && bound === '1') return 'must not be empty'
    return `must have at ${least ? 'least' : 'most'} ${bound} characters`
  }
  const noun = issue.origin === 'array' ? 'have at' : 'be at'
  return `must ${noun} ${least ? 'least' : 'most'} ${bound}`
}

/** For `safeParse`'s `error`; a message that a field's own schema gives comes before it. */
function describeIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required'
      return KINDS[issue.expected] ?? 'has another type'
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`
    case 'unrecognized_keys':
      return 'is not a known field'
    case 'too_small':
    case 'too_big':
      return describeSize(issue as RawIssue & { code: 'too_small' | 'too_big' })
    default:
      return 'is not valid'
  }
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, MAX_FIELD_LENGTH)
}

/** One entry per field, with the first thing that is wrong with it. */
function fieldErrors(error: z.ZodError): FieldError[] {
  const seen = new Set<string>()
  return error.issues
    .flatMap(toFieldErrors)
    .filter(({ field }) => !seen.has(field) && seen.add(field))
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      detail: issue.message,
    }))
  // A record's key: its own issues say what is wrong with it.
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner) => ({
      field: fieldOf(issue.path),
      detail: `its name ${inner.message}`,
    }))
  return [{ field: fieldOf(issue.path), detail: issue.message }]
}
