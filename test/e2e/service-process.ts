// Starts the service as the README does, in a process of its own, and talks to it over a real socket.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PATIENCE_MS } from '../long.ts'
import { BUNDLE_DIRECTORY, program } from '../program.ts'

export const API_KEY = 'test-api-key-0123456789abcdef'
export const ADMIN_KEY = 'test-admin-key-0123456789abcdef'
export const SECRET_KEY = Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')

const READY_DEADLINE_MS = 40_000

export type Answer = {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  body: any
}

export type ServiceProcess = {
  readonly url: string
  readonly child: ChildProcess
  /** Everything it wrote to stdout and stderr. */
  output(): string
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  kill(signal: NodeJS.Signals): void
  /** Resolves with the exit code, or null after a signal. */
  exited: Promise<number | null>
  stop(): Promise<number | null>
}

/** Below those that the system gives out for a connection; each process of the tests begins elsewhere. */
const PORTS = { first: 10_000, count: 20_000, apart: 100 } as const
let portsTaken = 0

async function listens(server: Server, on: number | string): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    if (typeof on === 'number') server.listen(on, '127.0.0.1', () => resolve(true))
    else server.listen(on, () => resolve(true))
  })
}

/**
 * For as long as this process lives: seconds pass before the service listens, and another test must not choose the port meanwhile.
 * By a name of Linux's abstract sockets, which ends with the process; other systems have none.
 */
async function isOurs(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const claim = createServer()
  const isClaimed = await listens(claim, `\0countersign-test-port-${port}`)
  claim.unref()
  return isClaimed
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const isListening = await listens(server, port)
  await new Promise((resolve) => server.close(resolve))
  return isListening
}

/** For a service that is about to start: one that the system chose may be given to another test meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + ((process.pid * PORTS.apart + portsTaken++) % PORTS.count)
    if ((await isOurs(port)) && (await isFree(port))) return port
  }
}

export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Hundreds of starts of the same program, in the run's own folder as the bundle is: the cache goes by its place. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: join(process.env[BUNDLE_DIRECTORY] ?? tmpdir(), 'countersign-compile-cache'),
}
/** Light argon2 and few codes made ahead, no limits that a test did not ask for: what is not under test must not slow it. */
export const LIGHT = {
  ...{ ARGON2_MEMORY_KIB: '64', ARGON2_PASSES: '1', MINT_SIZE: '8' },
  LOG_LEVEL: 'info',
}
export const UNLIMITED = {
  LIMIT_SENDS_PER_NUMBER_BURST: 'off',
  LIMIT_SENDS_PER_NUMBER_DAY: 'off',
  LIMIT_SENDS_PER_IP_BURST: 'off',
  LIMIT_SENDS_PER_IP_DAY: 'off',
  LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
  LIMIT_CHECK_PER_IP: 'off',
  LIMIT_CHECK_PER_NUMBER: 'off',
  LIMIT_GUESSES_PER_NUMBER_HOUR: 'off',
  LIMIT_GUESSES_PER_NUMBER_DAY: 'off',
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const body = /\bjson\b/.test(type) && text !== '' ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

/** As `npm start` does: what memory it takes depends on it. */
const [, startEnv = '', startFlags = ''] =
  /^(.*) node (.*) src\/main\.ts$/.exec(
    JSON.parse(readFileSync('package.json', 'utf8')).scripts.start,
  ) ?? []
const START_ENV = Object.fromEntries(startEnv.split(' ').map((pair) => pair.split('=')))

export async function startService(
  dataDir: string,
  env: Record<string, string> = {},
  options: { port?: number; waitReady?: boolean; readyWithinMs?: number } = {},
): Promise<ServiceProcess> {
  const port = options.port ?? (await freePort())
  const child = spawn(process.execPath, [...startFlags.split(' '), program().main], {
    env: {
      ...START_ENV,
      ...COMPILE_CACHE,
      PATH: process.env.PATH ?? '',
      DATA_DIR: dataDir,
      PORT: String(port),
      API_KEY,
      ADMIN_KEY,
      SECRET_KEY,
      ...LIGHT,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  const service: ServiceProcess = {
    url,
    child,
    output: () => output,
    async post(path, body, headers = {}) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(body),
      })
      return answerOf(response)
    },
    async get(path, headers = {}) {
      return answerOf(
        await fetch(url + path, { headers: { authorization: `Bearer ${API_KEY}`, ...headers } }),
      )
    },
    kill: (signal) => void child.kill(signal),
    exited,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
  }
  if (options.waitReady !== false) await waitReady(service, options.readyWithinMs)
  return service
}

export async function waitReady(
  service: ServiceProcess,
  withinMs = READY_DEADLINE_MS,
): Promise<void> {
  const end = performance.now() + withinMs
  let gone = false
  void service.exited.then(() => {
    gone = true
  })
  while (performance.now() < end) {
    if (gone) throw new Error(`the service ended:\n${service.output()}`)
    const ready = await fetch(`${service.url}/readyz`).catch(() => undefined)
    if (ready?.status === 200) return
    await sleep(20)
  }
  throw new Error(`the service was not ready in time:\n${service.output()}`)
}

/** Polls until `probe` gives something; fails at the deadline. */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 10_000,
): Promise<T> {
  const waitMs = Math.max(deadlineMs, PATIENCE_MS)
  const end = performance.now() + waitMs
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`waited ${waitMs} ms in vain for ${what}`)
    await sleep(15)
  }
}

/** Lines of its log are written together, up to 20 ms after what they report. */
export const waitForLine = (service: Pick<ServiceProcess, 'output'>, text: string) =>
  waitFor(`the line "${text}"`, () => service.output().includes(text) || undefined)

type InboxEntry = { verification_id: string; to: string; code: string; channel: string }

/** The newest code that the development inbox has for this verification. */
export function codeFor(service: ServiceProcess, id: string): Promise<string> {
  return waitFor(`the message of ${id}`, async () => {
    const { body } = await service.get('/dev/inbox', { accept: 'application/json' })
    return (body as InboxEntry[]).find((message) => message.verification_id === id)?.code
  })
}

/** A code that is surely not this one. */
export function wrong(code: string): string {
  return (code.startsWith('9') ? '0' : '9') + code.slice(1)
}
