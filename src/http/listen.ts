// Binds an address, a name or a Unix socket.
// It must not take a Unix socket away from a process that still listens on it.

import { statSync, unlinkSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'

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

/** A socket file whose process is gone refuses connections. */
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
