// A real Redis (or Valkey) of a test's own, on a port of its own, nothing kept on disk: killed, frozen and started at will.
// It must not touch a server that it did not start.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../e2e/service-process.ts'

const READY_DEADLINE_MS = 30_000

/** What is on the PATH of this machine; undefined where neither is. */
export const REDIS = ['redis-server', 'valkey-server'].find(
  (command) => spawnSync(command, ['--version']).status === 0,
)
/** For a suite that needs one: `describe.skipIf(!REDIS)(`… ${NEEDS_REDIS}`)`. */
export const NEEDS_REDIS = REDIS
  ? `(${REDIS})`
  : '(skipped: neither redis-server nor valkey-server is installed)'

export type RedisServer = {
  readonly port: number
  pid(): number
  url(database?: number): string
  /** One command as a stranger would send it, by words; @returns the raw reply */
  command(...words: string[]): Promise<string>
  /** The value of a key, null where there is none. */
  get(key: string): Promise<string | null>
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** At once, with all that it holds in memory. */
  kill(): Promise<void>
  /** On the same port, empty. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

/** RESP by hand: the driver under test is no witness of its own server. */
function send(port: number, words: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('error', reject)
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    // QUIT is answered last.
    if (/\+OK\r\n$/.test(chunk.toString())) socket.end()
  })
  socket.on('close', () =>
    resolve(
      Buffer.concat(chunks)
        .toString()
        .replace(/\+OK\r\n$/, ''),
    ),
  )
  const command = (all: readonly string[]) =>
    `*${all.length}\r\n${all.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
  socket.write(command(words) + command(['QUIT']))
  return promise
}

/** @param settings of redis.conf: `{ 'maxmemory-policy': 'allkeys-lru' }` */
export async function startRedis(
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const command = REDIS
  if (command === undefined) throw new Error('no redis-server is installed')
  const directory = mkdtempSync(join(tmpdir(), 'countersign-redis-'))
  const port = await freePort()
  let child: ChildProcess
  let gone: Promise<unknown>

  const start = async (more: Readonly<Record<string, string>> = {}) => {
    const all: Record<string, string> = {
      ...{ port: String(port), bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no' },
      ...settings,
      ...more,
    }
    const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
    child = spawn(command, words, { stdio: 'ignore' })
    gone = new Promise((resolve) => child.once('exit', resolve))
    child.unref()
    const end = performance.now() + READY_DEADLINE_MS
    // Any answer will do: a password may be asked for.
    while (!(await send(port, ['PING']).catch(() => ''))) {
      if (performance.now() > end || child.exitCode !== null)
        throw new Error('redis-server did not start')
      await sleep(10)
    }
  }
  const kill = async () => {
    child.ref()
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    port,
    pid: () => child.pid as number,
    url: (database = 0) => `redis://127.0.0.1:${port}/${database}`,
    command: (...words) => send(port, words),
    async get(key) {
      const [, value] = (await send(port, ['GET', key])).split('\r\n')
      return value || null
    },
    signal: (name) => void child.kill(name),
    kill,
    start,
    async stop() {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
