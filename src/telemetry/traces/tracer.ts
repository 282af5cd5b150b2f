// Spans by OpenTelemetry's API. The span that work belongs to is passed on by Node's asynchronous context.
// It must not set anything up for the whole process: no global provider, no patched module, no header on a request of ours.

import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Span as ApiSpan,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { parseTraceParent, TraceState } from '@opentelemetry/core'
import type { Span, SpanFields, SpanStart, TraceContext, Tracing } from '../../kernel/tracing.ts'

/** Of version 00; a later one may be longer (W3C Trace Context §3.2.4), but not without end. */
const MAX_PARENT = 128
/** §3.3.1.5: at least so much is passed on. */
const MAX_STATE = 512
const SAMPLED = 1

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

/** Undefined: it is not valid, and ignored with its state. */
function readContext({ traceparent = '', tracestate }: Partial<TraceContext>, isRemote: boolean) {
  const parent = traceparent.length <= MAX_PARENT ? parseTraceParent(traceparent) : null // mutant: C80.hostile-parent
  if (!parent) return undefined
  const isState = tracestate != null && tracestate.length <= MAX_STATE
  return { ...parent, isRemote, ...(isState && { traceState: new TraceState(tracestate) }) }
}

function contextOf(given: Partial<TraceContext>, isRemote = false): Context {
  const parent = readContext(given, isRemote)
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
}

function setFields(span: ApiSpan, fields: SpanFields): void {
  for (const [name, value] of Object.entries(fields))
    if (value !== null && value !== undefined) span.setAttribute(name, value)
  // Without a message: the type says what a message may say.
  if (fields['error.type']) span.setStatus({ code: SpanStatusCode.ERROR })
}

const nowMs = () => performance.timeOrigin + performance.now()

type Ending = Span & { readonly hasEnded: boolean }

function wrap(span: ApiSpan): Ending {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const isSampled = (traceFlags & SAMPLED) !== 0
  const tracestate = traceState?.serialize() || null
  let looking: Promise<void> | undefined
  let hasEnded = false
  return {
    traceId,
    get hasEnded() {
      return hasEnded
    },
    context: () => (isSampled ? { traceparent: `00-${traceId}-${spanId}-01`, tracestate } : null),
    set: (fields) => setFields(span, fields),
    linkTo(context) {
      looking = context.then(
        (found) => {
          const to = found && readContext(found, false)
          if (to && to.traceId !== traceId) span.addLink({ context: to })
        },
        () => {},
      )
    },
    end(at = looking && nowMs()) {
      hasEnded = true
      if (!looking) return span.end(at)
      void looking.then(() => span.end(at))
    },
  }
}

export function createTracing(tracer: Tracer): Tracing {
  const active = new AsyncLocalStorage<Ending | undefined>()
  const begin = (name: string, context: Context, start: Omit<SpanStart, 'parent'>) => {
    const { kind = 'internal', startedAt, link, fields } = start
    const linked = link && readContext(link, false)
    const span = tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        ...(startedAt !== undefined && { startTime: startedAt }),
        ...(linked && { links: [{ context: linked }] }),
      },
      context,
    )
    if (fields) setFields(span, fields)
    return wrap(span)
  }
  return {
    begin: (name, { parent, ...start }) =>
      begin(name, parent ? contextOf(parent) : ROOT_CONTEXT, start),
    beginRequest: (name, headers, fields) =>
      begin(name, contextOf(headers, true), { kind: 'server', fields }),
    current() {
      const span = active.getStore()
      return span?.hasEnded ? undefined : span
    },
    enter: (span) => active.enterWith(span as Ending),
    within: (span, run) => active.run(span as Ending | undefined, run),
  }
}
