// An HTTP server that no client can make expensive: bounds on time, headers, connections, and requests on a socket.
// It must not know what is answered. Every server of ours is one of these.

import { createServer, type RequestListener, type Server } from 'node:http'
import { boundConnections } from './connections.ts'
import { answerInTurn } from './turns.ts'

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
/** As HAProxy's default; more are 431. Each is an object or two, and 16 KiB of empty ones would be 4,000. */
const MAX_HEADERS = 100
/** A body that comes with these is discarded as it comes: nobody reads it, and a kilobyte may be a thousand pieces. */
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

export function createBoundedServer(options: {
  times: ServerTimes
  /** Each costs up to 60 KiB: a socket, a head or a body that is not complete yet, what waits behind it. */
  maxConnections: number
  onFull?: () => void
  answer: RequestListener
}): Server {
  const { times, maxConnections, onFull = () => {}, answer } = options
  const server = createServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkEveryMs,
    keepAliveTimeout: times.keepAliveMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  })
  server.timeout = times.inactiveMs
  server.maxHeadersCount = MAX_HEADERS // mutant: C52.header-count-cap
  const connections = boundConnections(server, maxConnections, onFull)
  answerInTurn(server, (incoming, outgoing) => {
    connections.answering(incoming, outgoing)
    if (WITHOUT_BODY.includes(incoming.method ?? '')) incoming.resume() // mutant: C52.unread-body-drained
    answer(incoming, outgoing)
  })
  return server
}
