// One request at a time on each socket: what a client sends before it has its answer waits, unparsed.
// It must not change the order of answers (RFC 9112 §9.3.2), nor let a socket that sends much hold up the others.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The empty line after a head (RFC 9112 §2.1). A piece that is cut there completes at most two heads. */
const HEAD_END = '\r\n\r\n'
/**
 * Bytes that may wait on all sockets of a server. A socket holds at most one read of 64 KiB; past this sum the one that
 * has waited longest is closed. A body of a few KiB also waits until its route reads it: if the newest were closed
 * instead, 128 sockets that read no answers would keep it out.
 */
const MAX_HELD_BYTES = 8 * 1024 * 1024
/** Bytes of one socket that are parsed before others have their turn: our requests are smaller. */
const TURN_BYTES = 16 * 1024 // mutant: C52.fair-turns
/** The overhead of a piece, however short: as much as parsing this many bytes. */
const PIECE_BYTES = 256
/** Bytes parsed of a body that nobody reads yet: each of its chunks is an object, and 64 KiB may hold 10,000. */
const UNREAD_BYTES = 1024

type Exchange = [IncomingMessage, ServerResponse]
type Line = {
  answering: IncomingMessage | undefined
  /** The request that was parsed together with the end of the body before it: one at most. */
  next: Exchange[]
  heldBytes: number
  /** Whether the socket is among those that continue one by one. */
  isQueued: boolean
}

const isUnread = (incoming: IncomingMessage | undefined) =>
  incoming !== undefined && !incoming.complete && !incoming.readableFlowing

/** Whether the parser gets nothing for now: until an answer is out, or until somebody reads the body. */
const isWaiting = ({ answering }: Line) =>
  answering?.complete || (isUnread(answering) && (answering?.readableLength ?? 0) > 0) // mutant: C52.lazy-body-parse

/** Sockets whose answer is out, or whose turn is over, wait here to continue. */
function createQueue() {
  const ready: [Line, Socket][] = []

  /** One in each turn of the event loop, however many wait: a client that waits for its answers is not held up. */
  const goOn = () => {
    const [line, socket] = ready.shift() ?? []
    if (line) line.isQueued = false
    socket?.resume()
    if (ready.length > 0) setImmediate(goOn)
  }

  return (line: Line, socket: Socket) => {
    if (line.isQueued) return
    line.isQueued = true
    if (ready.push([line, socket]) === 1) setImmediate(goOn)
  }
}

/** The bytes that wait on all sockets of a server, within their bound. */
function createHeld() {
  // Longest wait first.
  const sockets = new Map<Line, Socket>()
  let bytes = 0

  const release = (line: Line) => {
    sockets.delete(line)
    bytes -= line.heldBytes
    line.heldBytes = 0
  }
  return {
    release,
    add(line: Line, socket: Socket, length: number) {
      sockets.set(line, socket)
      bytes += length
      line.heldBytes = length
      // mutant: C52.longest-wait-evicted
      for (const [longest, its] of sockets) {
        if (bytes <= MAX_HELD_BYTES) return
        release(longest)
        its.destroy() // mutant: C52.total-backlog-cap
      }
    },
  }
}

/** How many of these bytes the parser gets at once. */
function pieceOf(rest: Buffer, line: Line, left: number): number {
  const at = rest.indexOf(HEAD_END)
  const whole = at === -1 ? rest.length : at + HEAD_END.length
  return Math.min(whole, isUnread(line.answering) ? UNREAD_BYTES : left) // mutant: C52.unread-body-window
}

/**
 * Node reads a paused socket up to this mark, and each read is an object: 60,000 reads of one byte took 40 MiB. The
 * public `highWaterMark` of a server applies to its answers as well, which costs a sixth of the requests per second.
 */
function readNothingAhead(socket: Socket): void {
  const { _readableState } = socket as Socket & { _readableState?: { highWaterMark: number } }
  if (_readableState) _readableState.highWaterMark = 1
  if (socket.readableHighWaterMark !== 1) throw new Error('node:stream reads ahead in another way')
}

/**
 * Node parses everything that it has read, and keeps finished answers until their turn: 64 KiB hold 2,000 requests,
 * each with an answer that perhaps nobody reads. Here the parser gets the next head once the previous answer is out.
 */
export function answerInTurn(server: Server, answer: RequestListener): void {
  const lines = new WeakMap<Socket, Line>()
  const queue = createQueue()
  const held = createHeld()

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
    if (line.heldBytes > 0) queue(line, socket) // mutant: C52.busy-socket-yields
  }

  const hold = (line: Line, socket: Socket, rest: NonSharedBuffer) => {
    socket.pause()
    socket.unshift(rest)
    // The whole read stays in memory as long as one byte of it waits.
    held.add(line, socket, rest.buffer.byteLength) // mutant: C52.memory-accounting
  }

  server.on('connection', (socket: Socket) => {
    const line: Line = { answering: undefined, next: [], heldBytes: 0, isQueued: false }
    lines.set(socket, line)
    const [parse, ...others] = socket.listeners('data')
    if (!parse || others.length > 0) throw new Error('node:http reads its sockets in another way')
    readNothingAhead(socket) // mutant: C52.no-read-ahead
    socket.off('data', parse as (data: NonSharedBuffer) => void)
    socket.on('data', (data: NonSharedBuffer) => {
      // The rest of the same bytes comes back here after each answer.
      held.release(line)
      let rest = data
      let left = TURN_BYTES
      // A body that is being read resumes its socket on its own, before its turn.
      if (line.isQueued) return hold(line, socket, rest) // mutant: C52.no-early-resume
      // A socket that was refused, or is being closed, is parsed no further.
      while (rest.length > 0 && socket.writable) {
        if (left <= 0) queue(line, socket)
        if (left <= 0 || isWaiting(line)) return hold(line, socket, rest) // mutant: C52.no-parse-ahead
        const size = pieceOf(rest, line, left)
        parse.call(socket, rest.subarray(0, size))
        rest = rest.subarray(size)
        left -= size + PIECE_BYTES // mutant: C52.piece-overhead
      }
    })
    socket.once('close', () => held.release(line))
  })
  server.on('request', (incoming, outgoing) => {
    const line = lines.get(incoming.socket)
    if (!line) throw new Error('a request without its connection')
    // mutant: C52.pipelined-after-body
    if (line.answering) line.next.push([incoming, outgoing])
    else begin(line, [incoming, outgoing])
  })
  // Node would answer 417 on its own, out of turn; RFC 9110 §10.1.1 lets a server ignore an expectation it does not know.
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing))
}
