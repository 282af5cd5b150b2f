// Traces as the parts of the service see them: spans, and the context by which others join one (W3C Trace Context).
// It must not name a library: telemetry/traces/ loads one, and only where traces are asked for.

/** As in the headers of the same names. Of a sampled span: nothing joins another. */
export type TraceContext = { traceparent: string; tracestate: string | null }

/**
 * All that a span can say, by OpenTelemetry's semantic conventions and names of our own. None of them is for a recipient,
 * a code, an end user's address, a token or a URL (I7: codes never leak).
 */
export type SpanFields = {
  'http.request.method'?: string
  'http.route'?: string
  'http.response.status_code'?: number | null
  /** A host name alone: a URL may hold a token, a number and a code. */
  'server.address'?: string
  'server.port'?: number
  /** A status or a word of ours, or a provider's own short code. With it the span has failed. */
  'error.type'?: string | null
  'countersign.verification.id'?: string
  'countersign.service'?: string
  'countersign.channel'?: string
  'countersign.provider'?: string
  'countersign.country'?: string | null
  'countersign.outcome'?: string
  /** Which message of the verification, and which request to a provider for it. */
  'countersign.send'?: number
  'countersign.try'?: number
  /** Of a webhook. */
  'countersign.event'?: string
  'countersign.destination'?: string
}

export type Span = {
  readonly traceId: string
  /** Null: it is not sampled. */
  context(): TraceContext | null
  set(fields: SpanFields): void
  /** To a trace that is still being looked up: the end waits for it, and keeps its own time. */
  linkTo(context: Promise<TraceContext | null>): void
  /** @param atMs when it did, in milliseconds since the epoch; now */
  end(atMs?: number): void
}

export type SpanStart = {
  kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  /** Null: a trace of its own. */
  parent: TraceContext | null
  fields?: SpanFields
  /** Where it began before: in milliseconds since the epoch. */
  startedAt?: number
  link?: TraceContext | null
}

export type Tracing = {
  begin(name: string, start: SpanStart): Span
  /** Of a request with a valid key. What is no valid context in its headers is ignored. */
  beginRequest(name: string, headers: Partial<TraceContext>, fields: SpanFields): Span
  /** The one that this work belongs to; undefined: none, or it has ended. */
  current(): Span | undefined
  /** For the rest of the caller's own asynchronous work. */
  enter(span: Span): void
  /** Undefined: outside of any, such as work that a request woke. */
  within<T>(span: Span | undefined, run: () => T): T
}

/** The context of a request that made a message (`send`), or ended the verification (0). `at`: when. */
export type KeptTrace = TraceContext & { send: number; at: number }

/** In place of a send: the request that ended the verification. */
export const ENDING = 0

/** @throws StoreUnavailableError */
export type TraceStore = {
  /** All that is kept of a verification; empty: it was not traced. */
  of(verificationId: string): Promise<readonly KeptTrace[]>
}
