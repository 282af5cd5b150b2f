// The migrations and the schema say the same, and every table is STRICT.
// It must not change drizzle/: it generates into a copy.

import { execFile } from 'node:child_process'
import { cp, readdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'
import { MIGRATIONS, makeDirectory } from './fixture.ts'

const run = promisify(execFile)
const directory = makeDirectory()
afterAll(() => directory.remove())
const ROOT = resolve(import.meta.dirname, '../../..')

describe('migrations', () => {
  it('drizzle-kit finds nothing to add to them', { timeout: 60_000 }, async () => {
    const out = join(directory.path, 'sqlite')
    await cp(MIGRATIONS, out, { recursive: true })
    const before = await readdir(out)
    const config = join(directory.path, 'config.mjs')
    const settings = {
      dialect: 'sqlite',
      schema: join(ROOT, 'src/storage/sqlite/schema*.ts'),
      out: relative(ROOT, out),
    }
    await writeFile(config, `export default ${JSON.stringify(settings)}`)
    const kit = join(ROOT, 'node_modules/drizzle-kit/bin.cjs')
    const { stdout } = await run(process.execPath, [kit, 'generate', '--config', config], {
      cwd: ROOT,
    })
    expect(stdout).toContain('No schema changes')
    expect(await readdir(out)).toEqual(before)
  })

  it('every table is STRICT: a wrong type is refused, not stored', async () => {
    const path = join(directory.path, 'strict.db')
    const client = await openDatabase({ path, migrationsFolder: MIGRATIONS })
    const tables = client.pragma('table_list') as { schema: string; name: string; strict: number }[]
    const own = tables.filter(({ name }) => !name.startsWith('sqlite_'))
    expect(own.length).toBeGreaterThanOrEqual(7)
    expect(own.filter(({ strict }) => strict === 0)).toEqual([])
    client.close()
  })
})
