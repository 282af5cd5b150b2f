// A real PgBouncer before a real PostgreSQL, where Debian's pgbouncer is installed.
// It must not touch one that it did not start.

import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitFor } from '../e2e/service-process.ts'

/** As PostgreSQL, it refuses to run as root. */
const NOBODY = 65_534

export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).error === undefined

export type PgBouncer = { url: string; stop(): Promise<void> }

type Options = { mode?: 'transaction' | 'session' | 'statement'; ignored?: string }

/** @param url of the database behind it */
export async function startPgBouncer(
  url: string,
  { mode = 'transaction', ignored = '' }: Options = {},
): Promise<PgBouncer> {
  const { hostname, port: behind, pathname } = new URL(url)
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'countersign-pgbouncer-'))
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${behind} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = any
unix_socket_dir =
pool_mode = ${mode}
${ignored && `ignore_startup_parameters = ${ignored}\n`}default_pool_size = 4
server_login_retry = 1
`,
  )
  if (identity.uid !== undefined)
    for (const path of [directory, file]) chownSync(path, NOBODY, NOBODY)
  const child = spawn('pgbouncer', [file], { ...identity, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  await waitFor('PgBouncer', () => output.includes('process up') || undefined)
  return {
    url: `postgres://postgres@127.0.0.1:${port}${pathname}`,
    async stop() {
      child.kill('SIGKILL')
      await gone
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
