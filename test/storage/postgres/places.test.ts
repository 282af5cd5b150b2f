// C71: a server by its socket, its IPv6 address, without a password: a real one, by each way of writing it.

import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../../src/config/database-url.ts'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { type PostgresServer, startPostgres } from '../../postgres/server.ts'
import { MIGRATIONS } from './fixture.ts'

const NOBODY = 65_534
const hasIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)

let folder: string
let server: PostgresServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'socket-'))
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY)
  server = await startPostgres({
    unix_socket_directories: folder,
    ...(hasIPv6 && { listen_addresses: '127.0.0.1,::1' }),
  })
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As DATABASE_URL: read by the setting's parser first. */
async function prepare(text: string): Promise<void> {
  const parsed = parseDatabaseUrl(text)
  if (parsed.kind !== 'postgres') throw new Error('no server')
  await prepareDatabase({ url: parsed.url, migrationsFolder: MIGRATIONS, deadlineMs: 1 })
}

describe('C71: a socket', () => {
  it.each([
    ['postgres://postgres@/postgres?host=FOLDER&port=PORT', 'no host beside it'],
    ['postgresql://postgres@/postgres?host=FOLDER&port=PORT', 'postgresql:'],
    ['postgres:///postgres?user=postgres&host=FOLDER&port=PORT', 'all in the query'],
    ['postgres://postgres@localhost:PORT/postgres?host=FOLDER', 'a host that it stands in for'],
    ['postgres://postgres@ENCODED:PORT/postgres', 'percent-encoded in place of the host'],
    ['postgres://postgres@/postgres?port=PORT&host=ENCODED', 'percent-encoded in the query'],
    ['postgres://postgres:secret@/postgres?host=FOLDER&port=PORT&sslmode=disable', 'a password'],
  ])('C71: %s (%s)', async (text) => {
    const url = text
      .replace('FOLDER', folder)
      .replace('ENCODED', encodeURIComponent(folder))
      .replace('PORT', String(server.port))
    await prepare(url)
  })

  it('C71: a missing one is named, with what to check', async () => {
    await expect(prepare(`postgres://u@/postgres?host=${folder}/none`)).rejects.toThrow(
      `socket ${folder}/none/.s.PGSQL.5432 (ENOENT)`,
    )
  })
})

it.skipIf(!hasIPv6)('C71: an IPv6 address in brackets', () =>
  prepare(`postgres://postgres@[::1]:${server.port}/postgres`),
)

describe('C71: files of the URL', () => {
  it.each(['sslrootcert', 'sslcert', 'sslkey'])('C71: %s that is not there', async (name) => {
    const path = join(folder, 'none.pem')
    await expect(
      prepare(`postgres://u@127.0.0.1/x?sslmode=verify-full&${name}=${path}`),
    ).rejects.toThrow(`DATABASE_URL: ${path} does not exist. Run: ls -l`)
  })

  it('C71: one that is a folder', async () => {
    const path = mkdtempSync(join(tmpdir(), 'pem-'))
    await expect(
      prepare(`postgres://u@127.0.0.1/x?sslmode=verify-full&sslrootcert=${path}`),
    ).rejects.toThrow(/sslrootcert, sslcert or sslkey names a directory/)
    rmSync(path, { recursive: true })
  })
})
