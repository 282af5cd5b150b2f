// What a client may make of one request, and of the bytes behind it: over raw sockets, on a server of ours alone.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createBoundedServer, SERVER_TIMES } from '../../src/http/bounded-server.ts'
import { listen } from '../../src/http/listen.ts'
import { readBytes } from '../../src/http/middleware/body.ts'
import { HEALTH, PATIENCE, statuses } from './raw-requests.ts'
import { closeWires, openWire, type Wire } from './raw-wire.ts'

const CHUNK = '1\r\nx\r\n'
const head = (method: string, rest: string) => `${method} / HTTP/1.1\r\nHost: x\r\n${rest}\r\n\r\n`

let server: Server | undefined
afterEach(() => {
  closeWires()
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: RequestListener): Promise<() => Wire> {
  const bounded = createBoundedServer({ times: SERVER_TIMES, maxConnections: 1_000, answer })
  server = bounded
  await listen(bounded, '127.0.0.1', 0)
  return () => openWire((bounded.address() as { port: number }).port)
}

/** Turns of the event loop, which server and test share: what was sent before has come. */
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('C52: one request of many pieces', () => {
  it('waits with its body until somebody reads it', async () => {
    const came: [IncomingMessage, ServerResponse][] = []
    const open = await serve((...exchange) => void came.push(exchange))
    const wire = open()
    wire.socket.write(`${head('POST', 'Transfer-Encoding: chunked')}${CHUNK.repeat(20_000)}`)
    wire.socket.write(`0\r\n\r\n${head('POST', 'Content-Length: 0')}`)
    await expect.poll(() => came[0]?.[0].socket.isPaused(), PATIENCE).toBe(true)
    await turns(50)
    const [incoming, outgoing] = came[0] as [IncomingMessage, ServerResponse]
    expect(incoming.readableLength).toBeLessThanOrEqual(1024)
    let length = 0
    incoming.on('data', (data) => {
      length += data.length
    })
    await expect.poll(() => [incoming.complete, length], PATIENCE).toEqual([true, 20_000])
    expect(came).toHaveLength(1)
    outgoing.end()
    await expect.poll(() => came.length, PATIENCE).toBe(2)
  })

  it('waits with its body while its answer is not read', async () => {
    let blocked: IncomingMessage | undefined
    const open = await serve((incoming, outgoing) => {
      blocked = incoming
      outgoing.end(Buffer.alloc(32 * 1024 * 1024))
    })
    const wire = open()
    wire.socket.pause()
    wire.socket.write(`${head('POST', 'Transfer-Encoding: chunked')}${CHUNK.repeat(20_000)}`)
    await expect.poll(() => blocked?.socket.isPaused(), PATIENCE).toBe(true)
    await turns(50)
    expect(blocked?.readableLength).toBeLessThanOrEqual(1024)
    wire.socket.write(`0\r\n\r\n${HEALTH}`)
    wire.socket.resume()
    await expect.poll(() => statuses(wire), PATIENCE).toBe('200 200')
  })

  it.each([
    ['empty lines', head('POST', 'Content-Length: 262144'), '\r\n\r\n'.repeat(65_536), 2 * 256],
    ['chunks of a byte', head('POST', 'Transfer-Encoding: chunked'), CHUNK.repeat(43_700), 6_000],
  ])('%s: has its turn, as others have', async (_name, start, body, mostInTurn) => {
    let [turn, inTurn, most, heard, isOver] = [0, 0, 0, 0, false]
    const open = await serve((incoming) => {
      incoming.on('data', (data) => {
        inTurn += data.length
        heard += data.length
        most = Math.max(most, inTurn)
      })
    })
    const next = () => {
      turn += 1
      inTurn = 0
      if (!isOver) setImmediate(next)
    }
    setImmediate(next)
    open().socket.write(start + body)
    await expect.poll(() => heard, PATIENCE).toBeGreaterThanOrEqual(40_000)
    isOver = true
    expect(turn).toBeGreaterThan(10)
    // One after the turn of the test, and one before it.
    expect(most).toBeLessThanOrEqual(mostInTurn)
  })

  it('is read into one piece', async () => {
    const byte = Buffer.from('x')
    const source = new Readable({ read() {} })
    const reading = readBytes(source as IncomingMessage)
    // Whoever keeps the pieces, and not what is in them, gets the last one 16,000 times.
    for (let n = 0; n < 16_000; n += 1) {
      byte.fill(n % 2 === 0 ? 'a' : 'b')
      source.emit('data', byte)
    }
    source.emit('end')
    expect((await reading)?.toString()).toBe('ab'.repeat(8_000))
    expect(await readBytes(Readable.from([Buffer.alloc(16_385)]) as IncomingMessage)).toBe(
      undefined,
    )
  })
})

describe('C52: behind a request that has no answer yet', () => {
  it('nothing is read ahead', async () => {
    let waiting: IncomingMessage | undefined
    const open = await serve((incoming) => {
      waiting = incoming
    })
    const { socket } = open()
    socket.setNoDelay(true)
    socket.write(HEALTH)
    await expect.poll(() => waiting?.complete, PATIENCE).toBe(true)
    socket.write('G')
    await expect.poll(() => waiting?.socket.readableLength, PATIENCE).toBe(1)
    for (let n = 0; n < 200; n += 1) {
      socket.write('E')
      await turns(2)
    }
    expect(waiting?.socket.readableLength).toBe(1)
  })

  it('a body that waits for its route is let in, however much waits on other sockets', async () => {
    let sum = 0
    const open = await serve(async (incoming, outgoing) => {
      if (incoming.method === 'GET') return
      // As a route does: its key is looked up first.
      await turns(2)
      sum += (await readBytes(incoming))?.length ?? 0
      outgoing.end()
    })
    let cut = 0
    // 64 KiB of each are read: 128 sockets may hold them.
    for (let n = 0; n < 200; n += 1) {
      const { socket, closed } = open()
      void closed.then(() => (cut += 1))
      socket.write(HEALTH.repeat(3_000))
    }
    await expect.poll(() => cut, PATIENCE).toBeGreaterThan(20)
    for (let n = 1; n <= 5; n += 1) {
      const wire = open()
      wire.socket.write(`${head('POST', 'Content-Length: 2000')}${'x'.repeat(2_000)}`)
      await expect.poll(() => statuses(wire), PATIENCE).toBe('200')
    }
    expect(sum).toBe(10_000)
  })

  it('the last byte of a read counts as the read', async () => {
    const waiting: IncomingMessage[] = []
    const open = await serve((incoming) => void waiting.push(incoming))
    let cut = 0
    const length = 60_000
    for (let n = 1; n <= 400 && cut === 0; n += 1) {
      const { socket, closed } = open()
      void closed.then(() => (cut += 1))
      socket.write(head('GET', `Content-Length: ${length}`))
      await expect.poll(() => waiting.length, { ...PATIENCE, interval: 1 }).toBe(n)
      const held = waiting.at(-1) as IncomingMessage
      socket.write(`${' '.repeat(length - 4)}\r\n\r\nG`)
      const isHeld = () => cut > 0 || (held.complete && held.socket.readableLength > 0)
      await expect.poll(isHeld, { ...PATIENCE, interval: 1 }).toBe(true)
    }
    expect(cut).toBe(1)
  })
})
