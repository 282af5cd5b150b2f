// Nobody reads the log: the reader stands still, or has gone. The service goes on, and ends when it is told to.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { program } from '../program.ts'
import {
  API_KEY,
  freePort,
  LIGHT,
  SECRET_KEY,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

/** Each request is a line of some 200 bytes; a pipe holds 64 KiB. */
const REQUESTS = 1_500
const ends: (() => void)[] = []

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end()
})

/** A pipe with a reader that does nothing but be there; `leave` ends it. */
function pipeIn(directory: string) {
  const path = join(directory, 'log')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  let isThere = true
  const leave = () => {
    if (isThere) closeSync(reader)
    isThere = false
  }
  ends.push(leave)
  return { writer, leave }
}

async function startUnread(stdout: number | 'pipe', directory: string) {
  const port = await freePort()
  const child = spawn(process.execPath, [program().main], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: directory,
      PORT: String(port),
      API_KEY,
      SECRET_KEY,
      ...LIGHT,
    },
    stdio: ['ignore', stdout, 'ignore'],
  })
  child.stdout?.pause()
  ends.push(() => void child.kill('SIGKILL'))
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) })
  await waitFor(
    'the service',
    async () => (await ask('/readyz').catch(() => undefined))?.ok || undefined,
  )
  return { child, ask }
}

type Ask = (path: string) => Promise<Response>

async function fill(ask: Ask): Promise<void> {
  for (let asked = 0; asked < REQUESTS; asked += 50)
    await Promise.all(
      Array.from({ length: 50 }, async () => (await ask('/openapi.json')).body?.cancel()),
    )
}

const ended = (child: ChildProcess) =>
  waitFor('its end', async () => child.exitCode ?? child.signalCode ?? undefined)

function directory(): string {
  const made = temporaryDirectory()
  ends.push(made.remove)
  return made.path
}

it.each(LONG ? ['a socket', 'a pipe'] : ['a pipe'])(
  'a log in %s that nobody reads does not stop the service',
  async (kind) => {
    const path = directory()
    const stdout = kind === 'a pipe' ? pipeIn(path).writer : 'pipe'
    const { child, ask } = await startUnread(stdout, path)
    await fill(ask)
    expect((await ask('/healthz')).status).toBe(200)
    // The end may wait for a socket's reader (log-output.ts).
    if (kind === 'a socket') return
    child.kill('SIGTERM')
    expect(await ended(child)).toBe(0)
  },
)

it('the log’s reader has gone: the service continues, and ends on SIGTERM', async () => {
  const path = directory()
  const { writer, leave } = pipeIn(path)
  const { child, ask } = await startUnread(writer, path)
  leave()
  await fill(ask)
  expect((await ask('/healthz')).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended(child)).toBe(0)
})
