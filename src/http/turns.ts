// One request under way on each socket: what a client sends before it has its answer waits, unparsed.
// It must not change the order of answers (RFC 9112 §9.3.2), nor keep other sockets waiting for one that sends much.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The empty line behind a head (RFC 9112 §2.1). Cut there, a piece completes two heads at most. */
const HEAD_END = '\r\n\r\n'
/**
 * Bytes that wait on all sockets of a server. A socket holds one read of 64 KiB at most, and nobody who reads an
 * answer before the next request holds any: past this the one that comes last is closed.
 */
const MAX_HELD_BYTES = 8 * 1024 * 1024

type Exchange = [IncomingMessage, ServerResponse]
type Line = {
  answering: IncomingMessage | undefined
  /** Parsed with the end of a body that is still being answered: one at most. */
  next: Exchange[]
  heldBytes: number
}

/**
 * Node parses all of what it has read, and answers in order what is done out of order: 64 KiB hold 2,000 requests,
 * each with an answer that nobody may read. Here the parser gets the next head once the answer before it is out.
 */
export function answerInTurn(server: Server, answer: RequestListener): void {
  const lines = new WeakMap<Socket, Line>()
  /** Their answers are out, and what they hold may go on. */
  const ready: Socket[] = []
  let heldBytes = 0

  /** One at each turn of the event loop, however many there are: a client that waits for its answers comes first. */
  const goOn = () => {
    ready.shift()?.resume()
    if (ready.length > 0) setImmediate(goOn)
  }

  const release = (line: Line) => {
    heldBytes -= line.heldBytes
    line.heldBytes = 0
  }

  const begin = (line: Line, [incoming, outgoing]: Exchange) => {
    line.answering = incoming
    outgoing.once('close', () => end(line, incoming.socket))
    answer(incoming, outgoing)
  }

  const end = (line: Line, socket: Socket) => {
    line.answering = undefined
    if (socket.destroyed) return
    const next = line.next.shift()
    if (next) return begin(line, next)
    if (line.heldBytes > 0 && ready.push(socket) === 1) setImmediate(goOn)
  }

  const hold = (line: Line, socket: Socket, rest: NonSharedBuffer, isNew: boolean) => {
    line.heldBytes = rest.length
    heldBytes += rest.length
    if (isNew && heldBytes > MAX_HELD_BYTES) return void socket.destroy()
    socket.pause()
    socket.unshift(rest)
  }

  server.on('connection', (socket: Socket) => {
    const line: Line = { answering: undefined, next: [], heldBytes: 0 }
    lines.set(socket, line)
    const [parse, ...others] = socket.listeners('data')
    if (!parse || others.length > 0) throw new Error('node:http reads its sockets in another way')
    socket.off('data', parse as (data: NonSharedBuffer) => void)
    socket.on('data', (data: NonSharedBuffer) => {
      // What is left of the same bytes comes back after each answer.
      const isNew = line.heldBytes === 0
      release(line)
      let rest = data
      // A socket that was refused, or is being closed, is not parsed on.
      while (rest.length > 0 && socket.writable) {
        if (line.answering?.complete) return hold(line, socket, rest, isNew)
        const at = rest.indexOf(HEAD_END)
        const size = at === -1 ? rest.length : at + HEAD_END.length
        parse.call(socket, rest.subarray(0, size))
        rest = rest.subarray(size)
      }
    })
    socket.once('close', () => release(line))
  })
  server.on('request', (incoming, outgoing) => {
    const line = lines.get(incoming.socket)
    if (!line) throw new Error('a request without its connection')
    if (line.answering) line.next.push([incoming, outgoing])
    else begin(line, [incoming, outgoing])
  })
  // Node would answer 417 by itself, past the line; RFC 9110 §10.1.1 lets a server overlook what it does not know.
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing))
}
