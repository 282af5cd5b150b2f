// C52 on the real process: clients that send requests by the thousand before they read an answer, or never read one.
// Others are served meanwhile, and memory stays flat, on every server of ours.

import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MAX_CONNECTIONS } from '../../src/http/server.ts'
import { LONG, PATIENCE_MS } from '../long.ts'
import {
  freePort,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from './service-process.ts'

/** What was sent to the release before: 47 KiB, and the process was gone. */
const REQUESTS = 1_600
const FEWER_REQUESTS = 400
const SOCKETS = 2
const MAX_GROWTH_KIB = 64 * 1024
/** Of the 384 MiB that deploy/ allows, what a flood of hashes leaves (165 MiB): past it the process is ended. */
const MAX_GROWTH_FULL_KIB = 192 * 1024

let directory: ReturnType<typeof temporaryDirectory>
let service: ServiceProcess
const sockets: Socket[] = []
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  service.kill('SIGKILL')
  await service.exited
  directory.remove()
})

function resident(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${service.child.pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1])
}

type Server = { port: number } | { path: string }
/** `isOpen`: it has no end, so that nothing can follow it. */
type Request = {
  on: Server
  text: string
  times?: number
  sockets?: number
  isOpen?: boolean
  /** One of many that take the same way: unread, which is the attack, and fewer. */
  isAlike?: boolean
}

const ask = (line: string, rest = '') => `${line} HTTP/1.1\r\nHost: a\r\n${rest}\r\n`
const FORM = 'Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n'
const chunked = (line: string, body: string) =>
  `${ask(line, 'Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n')}${body}`

/** Everything that needs no key: what the document says, the console's pages, and what there is not. */
async function openRequests(main: Server, metrics: Server): Promise<Request[]> {
  const { body: document } = await service.get('/openapi.json')
  const documented = Object.entries<Record<string, { security: object[] }>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security.length === 0 && !path.endsWith('/stream'))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
  )
  expect(documented).toContain('GET /docs')
  const pages = ['/', '/admin', '/admin/sign-in', '/admin/verifications', '/admin/live', '/nothing']
  const lines = [
    ...documented,
    ...pages.map((path) => `GET ${path}`),
    'HEAD /docs',
    'OPTIONS /docs',
  ]
  const one = '1\r\nx\r\n'
  return [
    ...[...lines, 'GET /verify/start', 'GET /factors'].map((line) => ({
      on: main,
      text: ask(line),
      ...(documented.includes(line) && { isAlike: true, times: FEWER_REQUESTS }),
    })),
    { on: main, text: `${ask('POST /verify/start', 'Content-Length: 2\r\n')}{}` },
    { on: main, text: `${ask('POST /admin/session', 'Content-Length: 2\r\n')}x=` },
    { on: main, text: ask('GET /docs', 'Expect: nothing\r\n') },
    // A body in pieces of a byte, which nobody reads.
    { on: main, text: chunked('GET /docs', one.repeat(10_000)), times: 1 },
    { on: main, text: chunked('POST /verify/start', one.repeat(10_000)), times: 1 },
    // A body that somebody waits for, in pieces that were 400 bytes each.
    {
      on: main,
      text: `${ask('POST /admin/session', `${FORM}Transfer-Encoding: chunked\r\n`)}${one.repeat(16_000)}`,
      ...{ times: 1, sockets: 50, isOpen: true },
    },
    // Behind an answer that does not end.
    { on: main, text: ask('GET /dev/inbox/stream') },
    { on: metrics, text: ask('GET /metrics') },
    { on: metrics, text: ask('GET /nothing') },
  ]
}

const LAST = ask('GET /last', 'Connection: close\r\n')

/** @returns once all answers were read or, where nobody reads, all requests are on their way */
async function send(request: Request, reads: boolean): Promise<void> {
  const { on, text, times = REQUESTS, isOpen = text.includes('/stream') } = request
  const socket = connect(on as { port: number })
  sockets.push(socket)
  socket.on('error', () => {})
  await new Promise<void>((resolve) => {
    socket.once(reads && !isOpen ? 'close' : 'connect', () => resolve())
    if (reads) socket.resume()
    else socket.pause()
    socket.write(text.repeat(times) + (request.isOpen ? '' : LAST))
  })
}

/** /healthz, again and again: it is answered while the rest is going on. */
async function others(): Promise<void> {
  for (let n = 0; n < 10; n += 1) expect((await service.get('/healthz')).status).toBe(200)
}

it.runIf(LONG)(
  'C52: requests by the thousand on one socket, read or not: memory is flat, others are served',
  {
    timeout: 300_000,
  },
  async () => {
    const metricsPort = await freePort()
    service = await startService(directory.path, { METRICS_PORT: String(metricsPort) })
    const main = { port: Number(new URL(service.url).port) }
    const requests = await openRequests(main, { port: metricsPort })
    // Warm first: code that is compiled and a heap that has grown are not the flood's.
    for (const request of requests) {
      await send({ ...request, times: 1 }, true)
      await others()
    }
    const before = resident('VmRSS')
    for (const reads of [false, true])
      for (const request of requests.filter(({ isAlike }) => !(reads && isAlike))) {
        const { sockets: length = SOCKETS } = request
        await Promise.all(Array.from({ length }, () => send(request, reads)))
        await others()
        const grown = resident('VmHWM') - before
        expect([request.text.slice(0, 60), grown < MAX_GROWTH_KIB, grown]).toEqual([
          request.text.slice(0, 60),
          true,
          grown,
        ])
      }
  },
)

it('C52: as many connections as there may be, each with a body that does not end: memory has a bound', {
  timeout: 300_000,
}, async () => {
  service = await startService(directory.path)
  const { port } = new URL(service.url)
  const before = resident('VmRSS')
  const length = 16_384
  const text = `${ask('POST /admin/session', `${FORM}Content-Length: ${length}\r\n`)}${'x'.repeat(length - 1)}`
  for (let n = 0; n < MAX_CONNECTIONS; n += 1) {
    const socket = connect(Number(port))
    sockets.push(socket)
    socket.on('error', () => {})
    // Some at a time: all at once would not be let in.
    if (n % 64 === 0) await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    socket.write(text)
  }
  await expect
    .poll(() => sockets.every(({ bytesWritten }) => bytesWritten >= text.length), {
      timeout: PATIENCE_MS,
    })
    .toBe(true)
  await others()
  const grown = resident('VmHWM') - before
  expect([grown < MAX_GROWTH_FULL_KIB, grown]).toEqual([true, grown])
})
