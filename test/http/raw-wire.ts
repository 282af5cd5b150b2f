// A raw TCP connection that remembers what it hears.

import { connect, type Socket } from 'node:net'

const sockets: Socket[] = []

/** For `afterEach`. */
export function closeWires(): void {
  for (const socket of sockets.splice(0)) socket.destroy()
}

/** Everything heard until the server closes; `closed` says after how many ms that was. */
export type Wire = { socket: Socket; heard(): string; closed: Promise<number> }

/** @param to a port of this machine, or the path of a Unix socket */
export function openWire(to: number | string): Wire {
  const startedAt = performance.now()
  const socket = typeof to === 'string' ? connect(to) : connect(to, '127.0.0.1')
  sockets.push(socket)
  let heard = ''
  socket.on('data', (data) => {
    heard += data
  })
  socket.on('error', () => {})
  const closed = new Promise<number>((resolve) => {
    socket.on('close', () => resolve(performance.now() - startedAt))
  })
  return { socket, heard: () => heard, closed }
}
