// Stands between a limiter and its store: shows what the limiter sends, and holds answers back at will.
// It must not change a byte.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Proxy = {
  port: number
  /** All that clients have sent so far. */
  sent(): string
  /** From now on no answer goes through, until `isOver` says so of what was sent, or `release`. */
  hold(isOver?: (sent: string) => boolean): void
  release(): void
  close(): void
}

export async function startProxy(target: number): Promise<Proxy> {
  let sent = ''
  let isOver: ((sent: string) => boolean) | null = null
  let held: (() => void)[] = []
  const sockets = new Set<Socket>()
  const release = () => {
    isOver = null
    const waiting = held
    held = []
    for (const write of waiting) write()
  }
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => other.destroy())
    }
    near.on('data', (chunk) => {
      sent += chunk.toString('latin1')
      far.write(chunk)
      if (isOver?.(sent)) release()
    })
    far.on('data', (chunk) => {
      if (isOver) held.push(() => near.write(chunk))
      else near.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    sent: () => sent,
    hold(until = () => false) {
      isOver = until
    },
    release,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
