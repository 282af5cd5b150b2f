// Pages of other origins that may ask at the front door: those of FRONT_ORIGINS, each for its own service (Fetch §3.2).
// No cookie is asked for or sent: the header carries the browser's secret.

import type { MiddlewareHandler } from 'hono'
import type { ServicePolicy } from '../verification/policy.ts'
import { setHeader } from './answer-headers.ts'
import { BROWSER_HEADER } from './browser-secret.ts'
import type { AppContext, AppDeps, AppEnv } from './deps.ts'

const PREFLIGHT_SECONDS = 600

/** Of another page; undefined: a page of this origin, or no browser. */
function foreignOrigin(c: AppContext): string | undefined {
  const origin = c.req.header('Origin')
  if (origin === undefined || c.req.header('Sec-Fetch-Site') === 'same-origin') return undefined
  const isOwn = URL.canParse(origin) && new URL(origin).host === c.req.header('Host')
  return isOwn ? undefined : origin
}

/** @returns whether a page of the request's origin may ask about a verification of the service */
export function mayAsk(c: AppContext, { frontOrigins }: ServicePolicy): boolean {
  const origin = foreignOrigin(c)
  return origin === undefined || frontOrigins.includes(origin) // mutant: C86.own-origins
}

/**
 * Of every service: which one it is about is known once its token is read, and a refusal must be readable, too. A preflight has
 * no token of its own to prove.
 */
export function allowFrontOrigins(deps: Pick<AppDeps, 'services'>): MiddlewareHandler<AppEnv> {
  let known: ReadonlySet<string> | undefined
  return async (c, next) => {
    setHeader(c, 'vary', 'Origin')
    const origin = foreignOrigin(c)
    known ??= new Set([...deps.services.values()].flatMap(({ frontOrigins }) => frontOrigins))
    if (origin === undefined || !known.has(origin)) return next()
    setHeader(c, 'access-control-allow-origin', origin)
    setHeader(c, 'access-control-expose-headers', 'Retry-After, X-Request-Id')
    const isPreflight =
      c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined
    if (!isPreflight) return next()
    c.set('route', 'preflight')
    setHeader(c, 'access-control-allow-methods', 'GET, POST')
    setHeader(c, 'access-control-allow-headers', `Content-Type, ${BROWSER_HEADER}`)
    setHeader(c, 'access-control-max-age', String(PREFLIGHT_SECONDS))
    return c.body(null, 204)
  }
}
