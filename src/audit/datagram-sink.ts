// A syslog server by UDP (RFC 5426): one datagram for each event. Nobody learns of one that does not arrive.
// It must not stop at an event that no datagram can hold.

import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { AuditTarget, Sink } from './sink.ts'
import { createSyslogMessage } from './syslog.ts'

type Target = Extract<AuditTarget, { host: string }>

const isTooLong = (error: NodeJS.ErrnoException) => error.code === 'EMSGSIZE'

export function createDatagramSink({ host, port }: Target): Sink {
  const messageOf = createSyslogMessage()
  let socket: Socket | undefined
  const opened = () => {
    if (socket) return socket
    socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    // Of a datagram before: nothing listens there. The next one may arrive.
    socket.on('error', () => {})
    return socket
  }
  const send = (message: Buffer) =>
    new Promise<number>((resolve, reject) =>
      opened().send(message, port, host, (error) => {
        if (!error) resolve(0)
        else if (isTooLong(error)) resolve(1)
        else reject(error)
      }),
    )
  return {
    confirmMs: 0,
    broken: () => 0,
    async write(lines) {
      let lost = 0
      for (const line of lines) lost += await send(messageOf(line))
      return lost
    },
    async close() {
      socket?.close()
      socket = undefined
    },
  }
}
