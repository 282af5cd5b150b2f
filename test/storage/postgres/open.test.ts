// Reaching and migrating a real PostgreSQL: raced, repeated, newer, foreign, closed.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { StartupError } from '../../../src/kernel/errors.ts'
import { createLogger } from '../../../src/kernel/logger.ts'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { freePort } from '../../e2e/service-process.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { MIGRATIONS } from './fixture.ts'

const KNOWN = JSON.parse(readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8')).entries
  .length

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function database(): Promise<Database> {
  const made = await createDatabase()
  undo.push(() => made.drop())
  return made
}

/** The migrations of a later version: ours and one more. */
function laterMigrations(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  undo.push(() => rmSync(folder, { recursive: true }))
  cpSync(MIGRATIONS, folder, { recursive: true })
  const journal = join(folder, 'meta/_journal.json')
  const told = JSON.parse(readFileSync(journal, 'utf8'))
  told.entries.push({ idx: KNOWN, tag: 'later' })
  writeFileSync(journal, JSON.stringify(told))
  writeFileSync(join(folder, 'later.sql'), text)
  return folder
}

const versions = ({ query }: Database) =>
  query('select version::int, oldest_usable::int from schema_version order by version')

it('six that start together migrate once', async () => {
  const base = await database()
  const prepare = () => prepareDatabase({ url: base.url, migrationsFolder: MIGRATIONS })
  await Promise.all(Array.from({ length: 6 }, prepare))
  await prepare()
  expect(await versions(base)).toHaveLength(KNOWN)
})

it('a version works beside the next one, whose migrations only add, and is refused once they remove', async () => {
  const base = await database()
  const { url } = base
  const prepareOurs = () => prepareDatabase({ url, migrationsFolder: MIGRATIONS })
  await prepareOurs()
  const added = laterMigrations('alter table verifications add column later text')
  await prepareDatabase({ url, migrationsFolder: added })
  await prepareOurs()
  expect(await versions(base)).toHaveLength(KNOWN + 1)

  const other = await database()
  const took = laterMigrations(
    `-- oldest-usable: ${KNOWN + 1}\ndrop view verification_rows cascade`,
  )
  await prepareDatabase({ url: other.url, migrationsFolder: took })
  const refused = prepareDatabase({ url: other.url, migrationsFolder: MIGRATIONS })
  await expect(refused).rejects.toThrow(StartupError)
  await expect(refused).rejects.toThrow(/newer version .* no longer works beside this one/)
})

it('a migration that fails leaves nothing of itself, and keeps the ones before it', async () => {
  const base = await database()
  const { url } = base
  const broken = laterMigrations('create table half (a int); select 1 / 0')
  await expect(prepareDatabase({ url, migrationsFolder: broken })).rejects.toThrow()
  expect(
    await base.query("select to_regclass('half') as half, to_regclass('events') as events"),
  ).toEqual([{ half: null, events: null }])
})

it('refuses where waiting does not help, and says what to do', async () => {
  const base = await database()
  const attempt = (url: string) =>
    prepareDatabase({ url, migrationsFolder: MIGRATIONS, deadlineMs: 1 })
  await expect(attempt(base.url.replace(base.name, 'nobody_made_it'))).rejects.toThrow(
    /no such database: create it/,
  )
  await expect(attempt('postgres://u:hunter2@127.0.0.1:1/x')).rejects.toThrow(
    /does not answer .*is it running/,
  )
  await base.query('create table verifications (a int)')
  await expect(attempt(base.url)).rejects.toThrow(/tables of another program/)
  await base.query('create role pauper login')
  await expect(attempt((await database()).url.replace('postgres@', 'pauper@'))).rejects.toThrow(
    /lacks rights: it has to own the schema/,
  )
})

it('C71: the log names the code of the connection that fails', async () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'warn', sink: { write: (line) => lines.push(line) } })
  const url = 'postgres://u@127.0.0.1:1/x'
  const prepared = prepareDatabase({ url, migrationsFolder: MIGRATIONS, deadlineMs: 3_000, logger })
  await expect(prepared).rejects.toThrow(/does not answer/)
  expect(lines.join()).toContain('"error_code":"ECONNREFUSED"')
})

it('waits for a server that is still starting', async () => {
  const base = await database()
  const { port } = new URL(base.url)
  const front = await freePort()
  const warned: string[] = []
  const logger = { warn: (_: object, message: string) => warned.push(message) }
  const prepared = prepareDatabase({
    url: base.url.replace(port, String(front)),
    migrationsFolder: MIGRATIONS,
    logger,
  })
  await vi.waitFor(() => expect(warned).toEqual(['waiting for PostgreSQL']), 5_000)
  // From now on somebody answers there.
  const relay = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1')
    // Either end may be reset: that is between the client and the server, not a fault of the relay.
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.pipe(far).pipe(near)
  }).listen(front, '127.0.0.1')
  undo.push(() => relay.close())
  await prepared
  expect(await versions(base)).toHaveLength(KNOWN)
  expect(warned).toHaveLength(1)
})
