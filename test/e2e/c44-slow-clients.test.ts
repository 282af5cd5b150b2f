// C44 on the real process, all at once: silent connections by the thousand, slow heads, slow bodies and clients that
// don't read. Others are served, and what the flood costs is bounded.

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeWires, openWire, type Wire } from '../http/raw-wire.ts'
import { LONG } from '../long.ts'
import { quiet } from '../quiet.ts'
import { together } from './nodes.ts'
import {
  API_KEY,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
} from './service-process.ts'

const SILENT = LONG ? 8_000 : 2_000
const SLOW = 100
/** Some 20 KiB a connection, and the answers that nobody reads. */
const MAX_GROWTH_KIB = SILENT * 32 + 64 * 1024

let directory: ReturnType<typeof temporaryDirectory>
let service: ServiceProcess
beforeEach(async () => {
  directory = temporaryDirectory()
  service = await startService(directory.path, UNLIMITED)
})
afterEach(async () => {
  closeWires()
  service.kill('SIGKILL')
  await service.exited
  directory.remove()
})

const residentKib = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.child.pid}/status`, 'utf8'))?.[1])

function connected(wire: Wire): Promise<void> {
  return new Promise((resolve, reject) => {
    wire.socket.once('connect', resolve)
    wire.socket.once('error', reject)
  })
}

it(`C44: ${SILENT} silent connections, slow heads, slow bodies, slow readers: others log in`, {
  timeout: 60_000,
}, async () => {
  const port = Number(new URL(service.url).port)
  const logins = () =>
    together(50, async (n) => {
      const { body } = await service.post('/verify/start', { to: `slow-${n}@example.com` })
      const code = await codeFor(service, body.id)
      return (await service.post('/verify/check', { id: body.id, code })).status
    })
  // Warm first: code that is compiled and a heap that has grown are not the flood's.
  await logins()
  const before = residentKib()
  const open = () => openWire(port)
  for (let n = 0; n < SILENT; n += 500)
    await Promise.all(Array.from({ length: 500 }, () => connected(open())))
  const head = `POST /verify/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${API_KEY}\r\nContent-Type: application/json\r\n`
  const heads = Array.from({ length: SLOW }, open)
  const bodies = Array.from({ length: SLOW }, open)
  const readers = Array.from({ length: SLOW }, open)
  for (const wire of heads) wire.socket.write(head.slice(0, 30))
  for (const wire of bodies) wire.socket.write(`${head}Content-Length: 1000\r\n\r\n{"to":`)
  for (const wire of readers) {
    wire.socket.pause()
    wire.socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20))
  }
  const dripping = setInterval(() => {
    for (const wire of heads) wire.socket.write('x')
    for (const wire of bodies) wire.socket.write(' ')
  }, 250)
  try {
    expect(await logins()).toEqual(Array(50).fill(200))
    expect(residentKib() - before).toBeLessThan(MAX_GROWTH_KIB)
    // Drips keep nobody, with the times of the real service (test/http has it with short ones).
    if (!LONG) return
    const longest = async (wires: readonly Wire[]) =>
      quiet(Math.max(...(await Promise.all(wires.map(({ closed }) => closed)))))
    expect(await longest(heads)).toBeLessThan(20_000)
    expect(await longest(bodies)).toBeLessThan(25_000)
    expect(heads[0]?.heard()).toMatch(/^HTTP\/1\.1 408 /)
    expect((await service.get('/readyz')).status).toBe(200)
  } finally {
    clearInterval(dripping)
  }
})
