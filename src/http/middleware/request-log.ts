// Gives each request its id, returns it in every answer, and writes one line when it is done.
// It must not log a body, a query, a header's value or the path a stranger chose: the route, at most.

import type { MiddlewareHandler } from 'hono'
import { createId } from '../../kernel/ids.ts'
import { setHeader } from '../answer-headers.ts'
import type { AppDeps, AppEnv } from '../deps.ts'
import { endSpan } from './trace.ts'

/** An incoming X-Request-Id is never trusted as ours; a plain one helps to follow a call across services. */
const LOGGABLE_ID = /^[\w-]{1,64}$/
/** Probes arrive every few seconds and are not worth a line. */
const QUIET_ROUTES: readonly string[] = ['/healthz', '/readyz']
/** Anybody may ask there without a key, thousands of times a second: the desks tell of those in one line a minute. */
const DOORS: readonly string[] = ['/receipts/{provider}', '/calls/{provider}', '/relay/{system}']

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A label of its own for each word that strangers send would take memory for each. */
const knownMethod = (method: string) => (METHODS.includes(method) ? method : 'other')

export function requestLog({
  clock,
  logger,
  metrics,
}: Pick<AppDeps, 'clock' | 'logger' | 'metrics'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = clock.now()
    const began = performance.now()
    const requestId = createId('req', startedAt)
    c.set('requestId', requestId)
    setHeader(c, 'x-request-id', requestId)
    await next()
    const route = c.get('route') ?? null
    const { method } = c.req
    const seconds = (performance.now() - began) / 1000
    metrics.observeRequest(route ?? 'none', knownMethod(method), c.res.status, seconds)
    const given = c.req.header('X-Request-Id')
    const span = c.get('span')
    const line = {
      request_id: requestId,
      method,
      route,
      status: c.res.status,
      duration_ms: clock.now() - startedAt,
      key_id: c.get('caller')?.keyId ?? null,
      ...(span && { trace_id: span.traceId }),
      ...(given && LOGGABLE_ID.test(given) && { caller_request_id: given }),
    }
    const isRefused = c.res.status >= 400 && c.res.status < 500
    const isStrangers = isRefused && route !== null && DOORS.includes(route) // mutant: C55.refusals-in-one-line
    const isQuiet = isStrangers || (route !== null && QUIET_ROUTES.includes(route))
    logger[isQuiet ? 'debug' : 'info'](line, 'request')
    if (span) endSpan(span, c.res.status)
  }
}
