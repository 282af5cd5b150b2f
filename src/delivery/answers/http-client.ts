// HTTP towards providers: one request, one answer, and the class of an answer or a failure.
// It must not follow a redirect, read without a bound, log, or throw for anything that a peer does.

import type { LookupFunction } from 'node:net'
import type { Agent, Dispatcher } from 'undici'
import type { Clock } from '../../kernel/clock.ts'
import { createSharedLookup } from '../../kernel/shared-lookup.ts'
import {
  ambiguous,
  type Fault,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
  permanent,
  type SendResult,
  temporary,
} from '../ports.ts'
import { parseRetryAfter } from './backoff.ts'

/** An answer contains an id or an error code; anything longer is a page for people. */
export const MAX_BODY_BYTES = 64 * 1024
/** Shorter than the deadline, so that "could not connect" and "did not answer" differ. */
const CONNECT_TIMEOUT_MS = 5_000
/** Load balancers keep an idle connection for a minute or more; a server's own hint goes before this. */
const KEEP_ALIVE_MS = 20_000
/** As many as a lane has places, and some for other lanes to the same host. */
export const CONNECTIONS_PER_HOST = 64
/** Past our own deadline: only a safety net. */
const NET_TIMEOUT_MS = 60_000

/**
 * Some gateways refuse clients without a name. Without the second header an answer may be compressed (RFC 9110 §12.5.3):
 * its id would not be found, and the message would go out three times.
 */
const COMMON = { 'user-agent': 'countersign', 'accept-encoding': 'identity' } // mutant: C67.identity-encoding

/** RFC 8470 §5.2, RFC 6585 §4, RFC 9110 §15.6.4: refused before anything was done; it may succeed later. */
const TEMPORARY_STATUSES = new Set([425, 429, 503]) // mutant: C67.untaken-until-deadline
/**
 * Some gateways answer like this after they have taken the message: a proxy in front of them gave up (504, 408), or one of
 * their later steps failed (500). So a send gets three of these, not eight (C67). 409: the previous try with the same
 * Idempotency-Key is still in progress.
 */
const AMBIGUOUS_STATUSES = new Set([408, 409]) // mutant: C67.conflict-ambiguous
/** RFC 9110 §15.5: the login, the balance, the permissions, or the URL. So is any redirect (§15.4), which is not followed. */
const ACCOUNT_STATUSES = new Set([401, 402, 403, 404, 407])

async function openAgent(resolve: LookupFunction | undefined): Promise<Agent> {
  // Half a megabyte of source: no start waits for it.
  const { Agent } = await import('undici')
  return new Agent({
    connections: CONNECTIONS_PER_HOST,
    pipelining: 1,
    // One request a connection, so that "was written" means this request.
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: NET_TIMEOUT_MS,
    bodyTimeout: NET_TIMEOUT_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: createSharedLookup({ resolve }) },
  })
}

/** @param deps.resolve for tests */
export function createHttpClient(deps: {
  clock: Clock
  resolve?: LookupFunction | undefined
}): HttpClient {
  let opening: Promise<Agent> | undefined
  const agent = () => {
    // If it could not be loaded, the next request tries again.
    opening ??= openAgent(deps.resolve).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    prepare: async () => void (await agent()),
    send: async (request, signal) => send(await agent(), deps.clock, request, signal),
    close: async () => (await opening?.catch(() => undefined))?.destroy(),
  }
}

const begin = () => ({
  /** The request, or a part of it, was written: from here on it may have been taken. */
  written: false,
  status: null as number | null,
  headers: {} as Record<string, string>,
  retryAfterMs: null as number | null,
  wallMs: null as number | null,
  chunks: [] as Buffer[],
  size: 0,
  controller: undefined as Dispatcher.DispatchController | undefined,
})
type Progress = ReturnType<typeof begin>

function send(
  agent: Dispatcher,
  clock: Clock,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const progress = begin()
  return new Promise((resolve) => {
    const finish = (error?: Error) => {
      signal.removeEventListener('abort', onAbort)
      resolve(toAnswer(progress, error, signal.aborted))
    }
    const onAbort = () => {
      progress.controller?.abort(new Error('deadline'))
      finish()
    }
    if (signal.aborted) return finish()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const { origin, pathname, search } = new URL(request.url)
      const { method, headers, body } = request
      const options = {
        origin,
        path: pathname + search,
        method: method as Dispatcher.HttpMethod,
        headers: { ...COMMON, ...headers },
        body: body === '' ? null : body,
      }
      agent.dispatch(options, createHandler(progress, clock, signal, finish))
    } catch (error) {
      finish(error instanceof Error ? error : new Error('dispatch'))
    }
  })
}

function createHandler(
  progress: Progress,
  clock: Clock,
  signal: AbortSignal,
  finish: (error?: Error) => void,
): Dispatcher.DispatchHandler {
  return {
    // Called once there is a connection, just before the head of the request goes out.
    onRequestStart(controller) {
      if (signal.aborted) return controller.abort(new Error('deadline'))
      progress.controller = controller
      progress.written = true
    },
    onResponseStart(_controller, status, headers) {
      if (status < 200) return
      progress.status = status
      progress.headers = firstValues(headers)
      const { date = '', 'retry-after': retryAfter } = progress.headers
      const wallMs = Date.parse(date)
      progress.wallMs = Number.isNaN(wallMs) ? null : wallMs // mutant: C71.doctor-clock-skew
      progress.retryAfterMs = parseRetryAfter(retryAfter, clock.now())
    },
    onResponseData(controller, chunk) {
      const room = MAX_BODY_BYTES - progress.size
      progress.chunks.push(Buffer.from(chunk.subarray(0, room)))
      progress.size += Math.min(chunk.length, room)
      if (chunk.length <= room) return
      finish()
      controller.abort(new Error('body too large'))
    },
    onResponseEnd: () => finish(),
    onResponseError: (_controller, error) => finish(error),
  }
}

function firstValues(headers: Record<string, string | string[] | undefined>) {
  const pairs = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    (Array.isArray(value) ? value[0] : value) ?? '',
  ])
  return Object.fromEntries(pairs) as Record<string, string>
}

function toAnswer(progress: Progress, error: Error | undefined, timedOut: boolean): HttpAnswer {
  const { status, headers, wallMs } = progress
  const body = Buffer.concat(progress.chunks).toString('utf8')
  // A status is an answer, even where the body broke off: taken for a failure, a message with a 202 would be sent again (C24).
  if (status !== null)
    return { status, body, headers, wallMs, verdict: classify(status, progress.retryAfterMs) }
  const reason = timedOut ? 'timeout' : failureCode(error)
  const message = timedOut ? 'no answer in time' : 'the connection failed'
  const verdict = progress.written ? ambiguous(reason, message) : temporary(reason, message)
  return { status: null, body: '', headers, wallMs, verdict }
}

function classify(status: number, retryAfterMs: number | null): SendResult {
  if (status >= 200 && status < 300) return { kind: 'accepted', reference: null }
  const failure = [`http_${status}`, `the provider answered ${status}`] as const
  if (TEMPORARY_STATUSES.has(status)) return temporary(...failure, retryAfterMs)
  if (status >= 500 || AMBIGUOUS_STATUSES.has(status)) return ambiguous(...failure) // mutant: C67.ambiguous-three-tries
  return permanent(faultOfStatus(status), ...failure)
}

/** Of a status that refuses for good. */
export function faultOfStatus(status: number): Fault {
  return status < 400 || ACCOUNT_STATUSES.has(status) ? 'account' : 'message' // mutant: C53.http-account-fault
}

const FAILURES: Record<string, string> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ETIMEDOUT: 'connect_timeout',
}

/** Our own word: a library's message may contain a host or a path. */
function failureCode(error: Error | undefined): string {
  const { code, name } = (error ?? {}) as NodeJS.ErrnoException
  if (name === 'HTTPParserError') return 'not_http'
  if (code === undefined) return 'connection_failed'
  if (/CERT|SIGNATURE|SSL|TLS/.test(code)) return 'tls_failed'
  return FAILURES[code] ?? 'connection_failed'
}
