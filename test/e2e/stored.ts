// What a test does to the files of a running service from outside: reads rows, changes them, holds the lock.
// It must not use the service's own code: it is a stranger with the file.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** The service writes at the same time. */
const BUSY_WAIT_MS = 5_000

export type Row = Record<string, unknown>

export const databaseOf = (dataDir: string) => join(dataDir, 'countersign.db')

function withDatabase<T>(dataDir: string, use: (db: Database.Database) => T): T {
  const db = new Database(databaseOf(dataDir), { timeout: BUSY_WAIT_MS })
  try {
    return use(db)
  } finally {
    db.close()
  }
}

export function readRows(dataDir: string, sql: string, ...values: unknown[]): Row[] {
  return withDatabase(dataDir, (db) => db.prepare(sql).all(...values) as Row[])
}

/** @returns how many rows were changed */
export function changeRows(dataDir: string, sql: string, ...values: unknown[]): number {
  return withDatabase(dataDir, (db) => db.prepare(sql).run(...values).changes)
}

/** `ok` where the file is whole. */
export function integrityOf(dataDir: string): unknown {
  return readRows(dataDir, 'PRAGMA integrity_check')[0]?.integrity_check
}

/** Everything a refused request must leave as it was. */
export function countsOf(dataDir: string): Row {
  const [row] = readRows(
    dataDir,
    `SELECT (SELECT count(*) FROM verifications) AS verifications, (SELECT count(*) FROM codes) AS codes,
      (SELECT count(*) FROM deliveries) AS deliveries, (SELECT count(*) FROM idempotency_keys) AS answers,
      (SELECT sum(attempts) FROM verifications) AS attempts`,
  )
  return row as Row
}

/** Another process takes the write lock. @returns what lets it go */
export async function holdLock(file: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['test/storage/sqlite/hold-lock.mjs', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    await exited
  }
}
