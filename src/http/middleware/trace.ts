// The span of a request, in the trace that its caller names by W3C Trace Context.
// It must not say more of it than the route: a path holds ids, a query what was searched for.

import type { Span, Tracing } from '../../kernel/tracing.ts'
import type { Step } from '../deps.ts'

/** @param whose `own`: of a person's browser, which does not decide what is traced here */
export function joinTrace(tracing: Tracing, whose: 'caller' | 'own' = 'caller'): Step {
  return (c) => {
    const route = c.get('route') ?? ''
    const { method } = c.req
    const isCaller = whose === 'caller' // mutant: C86.own-trace
    const headers = {
      traceparent: (isCaller && c.req.header('traceparent')) || '',
      tracestate: (isCaller && c.req.header('tracestate')) || null,
    }
    const fields = { 'http.request.method': method, 'http.route': route }
    const span = tracing.beginRequest(`${method} ${route}`, headers, fields)
    c.set('span', span)
    tracing.enter(span)
    return undefined
  }
}

/** A refusal is an answer: only a fault of this service has failed (semantic conventions of HTTP servers). */
export function endSpan(span: Span, status: number): void {
  const failure = status >= 500 ? String(status) : null
  span.set({ 'http.response.status_code': status, 'error.type': failure })
  span.end()
}
