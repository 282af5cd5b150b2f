// The state of a SQLite store, for people who ask.
// It must not migrate it, nor change a byte.

import { statSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import type { RootKeyUse } from '../../factors/ports.ts'
import { createRootKeyUse } from './factor-keys.ts'
import { countMigrations, requireOurs } from './migrate.ts'
import { explain } from './open.ts'
import { createOrm } from './orm.ts'

/** Reading all of a larger one takes long, and a person waits. */
const MAX_CHECKED_BYTES = 512 * 1024 * 1024
/** A command is a process of its own: it may wait for a checkpoint. */
const BUSY_MS = 3_000

export type SqliteState = {
  /** A sentence; null: none was found. */
  fault: string | null
  /** Migrations that are applied, and that this program knows. */
  schema: number
  known: number
  bytes: number
  /** Milliseconds since the epoch; 0: nothing is stored. */
  newestAt: number
}

function readState(client: Database, path: string, known: number): SqliteState {
  requireOurs(client, path)
  const schema = Number(client.pragma('user_version', { simple: true }))
  const bytes = statSync(path).size
  const isChecked = bytes <= MAX_CHECKED_BYTES
  const faults = isChecked ? client.pragma('quick_check(1)', { simple: true }) : 'ok'
  const newest = client.prepare('select max(at) from events').pluck().get()
  return {
    fault: faults === 'ok' ? null : `${path} is damaged (${String(faults)}): restore a backup.`,
    schema,
    known,
    bytes,
    newestAt: Number(newest ?? 0),
  }
}

async function withReadOnly<T>(path: string, job: (client: Database) => T | Promise<T>) {
  try {
    const client = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
    try {
      return await job(client)
    } finally {
      client.close()
    }
  } catch (error) {
    throw explain(error, path)
  }
}

/** @throws StartupError in an operator's words */
export function inspectSqlite(path: string, migrationsFolder: string): Promise<SqliteState> {
  return withReadOnly(path, (client) => readState(client, path, countMigrations(migrationsFolder)))
}

/** What lies under which root key, of a store of this version. @throws StartupError in an operator's words */
export function inspectRootKeys<T>(path: string, job: (use: RootKeyUse) => Promise<T>): Promise<T> {
  return withReadOnly(path, (client) =>
    job(createRootKeyUse({ orm: createOrm(client), writer: { read: async (read) => read() } })),
  )
}
