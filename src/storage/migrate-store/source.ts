// The SQLite file that is moved, held alone from beginning to end: whoever has it open keeps it from being moved.
// It must not change a row; it only brings the file to this version's schema, and marks it as moved.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'
import { repairLog } from '../../kernel/write-ahead-log.ts'
import { isMoved, markMoved, migrate } from '../sqlite/migrate.ts'
import { explain } from '../sqlite/open.ts'
import { isBusy } from '../sqlite/sqlite-errors.ts'
import { TABLES, type Table } from './rows.ts'

export type Reader = {
  /** The next rows in the order of the key, each a list of values; empty at the end. */
  next(limit: number): unknown[][]
}

export type Source = {
  /** Tells files apart; null where there is none yet. */
  firstVerification: string | null
  isMoved: boolean
  countRows(table: Table): number
  columnsOf(table: Table): string[]
  read(table: Table): Reader
  /** Services refuse the file from now on, or no longer. */
  markMoved(isNow: boolean): void
  close(): void
}

const quote = (name: string) => `"${name}"`
const list = (names: readonly string[]) => names.map(quote).join(', ')

function columnsOf(client: Database, { name }: Table): string[] {
  const rows = client.pragma(`table_info(${name})`) as { name: string }[]
  return rows.map((row) => row.name)
}

function createReader(client: Database, table: Table): Reader {
  const columns = columnsOf(client, table)
  const key = list(table.key)
  const select = `select ${list(columns)} from ${table.name}`
  const order = `order by ${key} limit ?`
  const first = client.prepare(`${select} ${order}`).raw()
  const more = client
    .prepare(`${select} where (${key}) > (${table.key.map(() => '?').join(', ')}) ${order}`)
    .raw()
  const places = table.key.map((name) => columns.indexOf(name))
  let last: unknown[] | undefined
  return {
    next(limit) {
      const rows = (last ? more.all(...last, limit) : first.all(limit)) as unknown[][]
      const end = rows.at(-1)
      if (end) last = places.map((place) => end[place])
      return rows
    },
  }
}

function refuseUnknown(client: Database): void {
  const tables = client
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .pluck()
    .all() as string[]
  const unknown = tables.filter((name) => !TABLES.some((table) => table.name === name))
  if (unknown.length > 0)
    throw new StartupError(`the file holds tables that this version cannot move: ${unknown}`)
}

/**
 * In exclusive mode a connection needs every lock at its first use and keeps them (sqlite.org/pragma.html#pragma_locking_mode):
 * a service that has the file open, idle or not, is met here, and one that starts later waits in vain.
 */
function takeAlone(path: string, migrationsFolder: string): Database {
  if (!existsSync(path))
    throw new StartupError(
      `there is no file ${resolve(path)}: name it with --from file:/path/to.db, or give the DATA_DIR or DATABASE_URL of its service`,
    )
  const client = new Sqlite(path, { fileMustExist: true, timeout: 0 })
  try {
    client.pragma('locking_mode = EXCLUSIVE') // mutant: I1.exclusive-source
    client.pragma('synchronous = FULL')
    client.pragma('temp_store = MEMORY') // mutant: C71.move-memory-sort
    client.exec('BEGIN EXCLUSIVE; COMMIT')
    repairLog(client)
    migrate(client, path, migrationsFolder, true)
    refuseUnknown(client)
    return client
  } catch (error) {
    client.close()
    if (!isBusy(error)) throw error
    throw new StartupError(
      `${path} is in use: stop the service (and a shell or backup that has it open), then run this again.`,
      { cause: error },
    )
  }
}

/** @throws StartupError where the file is not there, not ours, or open elsewhere */
export function openSource(path: string, migrationsFolder: string): Source {
  let client: Database
  try {
    client = takeAlone(path, migrationsFolder)
  } catch (error) {
    throw explain(error, path)
  }
  const first = client.prepare('select id from verifications order by seq limit 1').pluck()
  return {
    firstVerification: (first.get() as string | undefined) ?? null,
    isMoved: isMoved(client),
    countRows: ({ name }) => Number(client.prepare(`select count(*) from ${name}`).pluck().get()),
    columnsOf: (table) => columnsOf(client, table),
    read: (table) => createReader(client, table),
    markMoved: (isNow) => markMoved(client, isNow),
    close: () => void client.close(),
  }
}
