// Opening a database: raced, refused, and durable. Real processes, real files.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { StartupError } from '../../../src/kernel/errors.ts'
import { networkFileSystem } from '../../../src/storage/sqlite/filesystem.ts'
import { type OpenOptions, openDatabase } from '../../../src/storage/sqlite/open.ts'
import { MIGRATIONS, makeDirectory, openStore } from './fixture.ts'

const run = promisify(execFile)
const directory = makeDirectory()
afterAll(() => directory.remove())
const at = (name: string) => join(directory.path, name)
const open = (path: string, options: Partial<OpenOptions> = {}) =>
  openDatabase({ path, migrationsFolder: MIGRATIONS, ...options })

/** Holds `BEGIN IMMEDIATE` on a file, in a process that can be killed. */
async function holdLock(path: string) {
  const script = join(import.meta.dirname, 'hold-lock.mjs')
  const holder = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  return holder
}

describe('openDatabase', () => {
  it('six processes at once on a new path all open it and write', { timeout: 60_000 }, async () => {
    const script = join(import.meta.dirname, 'open-and-write.ts')
    for (let round = 0; round < 3; round += 1) {
      const path = at(`raced-${round}/new.db`)
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () => run(process.execPath, [script, path])),
      )
      expect(outcomes.map(({ stdout }) => stdout)).toEqual(Array(6).fill('created'))
      const client = new Sqlite(path)
      expect(client.prepare('SELECT count(*) FROM verifications').pluck().get()).toBe(6)
      client.close()
    }
  })

  it('sets WAL, FULL, foreign keys, no busy wait, erasing deletes; the file is private', async () => {
    const client = await open(at('settings.db'))
    const setting = (name: string) => client.pragma(name, { simple: true })
    expect(setting('journal_mode')).toBe('wal')
    expect(setting('synchronous')).toBe(2)
    expect(setting('foreign_keys')).toBe(1)
    expect(setting('busy_timeout')).toBe(0)
    expect(setting('secure_delete')).toBe(1)
    expect(statSync(at('settings.db')).mode & 0o777).toBe(0o600)
    client.close()
  })

  it('a lock whose holder was killed is free at once', async () => {
    writeFileSync(at('killed.db.lock'), '')
    const holder = await holdLock(at('killed.db.lock'))
    const opening = open(at('killed.db'))
    holder.kill('SIGKILL')
    const client = await opening
    client.close()
  })

  it('a lock that is held too long refuses, and says what to do', async () => {
    writeFileSync(at('held.db.lock'), '')
    const holder = await holdLock(at('held.db.lock'))
    await expect(open(at('held.db'), { deadlineMs: 200 })).rejects.toThrow(StartupError)
    holder.stdin.end()
    await once(holder, 'exit')
    ;(await open(at('held.db'))).close()
  })

  it('opens an existing file while another process writes to it', async () => {
    ;(await open(at('busy.db'))).close()
    const holder = await holdLock(at('busy.db'))
    const opening = open(at('busy.db'))
    holder.stdin.end()
    ;(await opening).close()
  })

  it('runs only the migrations that are missing', async () => {
    const folder = at('migrations')
    await cp(MIGRATIONS, folder, { recursive: true })
    ;(await open(at('grown.db'), { migrationsFolder: folder })).close()
    const journalPath = join(folder, 'meta/_journal.json')
    const journal = JSON.parse(await readFile(journalPath, 'utf8'))
    journal.entries.push({ tag: '9999_more' })
    await writeFile(journalPath, JSON.stringify(journal))
    await writeFile(join(folder, '9999_more.sql'), 'CREATE TABLE `more` (`a` integer) STRICT;')
    const client = await open(at('grown.db'), { migrationsFolder: folder })
    expect(client.prepare('SELECT count(*) FROM more').pluck().get()).toBe(0)
    client.close()
    // The version of the product that lacks that migration must not touch it.
    await expect(open(at('grown.db'))).rejects.toThrow(/newer version/)
  })

  it('a migration that fails leaves the file as it was', async () => {
    const folder = at('broken-migrations')
    await cp(MIGRATIONS, folder, { recursive: true })
    const [name] = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')).entries
    await writeFile(join(folder, `${name.tag}.sql`), 'CREATE TABLE a (b) ; CREATE TABLE a (b);')
    await expect(open(at('half.db'), { migrationsFolder: folder })).rejects.toThrow()
    ;(await open(at('half.db'))).close()
  })

  it('refuses another program’s database and files that are no database', async () => {
    const foreign = new Sqlite(at('foreign.db'))
    foreign.exec('CREATE TABLE users (id INTEGER PRIMARY KEY)')
    foreign.close()
    await expect(open(at('foreign.db'))).rejects.toThrow(/another program/)
    writeFileSync(at('text.db'), 'this is a text file, long enough to have a header'.repeat(100))
    await expect(open(at('text.db'))).rejects.toThrow(StartupError)
  })

  it('says what to do where the path cannot be used', async () => {
    writeFileSync(at('file'), '')
    await expect(open(at('file/below.db'))).rejects.toThrow(/another path/)
    mkdirSync(at('folder.db'))
    await expect(open(at('folder.db'))).rejects.toThrow(StartupError)
  })

  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 - 2 ** 32, 'CIFS'],
    [0xfe534d42, 'SMB2'],
    [0x01021997, '9p'],
    [0x00c36400, 'Ceph'],
  ])('refuses a network file system: %i is %s', async (type, name) => {
    const options = { fileSystemType: () => ({ type, mountType: undefined }) }
    await expect(open(at('network.db'), options)).rejects.toThrow(`is on ${name}`)
  })

  it('refuses sshfs, and accepts a local disk behind FUSE', () => {
    const FUSE = 0x65735546
    const of = (mountType: string) => networkFileSystem('/x', () => ({ type: FUSE, mountType }))
    expect(of('fuse.sshfs')).toBe('fuse.sshfs')
    expect(of('fuse.gocryptfs')).toBeUndefined()
  })

  it('reads the file system of a real directory', () => {
    expect(networkFileSystem(directory.path)).toBeUndefined()
  })

  it('committed rows are there after a copy of file and WAL', async () => {
    const store = await openStore(at('wal.db'))
    expect(await store.apiKeys.list(null)).toEqual([])
    for (const suffix of ['', '-wal']) copyFileSync(at(`wal.db${suffix}`), at(`copy.db${suffix}`))
    await store.close()
    const copy = await openStore(at('copy.db'))
    expect(await copy.newestTime()).toBe(0)
    await copy.close()
  })
})
