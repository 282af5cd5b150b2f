// A provider's HTTP interface that misbehaves on demand (C21), on a real loopback socket.
// Each test decides its behaviour.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'

export type Seen = {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}
export type Behaviour = (response: ServerResponse, seen: Seen) => void
export type FaultServer = {
  url: string
  /** Every request, whole, in order. */
  seen: Seen[]
  /** How many connections were opened. */
  connections(): number
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

export async function startFaultServer(behaviour: Behaviour = answer(200)): Promise<FaultServer> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  let current = behaviour
  let opened = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
      seen.push(one)
      current(response, one)
    })
  })
  server.on('connection', (socket) => {
    opened += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => opened,
    behave(next) {
      current = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** A port on which nothing listens. */
export async function refusedUrl(): Promise<string> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

export function answer(status: number, body = '', headers: Record<string, string> = {}): Behaviour {
  return (response) => response.writeHead(status, headers).end(body)
}

export const hang: Behaviour = () => {}

/** The head comes in one piece, the body byte by byte. */
export function drip(status: number, everyMs: number): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/plain' })
    const timer = setInterval(() => response.write('x'), everyMs)
    response.on('close', () => clearInterval(timer))
  }
}

/** Even the head comes byte by byte. */
export function dripHead(everyMs: number): Behaviour {
  return (response) => {
    const socket = response.socket as Socket
    const head = 'HTTP/1.1 200 OK\r\nX-Slow: '
    let sent = 0
    const timer = setInterval(() => {
      socket.write(head[sent] ?? 'x')
      sent += 1
    }, everyMs)
    socket.on('close', () => clearInterval(timer))
  }
}

/** Says 1000 bytes, writes a few, and goes. */
export function closeMidBody(status: number): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-length': '1000' })
    response.write('{"id":"')
    setImmediate(() => response.socket?.destroy())
  }
}

/** The request is read and never answered. */
export const closeWithoutAnswer: Behaviour = (response) => {
  response.socket?.destroy()
}

export const notHttp: Behaviour = (response) => {
  response.socket?.end('220 mail.example.com ESMTP\r\n')
}

/** Writes without end until the other side goes. */
export function hugeBody(status: number): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    const chunk = 'x'.repeat(64 * 1024)
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', write)
    }
    write()
  }
}
