// Slow and silent clients, and what is no request: over raw sockets, with short times.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { SERVER_TIMES } from '../../src/http/bounded-server.ts'
import { isLocalHost } from '../../src/http/routes/inbox.ts'
import { quiet } from '../quiet.ts'
import { type Double, KEY, startDouble } from './double.ts'
import { closeWires, openWire, type Wire } from './raw-wire.ts'

const SHORT = {
  headersMs: 300,
  requestMs: 600,
  checkEveryMs: 50,
  keepAliveMs: 300,
  inactiveMs: 5000,
}

let double: Double
afterEach(async () => {
  closeWires()
  await double.close()
})

const open = () => openWire(double.server.port ?? 0)

/** One byte at a time, as a slow client does, until the server has enough. */
function drip(wire: Wire, text: string, everyMs: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (wire.socket.writable && at < text.length) wire.socket.write(text[at++] ?? '')
    else clearInterval(timer)
  }, everyMs)
}

const HEAD = `POST /verify/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`

function problemOf(heard: string) {
  return JSON.parse(heard.slice(heard.indexOf('\r\n\r\n') + 4))
}

async function health(): Promise<number> {
  const startedAt = performance.now()
  const answer = await fetch(`${double.server.url}/healthz`)
  expect(answer.status).toBe(200)
  return performance.now() - startedAt
}

describe('C44: slow clients', () => {
  it('slow headers are cut off with a problem, others are served meanwhile', async () => {
    double = await startDouble({ times: { ...SHORT, requestMs: 10_000 } })
    const wire = open()
    drip(wire, HEAD.repeat(20), 20)
    expect(quiet(await health())).toBeLessThan(200)
    expect(quiet(await wire.closed)).toBeLessThan(1500)
    expect(wire.heard()).toMatch(/^HTTP\/1\.1 408 /)
    expect(problemOf(wire.heard())).toMatchObject({ status: 408, error: 'request_timeout' })
  })

  it('a slow body is cut off, and the domain never sees it', async () => {
    double = await startDouble({ times: SHORT })
    const wire = open()
    wire.socket.write(`${HEAD}Content-Length: 1000\r\n\r\n`)
    drip(wire, ' '.repeat(1000), 20)
    expect(quiet(await wire.closed)).toBeLessThan(2000)
    expect(wire.heard()).toMatch(/^HTTP\/1\.1 408 /)
    expect(double.calls).toEqual([])
    expect(double.lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  it('silent connections are closed, and so are idle ones', async () => {
    double = await startDouble({ times: { ...SHORT, requestMs: 60_000 } })
    const silent = Array.from({ length: 200 }, open)
    const idle = open()
    idle.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(quiet(await health())).toBeLessThan(500)
    // By the time for headers, not by the minute that a request may take.
    const closedAfterMs = await Promise.all(silent.map((wire) => wire.closed))
    expect(Math.max(...closedAfterMs)).toBeLessThan(30_000)
    await idle.closed
    expect(idle.heard()).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('a client that does not read its answer is cut off', async () => {
    // Its 200 answers keep the server busy for a while: the short times of the others would cut off the probe.
    const patient = { ...SHORT, headersMs: 5000, requestMs: 5000, keepAliveMs: 5000 }
    double = await startDouble({ times: { ...patient, inactiveMs: 300 } })
    const wire = open()
    wire.socket.pause()
    // Far more answers than the sockets' buffers hold.
    const requests = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200)
    wire.socket.write(requests)
    const closed = new Promise((resolve) => double.server && wire.socket.once('close', resolve))
    // Whoever is as slow as that on a busy machine is cut off as well, and asks again.
    const tookMs = await vi.waitFor(health)
    expect(quiet(tookMs)).toBeLessThan(1000)
    // A paused socket notices the end only when it reads on.
    setTimeout(() => wire.socket.resume(), 1500)
    await closed
    expect(wire.heard().split('HTTP/1.1 200').length - 1).toBeLessThan(200)
  })

  it('the times in use are far under the defaults of Node', () => {
    expect(SERVER_TIMES.headersMs).toBeLessThanOrEqual(10_000)
    expect(SERVER_TIMES.requestMs).toBeLessThanOrEqual(15_000)
    expect(SERVER_TIMES.checkEveryMs).toBeLessThanOrEqual(1000)
  })
})

describe('C71: HTTP/1.0 without Host, as simple probes of proxies send it', () => {
  it.each<[string, number]>([
    ['GET /healthz', 200],
    ['HEAD /readyz', 200],
    ['GET /nothing', 404],
    ['GET /admin/sign-in', 200],
  ])('%s is %i', async (line, status) => {
    double = await startDouble({ times: SHORT })
    const wire = open()
    wire.socket.write(`${line} HTTP/1.0\r\n\r\n`)
    await wire.closed
    expect(wire.heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('is not a local request: routes for localhost alone do not answer it', () => {
    expect(isLocalHost('')).toBe(false)
  })
})

describe('input that is not a request', () => {
  it.each<[string, string, number, string]>([
    ['garbage', 'GARBAGE\r\n\r\n', 400, 'invalid_request'],
    [
      'headers of 20 KiB',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'two lengths',
      `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      400,
      'invalid_request',
    ],
    [
      'length and chunks',
      `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'invalid_request',
    ],
    [
      'a host that is none',
      'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
      400,
      'invalid_request',
    ],
    [
      'a target that is none',
      'GET \\\\evil HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
      'invalid_request',
    ],
  ])('%s is a problem', async (_name, text, status, error) => {
    double = await startDouble({ times: SHORT })
    const wire = open()
    wire.socket.write(text)
    await wire.closed
    expect(wire.heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(wire.heard()).toMatch(/content-type: application\/problem\+json/i)
    expect(problemOf(wire.heard())).toMatchObject({ status, error })
    expect(double.calls).toEqual([])
  })
})
