// Stores as an earlier version left them: its migrations, and the rows that it wrote itself (`sqlite-8.jsonl`, `postgres-16.jsonl`).
// It must not write a row through this version: what reads them afterwards is under test.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../../src/storage/sqlite/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { createDatabase } from '../../postgres/databases.ts'
import { MIGRATIONS as POSTGRES_MIGRATIONS } from '../postgres/fixture.ts'
import { MIGRATIONS as SQLITE_MIGRATIONS } from '../sqlite/fixture.ts'

type Row = Record<string, unknown>
export type OldRows = {
  /** How many migrations the version knew. */
  schema: number
  /** By what the rows are found again. */
  known: {
    ids: Record<string, string>
    factors: { app: string; unverified: string; codes: string; subject: string }
    slot: string
    answerKey: string
    fingerprint: string
    idHash: string
  }
  /** In an order in which none refers to a later one. */
  rows: readonly [table: string, row: Row][]
}

export type OldStore = {
  old: OldRows
  /** By this version, which migrates it. */
  open(): Promise<Store>
  /** As a version would leave it that has one migration more than this one knows. */
  makeNewer(): Promise<void>
  count(table: string): Promise<number>
  remove(): Promise<void>
}

function readRows(name: string): OldRows {
  const lines = readFileSync(join(import.meta.dirname, name), 'utf8')
    .trim()
    .split('\n')
  const [head, ...rows] = lines.map((line) => JSON.parse(line))
  return { ...head, rows }
}

/** The first `count` of them, in a folder inside `directory`. */
function firstMigrations(folder: string, count: number, directory: string): string {
  const made = join(directory, 'migrations')
  cpSync(folder, made, { recursive: true })
  const path = join(made, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8'))
  journal.entries = journal.entries.slice(0, count)
  writeFileSync(path, JSON.stringify(journal))
  return made
}

const makeDirectory = () => mkdtempSync(join(tmpdir(), 'countersign-upgrade-'))

/** A blob stands as `\x0a1b` in the file of rows. */
const toBound = (value: unknown) =>
  typeof value === 'string' && value.startsWith('\\x') ? Buffer.from(value.slice(2), 'hex') : value

export async function oldSqlite(): Promise<OldStore> {
  const old = readRows('sqlite-8.jsonl')
  const directory = makeDirectory()
  const path = join(directory, 'countersign.db')
  const migrationsFolder = firstMigrations(SQLITE_MIGRATIONS, old.schema, directory)
  const client = await openDatabase({ path, migrationsFolder })
  for (const [table, row] of old.rows) {
    const names = Object.keys(row)
    const places = names.map(() => '?').join(', ')
    client
      .prepare(`insert into ${table} (${names.join(', ')}) values (${places})`)
      .run(Object.values(row).map(toBound))
  }
  client.close()
  const query = <T>(job: (file: Sqlite.Database) => T): T => {
    const file = new Sqlite(path)
    try {
      return job(file)
    } finally {
      file.close()
    }
  }
  return {
    old,
    open: async () =>
      createSqliteStore(await openDatabase({ path, migrationsFolder: SQLITE_MIGRATIONS })),
    makeNewer: async () =>
      query((file) => {
        const version = Number(file.pragma('user_version', { simple: true }))
        file.pragma(`user_version = ${version + 1}`)
      }),
    count: async (table) =>
      query((file) => Number(file.prepare(`select count(*) from ${table}`).pluck().get())),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
}

export async function oldPostgres(): Promise<OldStore> {
  const old = readRows('postgres-16.jsonl')
  const directory = makeDirectory()
  const { url, query, drop } = await createDatabase()
  const migrationsFolder = firstMigrations(POSTGRES_MIGRATIONS, old.schema, directory)
  await prepareDatabase({ url, migrationsFolder })
  for (const [table, row] of old.rows)
    await query(
      `insert into ${table} overriding system value select * from jsonb_populate_record(null::${table}, $1)`,
      [JSON.stringify(row)],
    )
  for (const table of ['verifications', 'factors', 'events'])
    await query(`select setval(pg_get_serial_sequence('${table}', 'seq'), max(seq)) from ${table}`)
  return {
    old,
    async open() {
      await prepareDatabase({ url, migrationsFolder: POSTGRES_MIGRATIONS })
      return createPostgresStore({ url, clock: 'caller' })
    },
    async makeNewer() {
      await query(
        'insert into schema_version (version, oldest_usable) select max(version) + 1, max(version) + 1 from schema_version',
      )
    },
    async count(table) {
      const [row] = await query<{ n: number }>(`select count(*)::int as n from ${table}`)
      return row?.n ?? 0
    },
    async remove() {
      await drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
