// How many connections there may be, and which of them make room: over raw sockets.

import { afterEach, describe, expect, it } from 'vitest'
import { type Double, startDouble } from './double.ts'
import { BODY, countStarts, HEALTH, PATIENCE, START, statuses } from './raw-requests.ts'
import { closeWires, openWire, type Wire } from './raw-wire.ts'

let double: Double
afterEach(async () => {
  closeWires()
  await double.close()
})

const open = () => openWire(double.server.port ?? 0)
describe('C52: connections past the bound', () => {
  const MOST = 20

  const asked = async (wire: Wire) => {
    wire.socket.write(HEALTH)
    await expect.poll(() => statuses(wire), PATIENCE).toBe('200')
  }

  it('are admitted: silent ones are closed, the oldest first', async () => {
    double = await startDouble({ maxConnections: MOST })
    const known = open()
    await asked(known)
    const silent: Wire[] = []
    for (let n = 0; n < MOST * 3; n += 1) {
      silent.push(open())
      // One after the other: which came first must be known.
      await new Promise((resolve) => silent.at(-1)?.socket.once('connect', resolve))
    }
    await Promise.all(silent.slice(0, MOST * 2).map(({ closed }) => closed))
    const told = double.lines.filter((line) => line.includes('connections are at their bound'))
    expect(told).toHaveLength(1)
    const last = silent.at(-1) as Wire
    await asked(last)
    known.socket.write(HEALTH)
    await expect.poll(() => statuses(known), PATIENCE).toBe('200 200')
  })

  it('end no request in progress, and are refused where all are', async () => {
    double = await startDouble({ maxConnections: MOST })
    const starts = countStarts(double)
    const busy = Array.from({ length: MOST }, open)
    for (const { socket } of busy)
      socket.write(`${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}`)
    await expect.poll(() => starts.waiting.length, PATIENCE).toBe(MOST)
    await open().closed
    for (let n = 0; n < MOST; n += 1) starts.go()
    for (const wire of busy) await expect.poll(() => statuses(wire), PATIENCE).toBe('201')
    // Now one of these has been idle longest.
    const next = open()
    await asked(next)
    await busy[0]?.closed
  })

  it.each([
    ['are still awaited', `${START}Content-Length: 100\r\n\r\n{`, '', ''],
    ['came after the answer', `${HEALTH.slice(0, -2)}Content-Length: 100\r\n\r\n`, '200', '.'],
  ])('do not wait for bodies that %s', async (_name, request, status, rest) => {
    double = await startDouble({ maxConnections: MOST })
    const wires = Array.from({ length: MOST - 1 }, open)
    for (const wire of wires) {
      wire.socket.write(request)
      await expect.poll(() => statuses(wire), PATIENCE).toBe(status)
      wire.socket.write(rest.repeat(100))
    }
    // Of all this one has waited for its client least.
    const known = open()
    await asked(known)
    await asked(open())
    known.socket.write(HEALTH)
    await expect.poll(() => statuses(known), PATIENCE).toBe('200 200')
  })

  it('do not wait for answers that nobody reads', async () => {
    double = await startDouble({ maxConnections: MOST })
    const wires = Array.from({ length: MOST }, open)
    for (const { socket } of wires) {
      socket.pause()
      socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(500))
    }
    // Until nothing moves any more: the buffers are full.
    let logged = 0
    const isStill = () => {
      const before = logged
      logged = double.lines.length
      return logged > MOST && logged === before
    }
    await expect.poll(isStill, { ...PATIENCE, interval: 250 }).toBe(true)
    await asked(open())
  })
})
