// Listens, answers what never became a request, and ends without dropping what was accepted.
// It must not know a route, nor write into an answer that has begun.

import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Clock } from '../kernel/clock.ts'
import { ERRORS, type ErrorSlug } from '../kernel/errors.ts'
import { createId } from '../kernel/ids.ts'
import { createBoundedServer, SERVER_TIMES, type ServerTimes } from './bounded-server.ts'
import type { Log } from './deps.ts'
import { drain, listen } from './listen.ts'
import { INTERNAL_ERROR, PROBLEM_JSON, problemBody, refusal } from './problem.ts'
import type { App } from './register.ts'

/**
 * Per node. A connection whose body never ends costs 60 KiB: 120 MiB in addition to the 165 of a flood of hashes, of the
 * 384 of deploy/. A login flow keeps a few dozen; silent ones are closed first (bounded-server.ts).
 */
export const MAX_CONNECTIONS = 2_048 // mutant: C52.connection-memory
/**
 * The host name of an HTTP/1.0 request without Host (RFC 1945 §5), such as HAProxy’s `option httpchk` sends. Not
 * localhost: a check for a local name must not be satisfied by no name at all (RFC 2606 §2).
 */
const UNNAMED = 'unnamed.invalid'
/** How often it is logged that connections are at their bound. */
const FULL_EVERY_MS = 60_000

export type RunningServer = {
  /** The port that was bound (0 asked for any); null on a Unix socket. */
  port: number | null
  /** `http://127.0.0.1:8080`, or `unix:/path`. */
  url: string
  /**
   * Stops accepting, answers what was accepted, closes idle connections.
   * @returns false where connections had to be cut off at the deadline
   */
  close(deadlineMs: number): Promise<boolean>
}

export type ServerOptions = {
  app: Pick<App, 'fetch'>
  /** An address or name, or `unix:/path`. */
  host: string
  port: number
  clock: Clock
  logger: Log
  times?: Partial<ServerTimes>
  maxConnections?: number
}

function warnFull({ logger, clock }: ServerOptions, most: number): () => void {
  let next = 0
  return () => {
    if (clock.now() < next) return
    next = clock.now() + FULL_EVERY_MS
    logger.warn({ connections: most }, 'connections are at their bound: idle ones are closed')
  }
}

function createHttpServer(
  options: ServerOptions,
  times: ServerTimes,
  answering: WeakMap<Socket, ServerResponse>,
): Server {
  const { app, clock, logger } = options
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    hostname: UNNAMED, // mutant: C71.http10-without-host
    // A request target or Host header that does not form a URL. The app answers everything else.
    errorHandler(error) {
      const broken = error instanceof Error && error.name === 'RequestError'
      const instance = createId('req', clock.now())
      if (!broken) logger.error({ err: error, request_id: instance }, 'request failed')
      const refused = broken
        ? refusal('invalid_request', 'The request target or the Host header is not valid.')
        : INTERNAL_ERROR
      return new Response(JSON.stringify(problemBody(refused, instance)), {
        status: ERRORS[refused.error].status,
        headers: { 'Content-Type': PROBLEM_JSON, 'X-Request-Id': instance },
      })
    },
  })
  const { maxConnections = MAX_CONNECTIONS } = options
  const server = createBoundedServer({
    times,
    maxConnections,
    onFull: warnFull(options, maxConnections),
    answer(incoming, outgoing) {
      answering.set(incoming.socket, outgoing)
      void listener(incoming, outgoing)
    },
  })
  server.on('clientError', refuseBrokenRequest(clock, answering))
  return server
}

/** @throws the error of `listen`, such as EADDRINUSE */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const times = { ...SERVER_TIMES, ...options.times }
  const server = createHttpServer(options, times, new WeakMap())
  await listen(server, options.host, options.port)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : null
  const host = options.host.includes(':') && port !== null ? `[${options.host}]` : options.host
  let closing: Promise<boolean> | undefined
  return {
    port,
    url: port === null ? options.host : `http://${host}:${port}`,
    close(deadlineMs) {
      closing ??= drain(server, Math.min(times.lingerMs, deadlineMs), deadlineMs)
      return closing
    },
  }
}

/** How long a refused peer may take to read the refusal. */
const BROKEN_SOCKET_MS = 1_000

/** The faults that Node finds before there is a request. */
const SLUG_OF_CODE: Record<string, ErrorSlug> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
}

/** A whole HTTP/1.1 answer for a request that never became one. */
function rawProblem(error: ErrorSlug, nowMs: number): string {
  const { status, title } = ERRORS[error]
  const id = createId('req', nowMs)
  const body = JSON.stringify(problemBody(refusal(error, `${title}.`), id))
  return [
    `HTTP/1.1 ${status} ${title}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

/** For `clientError`; `answering` holds the answer in progress on each socket. */
function refuseBrokenRequest(clock: Clock, answering: WeakMap<Socket, ServerResponse>) {
  return (error: NodeJS.ErrnoException, socket: Socket) => {
    // This text would corrupt an answer that is still being written.
    const last = answering.get(socket)
    const isUnderWay = last?.headersSent === true && !last.writableFinished
    if (socket.writable && !isUnderWay && error.code !== 'ECONNRESET') {
      const slug = SLUG_OF_CODE[error.code ?? ''] ?? 'invalid_request'
      socket.end(rawProblem(slug, clock.now()))
      // A peer that never closes its side must not keep the socket.
      socket.setTimeout(BROKEN_SOCKET_MS, () => socket.destroy())
    } else {
      socket.destroy()
    }
  }
}
