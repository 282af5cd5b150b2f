// countersign migrate-store as a real process: killed at any moment, interrupted, misused; and what it tells.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCli } from '../../src/cli.ts'
import { POSTGRES_MIGRATIONS_FOLDER } from '../../src/paths.ts'
import { TABLES } from '../../src/storage/migrate-store/rows.ts'
import { prepareDatabase } from '../../src/storage/postgres/open.ts'
import { COMPILE_CACHE, freePort } from '../e2e/service-process.ts'
import { LONG } from '../long.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { program } from '../program.ts'
import { fillStore, multiply } from '../storage/migrate-store/filled-store.ts'

/** Thousands of rows in small batches, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 })

const BIN = program().bin
const PASSWORD = 'pa55-w0rd'

let dataDir: string
let database: Database
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'move-'))
  database = await createDatabase()
})
afterEach(async () => {
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

const file = () => join(dataDir, 'countersign.db')
const withPassword = () => database.url.replace('postgres@', `postgres:${PASSWORD}@`)
const environment = (env: Record<string, string | undefined>) => ({
  PATH: process.env.PATH ?? '',
  ...COMPILE_CACHE,
  DATA_DIR: dataDir,
  DATABASE_URL: withPassword(),
  ...env,
})

function run(words: string[] = [], env: Record<string, string | undefined> = {}) {
  const ended = spawnSync(process.execPath, [BIN, 'migrate-store', ...words], {
    env: environment(env),
    encoding: 'utf8',
  })
  expect(ended.stdout + ended.stderr).not.toContain(PASSWORD)
  return ended
}

/** Of every table: how many rows, and which, as numbers that both engines add up alike. */
const SUMS = TABLES.map(({ name, key }) => {
  const number = key.find((column) => column.endsWith('seq'))
  return `(select count(*) || '/' || coalesce(sum(${number ?? '1'}), 0) from ${name}) as ${name}`
}).join(', ')

const COUNTS = TABLES.map(({ name }) => `(select count(*) from ${name})`).join(' + ')

function readFile() {
  const db = new Sqlite(file())
  const sums = db.prepare(`select ${SUMS}`).get()
  const total = Number(db.prepare(`select ${COUNTS}`).pluck().get())
  // Who has it open keeps it from being moved.
  db.close()
  return { sums, total }
}

const TOTAL =
  "select coalesce(sum((value->>'rows')::int), 0)::int as rows from store_migration, jsonb_each(tables)"

/** Begins, and gets this signal once so many rows are there. @returns the exit code, null after a kill */
async function startAndEnd(signal: NodeJS.Signals, rows: number) {
  const child = spawn(process.execPath, [BIN, 'migrate-store', '--batch', '50'], {
    env: environment({}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let told = ''
  child.stderr.on('data', (chunk) => {
    told += chunk
  })
  const exited = once(child, 'exit')
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  while (child.exitCode === null) {
    const { rows: found } = await client.query(TOTAL).catch(() => ({ rows: [{ rows: 0 }] }))
    if (found[0].rows < rows) continue
    child.kill(signal)
    break
  }
  const [code] = await exited
  await client.end()
  return { code, told }
}

describe('ended in the middle', () => {
  it('killed at any moment it resumes each time, and nothing is duplicated or missing', {
    timeout: 120_000,
  }, async () => {
    await fillStore(file())
    multiply(file(), LONG ? 350 : 90)
    const { sums, total } = readFile()
    expect(total).toBeGreaterThan(LONG ? 20_000 : 5_000)
    const reached: number[] = []
    // The last one while it compares: everything is there, and nothing says that it is right.
    for (const share of LONG ? [0.01, 0.15, 0.5, 0.8, 1] : [0.15, 1]) {
      const { code } = await startAndEnd('SIGKILL', Math.floor(total * share))
      expect(code).toBeNull()
      const [progress] = await database.query<{ rows: number }>(TOTAL).catch(() => [{ rows: 0 }])
      reached.push(progress?.rows ?? 0)
    }
    expect(reached).toEqual([...reached].sort((a, b) => a - b))
    expect(reached.at(-1)).toBe(total)
    expect(
      await database.query('select 1 from store_migration where completed_at is null'),
    ).toHaveLength(1)

    const ended = run(['--json'])
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.stderr).not.toContain('anew')
    expect(JSON.parse(ended.stdout)).toMatchObject({
      result: 'complete',
      from: `file:${file()}`,
      not_moved: ['limits.db'],
    })
    expect((await database.query(`select ${SUMS}`))[0]).toEqual(sums)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it after a batch, with a message on how to resume',
    async (signal) => {
      await fillStore(file())
      multiply(file(), 100)
      const { code, told } = await startAndEnd(signal, 500)
      expect(code).toBe(1)
      expect(told).toContain('run the same command again to continue')
      expect(run().stdout).toContain('The move is complete')
    },
  )
})

describe('tells', () => {
  it('a table of both sides, what was not moved, and the second time that nothing was done', async () => {
    await fillStore(file())
    const first = run()
    expect(first).toMatchObject({ status: 0 })
    expect(first.stdout).toContain(`file:${file()} -> postgres://127.0.0.1:`)
    expect(first.stdout).toMatch(/^ {2}verifications +8 +8 +same {2}[0-9a-f]{16}$/m)
    expect(first.stdout).toContain('limits.db was not moved')
    expect(first.stderr).toMatch(/copying: 2 of \d+ rows/)
    expect(first.stderr).not.toContain('\r')
    const second = run()
    expect(second).toMatchObject({ status: 0 })
    expect(second.stdout).toContain('already complete')
    // What a service would be told that was started as before.
    const before = spawnSync(process.execPath, [BIN, 'keys', 'list'], {
      env: environment({ DATABASE_URL: undefined }),
      encoding: 'utf8',
    })
    expect(before).toMatchObject({ status: 1 })
    expect(before.stderr).toContain('was moved to PostgreSQL')
    expect(run(['--undo'])).toMatchObject({ status: 0 })
    expect(run(['--undo']).stderr).toContain('was not moved')
  })

  it('which table differs, and does not count the move as complete', async () => {
    await fillStore(file())
    await prepareDatabase({ url: database.url, migrationsFolder: POSTGRES_MIGRATIONS_FOLDER })
    await database.query(
      `create function meddle() returns trigger language plpgsql as $$ begin new.attempts := 4; return new; end $$;
       create trigger meddling before insert on deliveries for each row execute function meddle()`,
    )
    const ended = run(['--to', withPassword()], { DATABASE_URL: undefined })
    expect(ended).toMatchObject({ status: 1 })
    expect(ended.stdout).toMatch(/^ {2}deliveries .*DIFFERENT/m)
    expect(ended.stdout).toMatch(/^ {2}events .*same/m)
    expect(ended.stdout).toContain('The move is NOT complete')
  })
})

describe('is refused', () => {
  it.each([
    ['no place to go to', [], { DATABASE_URL: undefined }, 2, '--to is missing'],
    ['a file to go to', ['--to', 'file:/x.db'], {}, 2, '--to must look like postgres://'],
    ['a server to come from', ['--from', 'postgres://a/b'], {}, 2, '--from must look like file:'],
    ['a batch of nothing', ['--batch', '0'], {}, 2, '--batch must be a whole number'],
    ['a setting that is wrong', [], { DATABASE_URL: 'mysql://x' }, 78, 'DATABASE_URL: must look'],
    ['a pooler', [], { DATABASE_POOLER: 'transaction' }, 78, 'a move needs PostgreSQL itself'],
    [
      'a file that is not there',
      ['--from', 'file:/nowhere/x.db'],
      {},
      1,
      'there is no file /nowhere',
    ],
  ])('%s', async (_, words, env: Record<string, string | undefined>, status, message) => {
    const told = { out: '', err: '' }
    const code = await runCli(['migrate-store', ...words], {
      env: environment(env),
      out(text) {
        told.out += text
      },
      err(text) {
        told.err += text
      },
    })
    expect(told.err).toContain(message)
    expect({ code, out: told.out }).toEqual({ code: status, out: '' })
    expect(existsSync(file())).toBe(false)
  })

  it('a file that is not a database, a database that does not exist, a server that is down', async () => {
    writeFileSync(file(), 'no database at all '.repeat(100))
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('is not a database') })
    rmSync(file())
    await fillStore(file())
    const absent = run([], { DATABASE_URL: withPassword().replace(/\/[^/]*$/, '/absent') })
    expect(absent).toMatchObject({ status: 1 })
    expect(absent.stderr).toContain('there is no such database')
    const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${await freePort()}/db`
    const away = run([], { DATABASE_URL: url })
    expect(away).toMatchObject({ status: 1 })
    expect(away.stderr).toContain('PostgreSQL does not answer')
  })
})
