// /one-time-password-sms/v1/…: CAMARA's One Time Password SMS, for clients of an operator's API. Loaded with its first request,
// where a service has it. It must answer in their shape alone, with their x-correlator. No part of our API, so not in its document.

import {
  type CamaraError,
  camaraError,
  denied,
  errorOf,
  invalid,
  notHere,
  unauthenticated,
} from '../../wires/camara/errors.ts'
import type { CamaraAnswer, CamaraRequest, CamaraWire } from '../../wires/camara/wire.ts'
import { setHeader } from '../answer-headers.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { readEndUser } from '../end-user.ts'
import { refuseFailure } from '../failures.ts'
import { callerOf, requireKey, VERIFY } from '../middleware/auth.ts'
import { readBody } from '../middleware/body.ts'
import { joinTrace } from '../middleware/trace.ts'
import { refuse } from '../refuse.ts'
import type { App } from '../register.ts'

type Deps = AppDeps & { wire: CamaraWire }

const UNDER = '/one-time-password-sms/v1'
/** As theirs has it. */
const CORRELATOR = /^[a-zA-Z0-9\-_:;./<>{}]{0,256}$/

type Act = (request: CamaraRequest) => Promise<CamaraAnswer>

function answerError(c: AppContext, error: CamaraError): Response {
  const { status, code, message, retryAfter } = error
  if (retryAfter !== undefined) setHeader(c, 'retry-after', String(retryAfter))
  return c.json({ status, code, message }, status as 400)
}

/** The key decides as for our own API, and its refusals are recorded as there. */
async function refuseKey(c: AppContext, deps: Deps): Promise<CamaraError | undefined> {
  const refused = await requireKey(deps, VERIFY)(c)
  if (refused)
    return refused.status === 401
      ? unauthenticated()
      : denied('The key needs the scope verify, of one service.')
  const { service } = callerOf(c)
  // mutant: C96.own-switch
  return service.camaraOtp
    ? undefined
    : denied(`The service ${service.name} has no CAMARA_OTP=true.`)
}

async function answerTo(c: AppContext, deps: Deps, act: Act): Promise<CamaraAnswer> {
  const refused = await refuseKey(c, deps)
  if (refused) return refused
  if (!CORRELATOR.test(c.req.header('x-correlator') ?? ''))
    return invalid('x-correlator has at most 256 letters, digits and -_:;./<>{}.')
  if (deps.tracing) await joinTrace(deps.tracing)(c)
  const read = await readBody(c.env.incoming, false)
  if ('kind' in read) {
    refuse(c, deps, read)
    return errorOf(read, 'send')
  }
  const body = read.body as Record<string, unknown>
  return act({ caller: callerOf(c), body, endUser: readEndUser(c, deps, {}) })
}

async function answerSafely(c: AppContext, deps: Deps, act: Act): Promise<Response> {
  try {
    const answer = await answerTo(c, deps, act)
    if ('code' in answer) return answerError(c, answer)
    return answer.status === 204 ? c.body(null, 204) : c.json(answer.body, 200)
  } catch (error) {
    return answerError(c, errorOf(refuseFailure(c, deps, error), 'send'))
  }
}

export function addCamaraWire(app: App, deps: Deps): void {
  const acts: ReadonlyMap<string, Act> = new Map([
    [`${UNDER}/send-code`, deps.wire.sendCode],
    [`${UNDER}/validate-code`, deps.wire.validateCode],
  ])
  app.all('/one-time-password-sms/*', (c) => {
    const given = c.req.header('x-correlator')
    if (given !== undefined && CORRELATOR.test(given)) setHeader(c, 'x-correlator', given)
    const act = acts.get(c.req.path)
    c.set('route', act ? c.req.path : '/one-time-password-sms/*')
    if (!act) return answerError(c, notHere())
    if (c.req.method === 'POST') return answerSafely(c, deps, act)
    setHeader(c, 'allow', 'POST')
    return answerError(c, camaraError(405, 'METHOD_NOT_ALLOWED', 'Allowed here: POST.'))
  })
}
