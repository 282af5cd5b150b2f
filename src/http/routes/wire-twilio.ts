// /v2/…: Twilio Verify in their own form, for clients that were written for it. Loaded with its first request, where it is on.
// It must answer in their shape alone, whatever happens: their SDKs read nothing else. No part of our API, so not in its document.

import type { ErrorSlug } from '../../kernel/errors.ts'
import type { ServicePolicy } from '../../verification/policy.ts'
import {
  errorOf,
  invalid,
  isError,
  notFound,
  type TwilioError,
  twilioError,
  unauthenticated,
} from '../../wires/twilio/errors.ts'
import { type Form, refuseTwice } from '../../wires/twilio/fields.ts'
import type { WireAnswer, WireRequest } from '../../wires/twilio/find.ts'
import { type Asking, serviceList, serviceResource } from '../../wires/twilio/resources.ts'
import { accountSidOf, LOGIN_SID, SERVICE_SID, serviceSidOf } from '../../wires/twilio/sids.ts'
import type { TwilioWire } from '../../wires/twilio/wire.ts'
import { setHeader } from '../answer-headers.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { addressOf, readEndUser } from '../end-user.ts'
import { refuseFailure } from '../failures.ts'
import { callerOf } from '../middleware/auth.ts'
import { readBytes } from '../middleware/body.ts'
import { joinTrace } from '../middleware/trace.ts'
import { parseIdempotencyKey } from '../middleware/validate.ts'
import { refusal } from '../problem.ts'
import { recordWrongKey, refuse } from '../refuse.ts'
import type { App } from '../register.ts'
import { idempotencyOf } from '../schemas/requests.ts'

type Deps = AppDeps & { wire: TwilioWire; publicUrl: string | null }

/** Their longest request is a tenth of it. */
const MAX_FORM_BYTES = 16 * 1024
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:;|$)/i
const BASIC = /^basic +(?<pair>[A-Za-z0-9+/=_-]+)$/i

type Act = (request: WireRequest, name: string) => Promise<WireAnswer> | WireAnswer
type Resource = {
  /** For logs: a path may hold a number. */
  route: string
  path: RegExp
  acts: Partial<Record<'GET' | 'POST', Act>>
  /** Why a method is refused, in addition to which are not. */
  hint?: string
}

const READ_ONLY = 'services are settings here (docs/services.md): they are read, never written'

function resourcesOf({ wire, clock }: Deps): Resource[] {
  const since = clock.now()
  const ok = (body: object): WireAnswer => ({ status: 200, body })
  return [
    {
      ...{ route: '/v2/Services', path: /^\/v2\/Services$/, hint: READ_ONLY },
      acts: { GET: ({ caller, by }) => ok(serviceList(caller.service, since, by)) },
    },
    {
      ...{ route: '/v2/Services/{VA}', path: /^\/v2\/Services\/([^/]+)$/, hint: READ_ONLY },
      acts: { GET: ({ caller, by }) => ok(serviceResource(caller.service, since, by)) },
    },
    {
      route: '/v2/Services/{VA}/Verifications',
      path: /^\/v2\/Services\/([^/]+)\/Verifications$/,
      acts: { POST: wire.start },
    },
    {
      route: '/v2/Services/{VA}/Verifications/{Sid}',
      path: /^\/v2\/Services\/([^/]+)\/Verifications\/([^/]+)$/,
      acts: { GET: wire.read, POST: wire.update },
    },
    {
      route: '/v2/Services/{VA}/VerificationCheck',
      path: /^\/v2\/Services\/([^/]+)\/VerificationCheck$/,
      acts: { POST: wire.check },
    },
  ]
}

/** As it was asked for: `+` is a plus in a path. Undefined: no such text. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

function answerError(c: AppContext, error: TwilioError): Response {
  const { status, code, message, retryAfter } = error
  if (retryAfter !== undefined) {
    setHeader(c, 'retry-after', String(retryAfter))
    if (status === 429) setHeader(c, 'twilio-reached-rate-limit', 'true')
  }
  if (status === 401) setHeader(c, 'www-authenticate', 'Basic realm="countersign"')
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  return c.json(body, status as 400)
}

/** The password is an API key; the user is whoever its caller is with Twilio, and decides nothing. */
async function authenticate(c: AppContext, deps: Deps): Promise<string | undefined> {
  const pair = BASIC.exec(c.req.header('Authorization') ?? '')?.groups?.pair
  if (pair === undefined) return undefined
  const text = Buffer.from(pair, 'base64').toString('utf8')
  const [user = ''] = text.split(':', 1)
  const access = LOGIN_SID.test(user)
    ? await deps.authenticator.authenticate(text.slice(user.length + 1))
    : undefined
  const service = access?.service == null ? null : deps.services.get(access.service)
  if (!access || service === undefined) {
    const at = { where: 'api', route: c.get('route') ?? '', full: null } as const
    recordWrongKey(c, deps, { ...at, address: addressOf(c, deps) })
    return undefined
  }
  c.set('caller', { ...access, service })
  return user
}

/** Recorded as one of our own API's; answered in their shape. */
function refuseHere(c: AppContext, deps: Deps, error: ErrorSlug, detail: string): TwilioError {
  const refused = refusal(error, detail)
  refuse(c, deps, refused)
  return errorOf(refused, '/Services')
}

async function readForm(c: AppContext): Promise<Form | TwilioError> {
  if (c.req.method !== 'POST') return new URLSearchParams()
  const { headers } = c.env.incoming
  const isEmpty = headers['content-length'] === '0'
  if (!isEmpty && !FORM_TYPE.test(headers['content-type'] ?? ''))
    return twilioError(415, 60200, 'Send Content-Type: application/x-www-form-urlencoded')
  const bytes = await readBytes(c.env.incoming, MAX_FORM_BYTES)
  if (!bytes) return twilioError(413, 60200, `A body may have at most ${MAX_FORM_BYTES / 1024} KiB`)
  const form = new URLSearchParams(bytes.toString('utf8'))
  return refuseTwice(form) ?? form
}

/** Their parameter for it; else as for our own API. */
function endUserOf(c: AppContext, deps: Deps, form: Form) {
  const given = form.get('DeviceIp') || undefined
  if (given !== undefined && deps.parseAddress(given) === null)
    return invalid('DeviceIp', 'is not an IP address')
  return readEndUser(c, deps, { client_ip: given })
}

const originOf = (c: AppContext, { publicUrl }: Deps) => publicUrl ?? new URL(c.req.url).origin

async function answerTo(
  c: AppContext,
  deps: Deps,
  { act, sid, name }: { act: Act; sid: string | undefined; name: string | undefined },
): Promise<WireAnswer> {
  const user = await authenticate(c, deps)
  if (user === undefined) return unauthenticated()
  const { scopes, service } = c.get('caller') as {
    scopes: ReadonlySet<string>
    service: ServicePolicy | null
  }
  if (!scopes.has('verify') || service === null)
    return refuseHere(c, deps, 'scope_missing', 'The key needs the scope verify, of one service.')
  if (deps.tracing) await joinTrace(deps.tracing)(c)
  const own = serviceSidOf(service)
  if (sid !== undefined && sid.toLowerCase() !== own.toLowerCase())
    return notFound(`/Services/${SERVICE_SID.test(sid) ? sid : '{VA}'}`)
  const form = await readForm(c)
  if (isError(form)) return form
  const endUser = endUserOf(c, deps, form)
  if (isError(endUser)) return endUser
  const by: Asking = { accountSid: accountSidOf(user), base: originOf(c, deps) }
  const header = c.req.header('Idempotency-Key')
  const key = header === undefined ? null : parseIdempotencyKey(header)
  if (header !== undefined && key === null)
    return invalid('Idempotency-Key', 'must have 1 to 255 printable characters')
  const given = { ...Object.fromEntries(form), path: c.get('route'), name }
  const idempotency = idempotencyOf(key, given)
  return act({ caller: callerOf(c), by, form, endUser, idempotency }, name ?? '')
}

function refuseMethod(c: AppContext, { acts, hint }: Resource): TwilioError {
  const allowed = Object.keys(acts).join(', ')
  setHeader(c, 'allow', allowed)
  return twilioError(405, 20004, `Method not allowed: ${hint ?? `allowed here: ${allowed}`}`)
}

async function answerSafely(
  c: AppContext,
  deps: Deps,
  answer: () => Promise<WireAnswer>,
): Promise<Response> {
  try {
    const given = await answer()
    return isError(given) ? answerError(c, given) : c.json(given.body, given.status)
  } catch (error) {
    return answerError(c, errorOf(refuseFailure(c, deps, error), '/Services'))
  }
}

export function addTwilioWire(app: App, deps: Deps): void {
  const resources = resourcesOf(deps)
  app.all('/v2/*', (c) => {
    const path = new URL(c.req.url).pathname
    const found = resources.flatMap((resource) => {
      const match = resource.path.exec(path)
      return match ? [{ resource, parts: match.slice(1).map(decode) }] : []
    })[0]
    if (!found || found.parts.includes(undefined)) {
      c.set('route', '/v2/*')
      return answerError(c, notFound('/{…}'))
    }
    const { resource, parts } = found
    c.set('route', resource.route)
    const act = resource.acts[c.req.method as 'GET' | 'POST']
    const [sid, name] = parts
    return answerSafely(c, deps, async () =>
      act ? answerTo(c, deps, { act, sid, name }) : refuseMethod(c, resource),
    )
  })
}
