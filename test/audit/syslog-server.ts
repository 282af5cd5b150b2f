// A syslog server on a real socket: it takes frames apart as RFC 6587 has them, and can hang or break its connections.

import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** `56 <110>1 …`: frames that are whole, and what is left. */
function takeFrames(bytes: Buffer): { frames: string[]; rest: Buffer } {
  const frames: string[] = []
  let at = 0
  for (;;) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(bytes.toString('latin1', at, space))
    if (space < 0 || space + 1 + length > bytes.length) break
    frames.push(bytes.toString('utf8', space + 1, space + 1 + length))
    at = space + 1 + length
  }
  return { frames, rest: bytes.subarray(at) }
}

export type SyslogServer = Awaited<ReturnType<typeof startSyslog>>

export async function startSyslog(keys?: { key: string; cert: string }, port = 0) {
  const messages: string[] = []
  const sockets = new Set<Socket>()
  let isReading = true
  const take = (socket: Socket) => {
    sockets.add(socket)
    let rest = Buffer.alloc(0)
    if (!isReading) socket.pause()
    socket.on('data', (chunk: Buffer) => {
      const taken = takeFrames(Buffer.concat([rest, chunk]))
      messages.push(...taken.frames)
      rest = Buffer.from(taken.rest)
    })
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  const server: Server = keys
    ? createTlsServer({ key: readFileSync(keys.key), cert: readFileSync(keys.cert) }, take)
    : createServer(take)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    messages,
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    /** The JSON of each message. */
    events: () => messages.map((text) => JSON.parse(text.slice(text.indexOf('{')))),
    hang() {
      isReading = false
      for (const socket of sockets) socket.pause()
    },
    read() {
      isReading = true
      for (const socket of sockets) socket.resume()
    },
    breakAll() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
