// An HTTP server that no client can make expensive: bounds on time, headers, connections, and requests on a socket.
// It must not close a connection whose request is being answered. Every server of ours is one of these.

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { answerInTurn } from './turns.ts'

export type ServerTimes = {
  /** From the first byte (or the connection) to the end of the headers: also bounds silent connections. */
  headersMs: number
  /** To the end of the body. Node's own default is 300 s. */
  requestMs: number
  /** How often both are checked. */
  checkEveryMs: number
  /** Above the 60 s for which load balancers keep idle connections: the client must close first. */
  keepAliveMs: number
  /** A socket on which nothing moves, such as that of a client that does not read its answer. */
  inactiveMs: number
  /** While closing: an idle connection may still deliver a request that was on its way. */
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
/** HAProxy's default, too; more are 431. Each costs an object or two, and 16 KiB hold 4,000 empty ones. */
const MAX_HEADERS = 100
/** Methods whose body is discarded as it arrives: nobody reads it, and a kilobyte may come in a thousand pieces. */
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

export function createBoundedServer(options: {
  times: ServerTimes
  /** Each costs up to 60 KiB: the socket, an incomplete head or body, and what waits behind it. */
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

export type Connections = {
  /** A request has begun: once its body has arrived, too, the socket is kept until the answer is made. */
  answering(incoming: IncomingMessage, outgoing: ServerResponse): void
}

const first = (sockets: ReadonlySet<Socket>): Socket | undefined => sockets.values().next().value

/**
 * @param most open at once; a new one is refused only where all are being answered
 * @param onFull called for each that is closed or refused
 */
function boundConnections(server: Server, most: number, onFull: () => void): Connections {
  // Idle ones, longest wait first. Strangers, which have sent no request yet, are closed before known clients.
  const strangers = new Set<Socket>()
  const known = new Set<Socket>()
  let open = 0

  const forget = (socket: Socket) => strangers.delete(socket) || known.delete(socket)

  server.on('connection', (socket: Socket) => {
    open += 1
    socket.once('close', () => {
      open -= 1
      forget(socket)
    })
    if (open > most) {
      onFull()
      const leaving = first(strangers) ?? first(known) // mutant: C52.evict-silent-first
      if (!leaving) return void socket.destroy()
      forget(leaving)
      leaving.destroy()
    }
    strangers.add(socket)
  })
  return {
    answering(incoming, outgoing) {
      const { socket } = incoming
      const keep = () => {
        if (!outgoing.writableEnded) forget(socket) // mutant: C52.late-body-closed
      }
      // A body that does not arrive keeps no place: its handler waits for a client that may be gone.
      // mutant: C52.body-timeout
      if (incoming.complete) keep()
      else incoming.once('end', keep)
      // The answer is made but perhaps unread: one that nobody reads keeps no place.
      // mutant: C52.unread-answer-evicted
      outgoing.once('prefinish', () => {
        forget(socket)
        if (!socket.destroyed) known.add(socket)
      })
    },
  }
}
