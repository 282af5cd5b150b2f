// Stands between a client and PostgreSQL and swallows one answer: what was asked happens, and nobody hears of it.
// It must not touch any other connection.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type CuttingProxy = {
  /** The same database, by way of the proxy. */
  url: string
  /** The next answer to a statement that has `text` in it ends its connection in place of reaching the client. */
  cutAnswerTo(text: string): void
  close(): void
}

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const to = new URL(target)
  let wanted: string | undefined
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    let isCut = false
    near.on('data', (asked: Buffer) => {
      if (wanted !== undefined && asked.includes(wanted)) {
        wanted = undefined
        isCut = true
      }
      far.write(asked)
    })
    far.on('data', (answer: Buffer) => {
      if (isCut) near.destroy()
      else near.write(answer)
    })
    const endBoth = (socket: Socket, peer: Socket) =>
      socket.on('error', () => {}).on('close', () => peer.destroy())
    endBoth(near, far)
    endBoth(far, near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(target)
  url.port = String(typeof address === 'object' && address ? address.port : 0)
  return {
    url: url.href,
    cutAnswerTo(text) {
      wanted = text
    },
    close: () => void server.close(),
  }
}
