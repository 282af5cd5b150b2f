// What clients send before they have an answer: over raw sockets.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startMetricsServer } from '../../src/http/metrics-server.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { type Double, ID, KEY, startDouble } from './double.ts'
import { BODY, countStarts, HEALTH, PATIENCE, START, statuses } from './raw-requests.ts'
import { closeWires, openWire, type Wire } from './raw-wire.ts'

let double: Double
afterEach(async () => {
  closeWires()
  await double.close()
})

const open = () => openWire(double.server.port ?? 0)
describe('C52: requests before the answer', () => {
  it.each([
    ['with a length', `${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}`],
    [
      'in pieces',
      `${START}Transfer-Encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
    ],
  ])('%s are done one by one, in order', async (_name, request) => {
    double = await startDouble()
    const starts = countStarts(double)
    const wire = open()
    wire.socket.write(`${request.repeat(20)}${HEALTH}`)
    for (let n = 1; n <= 20; n += 1) {
      await expect.poll(() => double.calls.length, PATIENCE).toBe(n)
      expect(starts.waiting).toHaveLength(1)
      starts.go()
    }
    await expect.poll(() => statuses(wire), PATIENCE).toBe(`${'201 '.repeat(20)}200`)
    expect(starts.most()).toBe(1)
  })

  it('behind the end of a body that is still being answered wait, too', async () => {
    double = await startDouble()
    const starts = countStarts(double)
    const wire = open()
    const request = `${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}`
    wire.socket.write(request.slice(0, -5))
    // The rest of the body and the head behind it are one piece, as they come.
    wire.socket.write(request.slice(-5) + request + HEALTH)
    await expect.poll(() => starts.waiting.length, PATIENCE).toBe(1)
    expect((await fetch(`${double.server.url}/healthz`)).status).toBe(200)
    expect([starts.most(), wire.heard()]).toEqual([1, ''])
    starts.go()
    await expect.poll(() => starts.waiting.length, PATIENCE).toBe(1)
    await expect.poll(() => statuses(wire), PATIENCE).toBe('201')
    expect(starts.waiting).toHaveLength(1)
    starts.go()
    await expect.poll(() => statuses(wire), PATIENCE).toBe('201 201 200')
  })

  it('cut anywhere are the same requests', async () => {
    double = await startDouble()
    const text = `${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}${HEALTH}`
    for (let at = 1; at < text.length; at += 7) {
      const wire = open()
      wire.socket.setNoDelay(true)
      wire.socket.write(text.slice(0, at))
      await new Promise((resolve) => wire.socket.once('drain', resolve).write('', resolve))
      wire.socket.write(text.slice(at))
      await expect.poll(() => statuses(wire), PATIENCE).toBe('201 200')
      wire.socket.destroy()
    }
  })

  it('in their thousands keep nobody waiting', async () => {
    double = await startDouble()
    const wires = Array.from({ length: 5 }, open)
    for (const wire of wires) wire.socket.write(HEALTH.repeat(500))
    await expect.poll(() => wires[0]?.heard(), PATIENCE).toContain('200 OK')
    expect((await fetch(`${double.server.url}/healthz`)).status).toBe(200)
    const answered = wires.map((wire) => statuses(wire).split(' ').length)
    expect(Math.min(...answered)).toBeLessThan(500)
    for (const wire of wires)
      await expect.poll(() => statuses(wire), PATIENCE).toBe('200 '.repeat(500).trim())
  })

  it('that pile up on many sockets have a bound', async () => {
    double = await startDouble()
    const starts = countStarts(double)
    const request = `${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}`
    const wires = Array.from({ length: 200 }, open)
    let cut = 0
    for (const wire of wires) {
      void wire.closed.then(() => (cut += 1))
      wire.socket.write(request + HEALTH.repeat(3_000))
    }
    // 64 KiB of each are read: 128 sockets may hold them.
    await expect.poll(() => cut, PATIENCE).toBeGreaterThan(20)
    const left = wires.filter(({ socket }) => !socket.destroyed)
    expect(left.length).toBeGreaterThan(100)
    expect(starts.waiting.length).toBeGreaterThan(100)
    // The last ones have waited least, and may only just have come.
    const last = () => {
      while (starts.waiting.length > 0) starts.go()
      return statuses(wires.at(-1) as Wire)
    }
    await expect.poll(last, PATIENCE).toMatch(/^201( 200){20}/)
  })

  it('with bodies that nobody reads are read to their end', async () => {
    double = await startDouble()
    const gate = Promise.withResolvers<void>()
    double.answer('get', async () => {
      await gate.promise
      return { kind: 'refused', error: 'verification_not_found', detail: 'Told.' }
    })
    const wire = open()
    // More than the buffers of both sockets hold.
    const body = Buffer.alloc(32 * 1024 * 1024, ' ')
    wire.socket.write(
      `GET /verify/${ID} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    wire.socket.write(body)
    await expect.poll(() => wire.socket.writableLength, PATIENCE).toBe(0)
    expect(wire.heard()).toBe('')
    gate.resolve()
    await expect.poll(() => statuses(wire), PATIENCE).toBe('404')
  })

  it('that are none are refused after the answers before them', async () => {
    double = await startDouble()
    const wire = open()
    wire.socket.write(`${HEALTH.repeat(3)}GARBAGE\r\n\r\nMORE\r\n\r\n`)
    await wire.closed
    expect(statuses(wire)).toBe('200 200 200 400')
  })

  it('with an expectation of their own are answered as any', async () => {
    double = await startDouble()
    const wire = open()
    wire.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: the-best\r\n\r\n'.repeat(3))
    await expect.poll(() => statuses(wire), PATIENCE).toBe('200 200 200')
  })

  it('are done one by one on a Unix socket, too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cs-'))
    const path = join(directory, 'api.sock')
    try {
      double = await startDouble({ host: `unix:${path}` })
      const starts = countStarts(double)
      const wire = openWire(path)
      wire.socket.write(`${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}`.repeat(3) + HEALTH)
      for (let n = 1; n <= 3; n += 1) {
        await expect.poll(() => starts.waiting.length, PATIENCE).toBe(1)
        starts.go()
        await expect.poll(() => double.calls.length, PATIENCE).toBe(Math.min(3, n + 1))
      }
      await expect.poll(() => statuses(wire), PATIENCE).toBe('201 201 201 200')
      expect(starts.most()).toBe(1)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it('are done one by one on the port of metrics, too', async () => {
    double = await startDouble()
    let [made, underWay, most] = [0, 0, 0]
    const metrics = {
      ...createMetrics(),
      async text() {
        most = Math.max(most, ++underWay)
        made += 1
        await new Promise((resolve) => setImmediate(resolve))
        underWay -= 1
        return 'up 1\n'
      },
    }
    const { server, close } = await startMetricsServer(metrics, '127.0.0.1', 0)
    try {
      const wire = openWire((server.address() as { port: number }).port)
      wire.socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50))
      await expect.poll(() => statuses(wire), PATIENCE).toBe('200 '.repeat(50).trim())
      expect([made, most]).toEqual([50, 1])
    } finally {
      await close()
    }
  })
})

it('C52: the text of metrics is rendered once a second, however many request it, and again after a failure', async () => {
  double = await startDouble()
  let [read, now] = [0, 0]
  const metrics = createMetrics(() => now)
  metrics.readLevelsBy(async () => {
    read += 1
    if (read === 1) throw new Error('away')
    return {
      ...{ hashing: { running: 0, waiting: 0, limit: 0 }, mint: { ready: read, capacity: 9 } },
      ...{
        sending: {} as never,
        rests: [],
        lanes: [],
        weights: { shares: [], advice: [] },
        webhooks: [],
        auditStream: null,
        outbox: [],
      },
    }
  })
  await expect(metrics.text()).rejects.toThrow('away')
  const texts = await Promise.all(Array.from({ length: 20 }, () => metrics.text()))
  expect(texts[0]).toContain('countersign_mint_codes{state="ready"} 2')
  now += 999
  expect(await metrics.text()).toBe(texts[0])
  expect(read).toBe(2)
  now += 1
  expect(await metrics.text()).toContain('countersign_mint_codes{state="ready"} 3')
})

describe('C52: headers past their number', () => {
  const head = (count: number) =>
    `GET /healthz HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(count - 1)}\r\n`

  it.each([
    [100, '200'],
    [101, '431'],
    [150, '431'],
    [2_500, '431'],
  ])('%i: %s', async (count, status) => {
    double = await startDouble()
    const wire = open()
    wire.socket.write(head(count))
    await expect.poll(() => statuses(wire), PATIENCE).toBe(status)
    if (status === '431') expect(wire.heard()).toContain('"error":"headers_too_large"')
  })

  it('C13: no client can push out the header that a trusted proxy appends', async () => {
    double = await startDouble({ trusted: ['127.0.0.1'] })
    const wire = open()
    const forged = `X-Forwarded-For: 203.0.113.66\r\n${'a: b\r\n'.repeat(1_200)}`
    wire.socket.write(
      `${START}${forged}X-Forwarded-For: 203.0.113.7\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
    )
    await wire.closed
    expect([statuses(wire), double.calls]).toEqual(['431', []])
  })
})
