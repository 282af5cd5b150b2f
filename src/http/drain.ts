// The end of a server: nothing new is accepted, what was accepted is answered.
// It must not wait longer than it was told.

import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'

/** While closing, how often it is looked whether idle connections can go. */
const CLOSE_POLL_MS = 20

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
  const ended = new Promise<boolean>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve(true))
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
