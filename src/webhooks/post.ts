// One request to a destination: HTTPS to an address that is allowed where the socket connects, a short deadline, a small answer.
// It must not follow a redirect, keep what the receiver says, log, or throw for anything that a peer does.

import type { LookupAddress } from 'node:dns'
import type { LookupFunction, Socket } from 'node:net'
import type { Agent, buildConnector, Dispatcher } from 'undici'
import { createSharedLookup } from '../kernel/shared-lookup.ts'
import { literalAddress, mayReach, type Range } from './address.ts'

/** A receiver queues what it hears and answers; one that works first would be asked again. */
export const DEADLINE_MS = 5_000
/** Read only so that the connection can be used again. */
const MAX_ANSWER_BYTES = 16 * 1024
const CONNECT_MS = 4_000
const KEEP_ALIVE_MS = 20_000
const CONNECTIONS_PER_HOST = 16
/** At once, and one that was slow: each holds a thread, which messages need more (kernel/shared-lookup.ts). */
const LOOKUPS = 6
const SECOND_MS = 1000

export type Answer =
  | { kind: 'taken' }
  | {
      kind: 'failed'
      /** A word of ours: `http_500`, `timeout`, `address_not_allowed`, … */
      error: string
      status: number | null
      retryAfterMs: number | null
    }

export type Post = (request: {
  url: string
  headers: Record<string, string>
  body: string
}) => Promise<Answer>

export type Poster = { post: Post; close(): Promise<void> }

const NOT_ALLOWED = 'address_not_allowed'

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error(NOT_ALLOWED), { code: NOT_ALLOWED })
}

/** The addresses of a name are checked in the connection's own look-up: there is no second one in between. */
function createLookup(allowed: readonly Range[], resolve: LookupFunction): LookupFunction {
  return (name, options, callback) =>
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const all = found as LookupAddress[]
      const reachable = all.filter(({ address }) => mayReach(address, allowed)) // mutant: C34.looked-up-checked
      const [first] = reachable
      if (!first) return callback(refusal(), [])
      if (options.all) callback(null, reachable)
      else callback(null, first.address, first.family)
    })
}

/** Whatever resolved it: the peer of the socket is what counts. */
function checkPeer(connect: buildConnector.connector, allowed: readonly Range[]) {
  return (options: buildConnector.Options, callback: buildConnector.Callback) =>
    connect(options, (...[error, socket]: [Error, null] | [null, Socket]) => {
      if (error) return callback(error, null)
      if (mayReach(socket.remoteAddress ?? '', allowed)) return callback(null, socket) // mutant: C34.peer-checked
      socket.destroy()
      callback(refusal(), null)
    })
}

async function openAgent(
  allowed: readonly Range[],
  resolve: LookupFunction | undefined,
  deadlineMs: number,
): Promise<Agent> {
  // Half a megabyte of source: a service without webhooks never loads it for them.
  const { Agent, buildConnector } = await import('undici')
  const connect = buildConnector({
    timeout: CONNECT_MS,
    allowH2: false,
    lookup: createLookup(allowed, createSharedLookup({ resolve, most: LOOKUPS })),
  })
  return new Agent({
    connections: CONNECTIONS_PER_HOST,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Only a safety net: the deadline is the request's.
    headersTimeout: 2 * deadlineMs,
    bodyTimeout: 2 * deadlineMs,
    connect: checkPeer(connect, allowed),
  })
}

const FAILURES: Readonly<Record<string, string>> = {
  [NOT_ALLOWED]: NOT_ALLOWED,
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'connect_timeout',
}

/** A library's message may contain a host or a path. */
function failureOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'timeout'
  const { code, errors } = (error ?? {}) as NodeJS.ErrnoException & { errors?: unknown[] }
  // Of several addresses that were tried.
  if (code === undefined && errors?.[0]) return failureOf(errors[0], signal)
  if (/CERT|SIGNATURE|SSL|TLS/.test(code ?? '')) return 'tls_failed'
  return FAILURES[code ?? ''] ?? 'connection_failed'
}

const failed = (error: string, status: number | null = null, retryAfterMs: number | null = null) =>
  ({ kind: 'failed', error, status, retryAfterMs }) as const

/** In seconds; a date is rare, and needs a clock that agrees with the receiver's. */
function retryAfterOf(header: unknown): number | null {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * SECOND_MS : null
}

type Request = Parameters<Post>[0]

/** The status is the answer, even where the rest breaks off; what it says interests nobody. */
function dispatch(agent: Agent, { url, headers, body }: Request, signal: AbortSignal) {
  const { origin, pathname, search } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<Answer>()
  let answer: Answer | undefined
  let size = 0
  let controller: Dispatcher.DispatchController | undefined
  const onAbort = () => {
    controller?.abort(new Error('deadline'))
    resolve(answer ?? failed('timeout'))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (signal.aborted) started.abort(new Error('deadline'))
    },
    onResponseStart(_, status, answered) {
      if (status < 200) return
      const isTaken = status < 300 // mutant: C57.redirect-not-taken
      answer = isTaken
        ? { kind: 'taken' }
        : failed(`http_${status}`, status, retryAfterOf(answered['retry-after']))
    },
    onResponseData(started, chunk) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) started.abort(new Error('answer too long'))
    },
    onResponseEnd: () => resolve(answer ?? failed('connection_failed')),
    onResponseError: (_, error) => resolve(answer ?? failed(failureOf(error, signal))),
  }
  const common = { 'user-agent': 'countersign', 'accept-encoding': 'identity' }
  const request = { origin, path: pathname + search, method: 'POST', body } as const
  agent.dispatch({ ...request, headers: { ...common, ...headers } }, handler)
  return promise.finally(() => signal.removeEventListener('abort', onAbort))
}

/** @param allowed private ranges that may be reached in addition */
export function createPoster({
  allowed,
  resolve,
  deadlineMs = DEADLINE_MS,
}: {
  allowed: readonly Range[]
  resolve?: LookupFunction | undefined
  deadlineMs?: number
}): Poster {
  let opening: Promise<Agent> | undefined
  const agentOf = () => {
    // If it could not be loaded, the next request tries again.
    opening ??= openAgent(allowed, resolve, deadlineMs).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    async post(request) {
      const literal = literalAddress(new URL(request.url))
      // A socket looks no address up.
      if (literal !== null && !mayReach(literal, allowed)) return failed(NOT_ALLOWED) // mutant: C34.literal-checked
      const agent = await agentOf()
      return await dispatch(agent, request, AbortSignal.timeout(deadlineMs))
    },
    close: async () => (await opening?.catch(() => undefined))?.destroy(),
  }
}
