// countersign healthcheck reads where the service listens as the service does (authelia 1442, vaultwarden 2841).

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCli } from '../../src/cli.ts'
import type { Environment } from '../../src/config/reader.ts'

let folder: string
const servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'healthcheck-'))
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(where: { path: string } | { host: string; port: 0 }): Promise<string> {
  const server = createServer((_, response) => response.end('ok'))
  servers.push(server.listen(where))
  await once(server, 'listening')
  return String((server.address() as AddressInfo).port)
}

async function check(env: Environment): Promise<{ status: number; complaint: string }> {
  let complaint = ''
  const err = (text: string) => {
    complaint += text
  }
  return { status: await runCli(['healthcheck'], { env, out() {}, err }), complaint }
}

function secret(content: string): string {
  const path = join(folder, `setting-${randomUUID()}`)
  writeFileSync(path, content)
  return path
}

it('C69: finds the port by PORT_FILE, blanks and a carriage return around it', async () => {
  const port = await serve({ host: '127.0.0.1', port: 0 })
  for (const env of [
    { PORT: port },
    { PORT: ` ${port}\r` },
    { PORT_FILE: secret(`${port}\r\n`) },
    { PORT_FILE: ` ${secret(port)}\r` },
    { PORT: port, HOST: '0.0.0.0' },
    { PORT: port, HOST: ' 127.0.0.1\r' },
    { PORT: port, HOST_FILE: secret('127.0.0.1\n') },
    { PORT: port, HOST: '::ffff:127.0.0.1' },
    { PORT: port, HTTP_PROXY: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' },
  ])
    expect(await check(env)).toEqual({ status: 0, complaint: '' })
})

/** Containers may have none. */
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')

it.runIf(hasIpv6).each(['::', '[::]', '::1', '[::1]', '::0'])(
  'C69: finds HOST=%s',
  async (HOST) => {
    const PORT = await serve({ host: '::1', port: 0 })
    expect(await check({ HOST, PORT })).toEqual({ status: 0, complaint: '' })
  },
)

it('C69: finds a Unix socket, as the service spells it', async () => {
  const path = join(folder, 'c.sock')
  await serve({ path })
  for (const HOST of [`unix:${path}`, ` unix:${path}\r`, `UNIX:${path}`])
    expect((await check({ HOST })).status).toBe(0)
  expect((await check({ HOST_FILE: secret(`unix:${path}\n`) })).status).toBe(0)
})

it.each([
  [{ PORT: '' }, 'PORT: is set but empty'],
  [{ PORT: '0' }, 'PORT: 0 uses any free port'],
  [{ PORT: '"8080"' }, 'PORT: is in quotes'],
  [{ PORT: '1', PORT_FILE: '/x' }, 'are both set'],
  [{ PORT_FILE: '/none' }, 'ENOENT'],
  [{ HOST: 'http://127.0.0.1' }, 'HOST: '],
])('C69: %j is answered in words', async (env, words) => {
  const { status, complaint } = await check(env)
  expect(status).toBe(1)
  expect(complaint).toContain(words)
})
