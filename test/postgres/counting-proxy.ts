// Stands between a client and PostgreSQL and counts round trips: each ends with the server's ReadyForQuery
// (postgresql.org/docs/current/protocol-message-formats.html). It must not change a byte.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const READY_FOR_QUERY = 'Z'.charCodeAt(0)
/** A type byte and a length that counts itself. */
const HEADER_BYTES = 5

export type CountingProxy = {
  port: number
  /** Since the last call. */
  takeRoundTrips(): number
  close(): void
}

/** Walks over the messages of one direction, however they are cut into packets. */
function createCounter(onReady: () => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= HEADER_BYTES) {
      const length = 1 + rest.readUInt32BE(1)
      if (rest.length < length) return
      if (rest[0] === READY_FOR_QUERY) onReady()
      rest = rest.subarray(length)
    }
  }
}

export async function startCountingProxy(target: number): Promise<CountingProxy> {
  let roundTrips = 0
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    far.on(
      'data',
      createCounter(() => {
        roundTrips += 1
      }),
    )
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    takeRoundTrips() {
      const taken = roundTrips
      roundTrips = 0
      return taken
    },
    close: () => void server.close(),
  }
}
