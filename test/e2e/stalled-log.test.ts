// Nobody reads the log: a pipe's buffer is full after some hundred lines, and the service must go on.

import { spawn } from 'node:child_process'
import { afterEach, expect, it } from 'vitest'
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
  for (const end of ends.splice(0)) end()
})

it('a log that nobody reads does not stop the service', async () => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: directory.path,
      PORT: String(port),
      API_KEY,
      SECRET_KEY,
      ...LIGHT,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.stdout.pause()
  ends.push(() => {
    child.kill('SIGKILL')
    directory.remove()
  })
  const url = `http://127.0.0.1:${port}`
  const ask = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(10_000) })
  await waitFor(
    'the service',
    async () => (await ask('/readyz').catch(() => undefined))?.ok || undefined,
  )
  for (let asked = 0; asked < REQUESTS; asked += 50)
    await Promise.all(
      Array.from({ length: 50 }, async () => (await ask('/openapi.json')).body?.cancel()),
    )
  expect((await ask('/healthz')).status).toBe(200)
})
