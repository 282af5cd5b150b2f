// Listens, bounds what a slow or silent client may cost, and ends without dropping what was accepted.
// It must not know a route.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Clock } from '../kernel/clock.ts'
import { ERRORS, type ErrorSlug } from '../kernel/errors.ts'
import { createId } from '../kernel/ids.ts'
import type { Log } from './deps.ts'
import { INTERNAL_ERROR, PROBLEM_JSON, problemBody, refusal } from './problem.ts'
import type { App } from './register.ts'

export type ServerTimes = {
  /** From the first byte (or the connection) to the end of the headers: also bounds silent connections. */
  headersMs: number
  /** To the end of the body. Node's own default is 300 s. */
  requestMs: number
  /** How often both are looked at. */
  checkEveryMs: number
  /** Load balancers keep idle connections for 60 s; who closes first must be the client. */
  keepAliveMs: number
  /** A socket on which nothing moves, such as that of a client that does not read its answer. */
  inactiveMs: number
  /** While closing: an idle connection may still bring one request that was on its way. */
  lingerMs: number
}
export const SERVER_TIMES: ServerTimes = {
  headersMs: 10_000,
  requestMs: 15_000,
  checkEveryMs: 1_000,
  keepAliveMs: 65_000,
  inactiveMs: 75_000,
  lingerMs: 500,
}
const MAX_HEADER_BYTES = 16 * 1024
/** How long a refused peer may take to read the refusal. */
const BROKEN_SOCKET_MS = 1_000
/** While closing, how often it is looked whether idle connections can go. */
const CLOSE_POLL_MS = 20

const UNIX_PREFIX = 'unix:'

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
}

/** What Node found wrong before there was a request. */
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

function refuseBrokenRequest(clock: Clock, answering: WeakMap<Socket, ServerResponse>) {
  return (error: NodeJS.ErrnoException, socket: Socket) => {
    // An answer that has begun would be followed by garbage.
    const begun = answering.get(socket)?.headersSent === true
    if (socket.writable && !begun && error.code !== 'ECONNRESET') {
      const slug = SLUG_OF_CODE[error.code ?? ''] ?? 'invalid_request'
      socket.end(rawProblem(slug, clock.now()))
      // A peer that never closes its side must not keep the socket.
      socket.setTimeout(BROKEN_SOCKET_MS, () => socket.destroy())
    } else {
      socket.destroy()
    }
  }
}

function createHttpServer(
  options: ServerOptions,
  times: ServerTimes,
  answering: WeakMap<Socket, ServerResponse>,
): Server {
  const { app, clock, logger } = options
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    // A request target or Host header that makes no URL. Anything else was answered by the app.
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
  const server = createServer(
    {
      headersTimeout: times.headersMs,
      requestTimeout: times.requestMs,
      connectionsCheckingInterval: times.checkEveryMs,
      keepAliveTimeout: times.keepAliveMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      answering.set(incoming.socket, outgoing)
      void listener(incoming, outgoing)
    },
  )
  server.timeout = times.inactiveMs
  server.on('clientError', refuseBrokenRequest(clock, answering))
  return server
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const done = () => {
      server.off('error', reject)
      resolve()
    }
    if (host.startsWith(UNIX_PREFIX)) server.listen(host.slice(UNIX_PREFIX.length), done)
    else server.listen(port, host, done)
  })
}

/**
 * `Server.close` of node:http would cut off idle connections at once, with a request perhaps on its
 * way: only the listening socket is closed at first, and answers say `Connection: close`.
 */
async function drain(server: Server, lingerMs: number, deadlineMs: number): Promise<boolean> {
  server.prependListener('request', (_incoming, outgoing: ServerResponse) => {
    outgoing.setHeader('Connection', 'close')
  })
  const ended = new Promise<boolean>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve(true))
  })
  const linger = setTimeout(() => {
    server.closeIdleConnections()
    poll = setInterval(() => server.closeIdleConnections(), CLOSE_POLL_MS)
  }, lingerMs)
  let poll: NodeJS.Timeout | undefined
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    deadline = setTimeout(() => resolve(false), deadlineMs)
  })
  const clean = await Promise.race([ended, late])
  clearTimeout(linger)
  clearTimeout(deadline)
  clearInterval(poll)
  // Also ends Node's own interval that looks at the time-outs.
  server.close()
  if (!clean) {
    server.closeAllConnections()
    await ended
  }
  return clean
}

/** @throws the error of `listen`, such as EADDRINUSE */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const times = { ...SERVER_TIMES, ...options.times }
  const server = createHttpServer(options, times, new WeakMap())
  await listen(server, options.host, options.port)
  const address = server.address()
  const port = typeof address === 'object' && address ? (address as AddressInfo).port : null
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
