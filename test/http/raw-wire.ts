// A raw TCP connection that remembers what it hears.

import { connect, type Socket } from 'node:net'

const sockets: Socket[] = []

/** For `afterEach`. */
export function closeWires(): void {
  for (const socket of sockets.splice(0)) socket.destroy()
}

/** Everything heard until the server closes; `closed` says after how many ms that was. */
export type Wire = { socket: Socket; heard(): string; closed: Promise<number> }

export function openWire(port: number): Wire {
  const startedAt = performance.now()
  const socket = connect(port, '127.0.0.1')
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
