// AUDIT_STREAM over real sockets and files, from a real store: nothing is left out, and nobody waits for it.

import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { appendFileSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createDatagramSink } from '../../src/audit/datagram-sink.ts'
import { createFileSink } from '../../src/audit/file-sink.ts'
import type { Sink } from '../../src/audit/sink.ts'
import { type AuditStream, createAuditStream } from '../../src/audit/stream.ts'
import { createStreamSink } from '../../src/audit/stream-sink.ts'
import { createSettled } from '../../src/events/settled.ts'
import type { EventRecord } from '../../src/events/types.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { ACTOR } from '../contract/rows.ts'
import { makeDirectory, type OpenStore, openStore } from '../storage/sqlite/fixture.ts'
import { type SyslogServer, startSyslog } from './syslog-server.ts'

vi.setConfig({ testTimeout: 30_000 })
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let directory: ReturnType<typeof makeDirectory>
let store: OpenStore
let streams: AuditStream[]
let server: SyslogServer | undefined
let count = 0
beforeEach(async () => {
  directory = makeDirectory()
  store = await openStore(join(directory.path, 'store.db'))
  streams = []
  count = 0
})
afterEach(async () => {
  for (const stream of streams) await stream.stop(1_000)
  await server?.close()
  server = undefined
  await store.close()
  directory.remove()
})

/** Hostile text in each field that a stranger fills. */
const HOSTILE = '<13>1 - - - \n- 5 x\r\n"\u0000\ufeff"\u2028}{'
const append = (much = 1) =>
  store.events.append(
    Array.from({ length: much }, () => ({
      ...{ ...ACTOR, at: Date.now(), type: 'request.refused', verificationId: null },
      ...{ budgetIndex: null, userAgent: HOSTILE, details: { n: count++, error: HOSTILE } },
    })),
  )

async function begin(sink: Sink, change: Partial<Parameters<typeof createAuditStream>[0]> = {}) {
  const stream = createAuditStream({
    ...{ store: store.audit, hasGaps: false, sink, clock: createClock() },
    isWanted: () => true,
    lineOf: (event: EventRecord) => ({
      ...{ type: event.type, at: event.at },
      text: JSON.stringify({ agent: event.userAgent, ...event.details }),
    }),
    logger: { warn: () => {}, info: () => {} },
    ...change,
  })
  streams.push(stream)
  // The first claim sets the place: what follows is handed over.
  await store.audit.claim({ name: 'stream', holder: 'test', now: 0, leaseMs: 0 })
  stream.start()
  return stream
}

const numbers = (found: readonly { n: number }[]) => [...new Set(found.map(({ n }) => n))]
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)
const target = (port: number) => ({ kind: 'tcp' as const, host: '127.0.0.1', port, caPath: null })

it('RFC 5424 over TCP: each event once, in order, and no text of it in a header or a frame', async () => {
  server = await startSyslog()
  await begin(createStreamSink(target(server.port)))
  await append(450)
  await expect.poll(() => server?.messages.length).toBe(450)
  expect(server.events().map(({ n }) => n)).toEqual(upTo(450))
  expect(server.messages[0]).toMatch(
    /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ countersign \d+ request\.refused - \{"agent"/,
  )
  expect(server.events()[0]).toEqual({ agent: HOSTILE, n: 0, error: HOSTILE })
})

it('a connection that carries write after write collects no listener of each', async () => {
  server = await startSyslog()
  const warnings: string[] = []
  const warn = ({ name }: Error) => warnings.push(name)
  process.on('warning', warn)
  const sink = createStreamSink(target(server.port))
  const line = { type: 'request.refused', at: Date.now(), text: '{}' }
  for (let n = 0; n < 20; n += 1) await sink.write([line])
  await expect.poll(() => server?.messages.length).toBe(20)
  await sink.close()
  process.off('warning', warn)
  expect(warnings).toEqual([])
})

it('a server that breaks its connections, is away and comes back lacks nothing', async () => {
  server = await startSyslog()
  const { port } = server
  const stream = await begin(createStreamSink(target(port)))
  await append(10)
  await expect.poll(() => server?.messages.length).toBe(10)
  const before = server.events()
  // What was handed over a moment ago may be lost with the connection: it comes again.
  server.breakAll()
  await server.close()
  await append(10)
  await expect.poll(() => stream.status().failingSince).not.toBeNull()
  expect(stream.status().error).toBe('ECONNREFUSED')
  server = await startSyslog(undefined, port)
  await append(5)
  await expect
    .poll(() => numbers([...before, ...(server?.events() ?? [])]).sort((a, b) => a - b))
    .toEqual(upTo(25))
  expect(server.events().map(({ n }) => n)).toEqual(upTo(25).slice(server.events()[0].n))
  await expect.poll(() => stream.status().failingSince).toBeNull()
})

it('a server that hangs holds back nothing but its own lines, which follow once it reads', async () => {
  server = await startSyslog()
  server.hang()
  const stream = await begin(createStreamSink(target(server.port), 1_500), {
    lineOf: (event) => ({
      ...{ type: event.type, at: event.at },
      text: JSON.stringify({ ...event.details, filler: 'x'.repeat(50_000) }),
    }),
  })
  await append(200)
  await expect.poll(() => stream.status().failingSince).not.toBeNull()
  const began = performance.now()
  await append(1)
  expect(performance.now() - began).toBeLessThan(1_000)
  server.read()
  await expect.poll(() => numbers(server?.events() ?? []).length).toBe(201)
})

it('by TLS with a certificate of its own, which is checked', async (test) => {
  if (!hasOpenssl) return test.skip('openssl is not installed')
  const [key, cert] = [join(directory.path, 'key'), join(directory.path, 'cert')]
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=siem -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`
  expect(spawnSync('openssl', words.split(' ')).status).toBe(0)
  server = await startSyslog({ key, cert })
  const tls = { kind: 'tls' as const, host: '127.0.0.1', port: server.port }
  const untrusted = createStreamSink({ ...tls, caPath: null })
  await expect(untrusted.write([{ type: 'a', at: 0, text: '{}' }])).rejects.toThrow()
  expect(server.messages).toEqual([])
  await begin(createStreamSink({ ...tls, caPath: cert }))
  await append(3)
  await expect.poll(() => server?.events().map(({ n }) => n)).toEqual([0, 1, 2])
})

it('by UDP: one datagram for each; one that is too long is counted as lost, and the rest goes on', async () => {
  const socket = createSocket('udp4')
  const got: string[] = []
  socket.on('message', (bytes) => got.push(bytes.toString()))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  const stream = await begin(createDatagramSink({ ...target(port), kind: 'udp' }), {
    lineOf: ({ details, ...event }) => ({
      ...{ type: event.type, at: event.at },
      text: JSON.stringify({ n: details.n, filler: 'x'.repeat(details.n === 1 ? 70_000 : 1) }),
    }),
  })
  await append(3)
  await expect.poll(() => got.length).toBe(2)
  expect(got.map((text) => JSON.parse(text.slice(text.indexOf('{'))).n)).toEqual([0, 2])
  expect(stream.status()).toMatchObject({ sent: 2, lost: 1, failingSince: null })
  socket.close()
})

it('into a file: on after a restart, into a new one where it was moved away, and behind a torn line', async () => {
  const path = join(directory.path, 'audit.jsonl')
  const first = await begin(createFileSink(path))
  await append(3)
  const read = (file = path) => readFileSync(file, 'utf8').trimEnd().split('\n')
  await expect.poll(() => read().length).toBe(3)
  renameSync(path, `${path}.1`)
  await append(2)
  await expect.poll(() => numbers(read().map((line) => JSON.parse(line)))).toEqual([3, 4])
  await expect.poll(() => first.status().behindMs).toBe(0)
  await first.stop(1_000)
  appendFileSync(path, '{"n":5,"torn')
  await append(2)
  await begin(createFileSink(path))
  await expect
    .poll(() =>
      read()
        .slice(-2)
        .map((line) => JSON.parse(line).n),
    )
    .toEqual([5, 6])
  expect(read()).toHaveLength(5)
})

it('what is not wanted is passed over', async () => {
  server = await startSyslog()
  await begin(createStreamSink(target(server.port)), {
    isWanted: ({ details }) => details.n === 2,
  })
  await append(4)
  await expect.poll(() => server?.events().map(({ n }) => n)).toEqual([2])
})

it('waits for a number that may still come, in order, and not for one that was never used', async () => {
  let now = 0
  let rows = [1, 2, 4, 5, 7].map((sequence) => ({ sequence, at: 1_000_000 }))
  const { read } = createSettled({
    after: async (sequence) => rows.filter((row) => row.sequence > sequence),
    ...{ hasGaps: true, now: () => 1_000_000, monotonicMs: () => now },
  })
  const from = async (sequence: number) => (await read(sequence, 10)).map((row) => row.sequence)
  expect(await from(0)).toEqual([1, 2])
  now = 9_999
  expect(await from(2)).toEqual([])
  rows = [...rows, { sequence: 3, at: 1_000_000 }].sort((a, b) => a.sequence - b.sequence)
  expect(await from(2)).toEqual([3, 4, 5])
  now = 10_000
  expect(await from(5)).toEqual([7])
  rows = [{ sequence: 9, at: 900_000 }]
  expect(await from(7)).toEqual([9])
})
