// C71: what a large migration sorts stays in memory: a read-only root without /tmp survives it (CPA-Manager-Plus 653).

import { execFile } from 'node:child_process'
import { mkdirSync, watch, writeFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openLimitsDatabase } from '../../../src/limits/limits-database.ts'
import { MIGRATIONS, makeDirectory } from './fixture.ts'

const run = promisify(execFile)
const directory = makeDirectory()
afterAll(() => directory.remove())
const at = (name: string) => join(directory.path, name)

/** More than the page cache holds (16 MB), in an order that has to be sorted. */
const LARGE = `
  CREATE TABLE large (a BLOB NOT NULL) STRICT;
  INSERT INTO large WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
    SELECT randomblob(400) FROM n;
  CREATE INDEX large_by_a ON large (a);
`

beforeAll(async () => {
  const folder = at('migrations')
  await cp(MIGRATIONS, folder, { recursive: true })
  const path = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(path, 'utf8'))
  journal.entries.push({ tag: '9999_large' })
  await writeFile(path, JSON.stringify(journal))
  await writeFile(join(folder, '9999_large.sql'), LARGE)
})

/** Names that came and went in the folder for temporary files, while a process of its own did this. */
async function temporaryFilesOf(work: string): Promise<string[]> {
  const folder = at('temporary')
  mkdirSync(folder, { recursive: true })
  const names: (string | null)[] = []
  const watcher = watch(folder, (_, name) => void names.push(name))
  const source = `
    import { openDatabase } from '${resolve('src/storage/sqlite/open.ts')}'
    import { openSource } from '${resolve('src/storage/migrate-store/source.ts')}'
    const [before, large] = ['${MIGRATIONS}', '${at('migrations')}'];
    ${work}`
  try {
    await run(process.execPath, ['--input-type=module', '--eval', source], {
      cwd: directory.path,
      env: { ...process.env, SQLITE_TMPDIR: folder },
    })
    // Told in order: with this one all that went before are there.
    writeFileSync(join(folder, 'last'), '')
    await vi.waitFor(() => expect(names).toContain('last'), 10_000)
  } finally {
    watcher.close()
  }
  return [...new Set(names)].filter((name) => name !== null && name !== 'last') as string[]
}

it('C71: a large migration of a service sorts without a temporary file', async () => {
  const work = `(await openDatabase({ path: 'service.db', migrationsFolder: large })).close()`
  expect(await temporaryFilesOf(work)).toEqual([])
})

it('C71: a large migration before a move sorts without a temporary file', async () => {
  const work = `
    ;(await openDatabase({ path: 'moved.db', migrationsFolder: before })).close()
    try { openSource('moved.db', large).close() }
    catch (error) { if (!/tables that this version/.test(error.message)) throw error }`
  expect(await temporaryFilesOf(work)).toEqual([])
})

it('a sort on the disk would be seen there', async () => {
  const work = `
    const client = await openDatabase({ path: 'sorted.db', migrationsFolder: large })
    client.pragma('temp_store = FILE')
    client.exec('CREATE INDEX again ON large (a)')`
  expect(await temporaryFilesOf(work)).toHaveLength(1)
})

it('C71: the counters of the limits are sorted in memory, too', () => {
  const { client, close } = openLimitsDatabase(at('limits.db'))
  expect(client.prepare('PRAGMA temp_store').pluck().get()).toBe(2)
  close()
})
