// How many connections may be open: past the bound the one that has waited longest for its client makes room.
// It must not close one whose request is being answered.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Connections = {
  /** A request is under way: once it is there with its body, the socket is kept until its answer is made. */
  answering(incoming: IncomingMessage, outgoing: ServerResponse): void
}

const first = (sockets: ReadonlySet<Socket>): Socket | undefined => sockets.values().next().value

/**
 * @param most open at once; a new one is refused only where all are being answered
 * @param onFull called for each that is closed or refused
 */
export function boundConnections(server: Server, most: number, onFull: () => void): Connections {
  // By how long they wait, longest first. Strangers, who have asked for nothing yet, go before known clients.
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
      // A body that does not come keeps no place: whoever asked for it waits for its client.
      // mutant: C52.body-timeout
      if (incoming.complete) keep()
      else incoming.once('end', keep)
      // Made, perhaps not read: an answer that nobody reads keeps no place.
      // mutant: C52.unread-answer-evicted
      outgoing.once('prefinish', () => {
        forget(socket)
        if (!socket.destroyed) known.add(socket)
      })
    },
  }
}
