// A syslog server by TCP or TLS: one connection, opened by the first write after it was lost.
// It must not wait without end for a server that does not read.

import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type AuditTarget, type Sink, WRITE_DEADLINE_MS } from './sink.ts'
import { createSyslogMessage, toFrame } from './syslog.ts'

/** A server that goes away without a word is noticed here: nothing else is heard of it. */
const CONFIRM_MS = 2_000
const CONNECT_MS = 5_000
const KEEP_ALIVE_MS = 15_000

type Target = Extract<AuditTarget, { host: string }>

function begin({ kind, host, port, caPath }: Target): Socket {
  if (kind === 'tcp') return connectTcp({ host, port })
  return connectTls({
    ...{ host, port },
    // RFC 6066 §3: no address is a server name.
    ...(isIP(host) === 0 && { servername: host }),
    ...(caPath !== null && { ca: readFileSync(caPath) }),
  })
}

function open(target: Target): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = begin(target)
  const late = setTimeout(() => socket.destroy(new Error('the server does not answer')), CONNECT_MS)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  socket.once(target.kind === 'tls' ? 'secureConnect' : 'connect', () => {
    clearTimeout(late)
    resolve(socket)
  })
  // What it sends is no part of the protocol.
  socket.resume()
  socket.on('error', reject)
  socket.once('end', () => socket.destroy())
  socket.once('close', () => {
    clearTimeout(late)
    reject(new Error('the connection was closed'))
  })
  return promise
}

/** @param deadlineMs for tests */
export function createStreamSink(target: Target, deadlineMs = WRITE_DEADLINE_MS): Sink {
  const messageOf = createSyslogMessage()
  let socket: Socket | undefined
  let broken = 0

  const connected = async () => {
    if (socket && !socket.destroyed) return socket
    const opened = await open(target)
    socket = opened
    opened.once('close', () => {
      broken += 1
    })
    return opened
  }
  return {
    confirmMs: CONFIRM_MS,
    broken: () => broken,
    async write(lines) {
      const open = await connected()
      const bytes = Buffer.concat(lines.map((line) => toFrame(messageOf(line))))
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const late = setTimeout(() => open.destroy(new Error('the server does not read')), deadlineMs)
      const onClose = () => reject(new Error('the connection was closed'))
      open.once('close', onClose)
      open.write(bytes, (error) => (error ? reject(error) : resolve()))
      await promise.finally(() => {
        clearTimeout(late)
        // The connection lives on for days: it must not collect one for each write.
        open.off('close', onClose)
      })
      return 0
    },
    async close() {
      socket?.destroy()
    },
  }
}
