// A mail server that answers with given lines, one for each packet, and records everything it receives, uninterpreted.

import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A whole dialogue without extensions, up to the answer to the final dot. */
export const TO_DATA = ['220 hi', '250 hi', '250 ok', '250 ok']
export const WHOLE = [...TO_DATA, '354 go on', '250 taken']

export type ScriptedServer = {
  url: string
  heard: string[]
  sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

/** @param onEnd where a client says more than there are lines */
export async function startScript(
  lines: readonly string[],
  onEnd: (socket: Socket) => void = () => {},
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  const heard: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    const left = [...lines]
    const say = () => {
      const line = left.shift()
      if (line === undefined) onEnd(socket)
      else socket.write(`${line}\r\n`)
    }
    socket.on('error', () => {})
    let inData = false
    socket.on('data', (data) => {
      const text = data.toString()
      heard.push(text)
      // A mail may come in pieces: only its final dot is answered.
      if (inData && !heard.join('').endsWith('\r\n.\r\n')) return
      inData = /^DATA\r\n$/i.test(text)
      say()
    })
    say()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    sockets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
