// The start and end of a server: it binds an address, a name or a Unix socket, and closes once it has answered everything.
// It must not take a Unix socket away from a process that still listens on it.

import { statSync, unlinkSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import { connect, Server as NetServer } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

const UNIX_PREFIX = 'unix:'

/** The path of `unix:/path`; undefined for an address or name. */
function unixPathOf(host: string): string | undefined {
  return host.startsWith(UNIX_PREFIX) ? host.slice(UNIX_PREFIX.length) : undefined
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = unixPathOf(host)
    server.once('error', reject)
    server.listen(path === undefined ? { host, port } : { path }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A socket file whose process has ended refuses connections. */
function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}

/** A killed process leaves its socket's file behind: that one is replaced. @throws EADDRINUSE and others */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  const path = unixPathOf(host)
  try {
    await bind(server, host, port)
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    // A connection to any other file is refused, too: a database named by mistake would be removed.
    const isSocket = path !== undefined && inUse && statSync(path).isSocket() // mutant: C71.unlink-socket-only
    if (!isSocket || !(await isStale(path))) throw error
    unlinkSync(path)
    await bind(server, host, port)
  }
}

/** While closing, how often idle connections are closed. */
const CLOSE_POLL_MS = 20
/** At most so long, where callers connect without a pause. */
const ACCEPT_MS = 500

/**
 * Whatever the system has connected for us and we have not taken would be reset with the listening socket, requests and all.
 * Node takes one connection in each turn of its loop: the queue is empty after a turn without one.
 */
async function acceptQueued(server: Server): Promise<void> {
  let taken = true
  const isTaken = () => {
    taken = true
  }
  server.on('connection', isTaken)
  await nextTurn()
  for (const until = performance.now() + ACCEPT_MS; taken && performance.now() < until; ) {
    taken = false
    await nextTurn()
  }
  server.off('connection', isTaken)
}

/**
 * `Server.close` of node:http would cut off idle connections at once, with a request perhaps on its
 * way: only the listening socket is closed at first, and answers say `Connection: close`.
 * @returns false where connections had to be cut off at the deadline
 */
export async function drain(
  server: Server,
  lingerMs: number,
  deadlineMs: number,
): Promise<boolean> {
  server.prependListener('request', (_incoming, outgoing: ServerResponse) => {
    outgoing.setHeader('Connection', 'close')
  })
  // Timers come before sockets: on a busy machine a request may lie unread on a connection that looks idle.
  const closeIdle = () => setImmediate(() => server.closeIdleConnections()) // mutant: C39.unread-not-idle
  const linger = setTimeout(() => {
    closeIdle()
    poll = setInterval(closeIdle, CLOSE_POLL_MS)
  }, lingerMs)
  let poll: NodeJS.Timeout | undefined
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    deadline = setTimeout(() => resolve(false), deadlineMs)
  })
  await acceptQueued(server) // mutant: C39.queued-accepted
  const ended = new Promise<boolean>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve(true))
  })
  const clean = await Promise.race([ended, late])
  clearTimeout(linger)
  clearTimeout(deadline)
  clearInterval(poll)
  // Also ends Node's own interval that checks the time-outs.
  server.close()
  if (!clean) {
    server.closeAllConnections()
    await ended
  }
  return clean
}
