// Brings a database to the schema of this version: the SQL files that drizzle-kit wrote, in order.
// It must only run under the lock of open.ts: it looks first and writes then.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'

/** "CSGN" in the file's header (PRAGMA application_id): another program's file is not taken for ours. */
const APPLICATION_ID = 0x4353474e
/** "CSGM": the same, and moved to PostgreSQL. Older versions take it for another program's, and leave it alone, too. */
const MOVED_ID = 0x4353474d

type Journal = { entries: { tag: string }[] }

function readJournal(folder: string): Journal['entries'] {
  return (JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as Journal).entries
}

export const countMigrations = (folder: string) => readJournal(folder).length

function readMigrations(folder: string): string[] {
  return readJournal(folder).map(({ tag }) => readFileSync(join(folder, `${tag}.sql`), 'utf8'))
}

function numberOf(client: Database, pragma: string): number {
  return Number(client.pragma(pragma, { simple: true }))
}

export const isMoved = (client: Database) => numberOf(client, 'application_id') === MOVED_ID

/** A code that is open in both stores could be approved in each (I1): a moved file is left alone. */
export function markMoved(client: Database, isNow: boolean): void {
  client.pragma(`application_id = ${isNow ? MOVED_ID : APPLICATION_ID}`)
}

function refuseMoved(client: Database, path: string): void {
  if (isMoved(client))
    throw new StartupError(
      `${path} was moved to PostgreSQL: set DATABASE_URL to that database. To use the file again, without what PostgreSQL has received since: countersign migrate-store --undo --from file:${path}`,
    )
}

/** @throws StartupError where the file is another program's, or holds no store yet */
export function requireOurs(client: Database, path: string): void {
  if (![APPLICATION_ID, MOVED_ID].includes(numberOf(client, 'application_id')))
    throw new StartupError(
      `${path} is not a store of Countersign: it belongs to another program, or is empty.`,
    )
}

function refuseForeign(client: Database, path: string, version: number, known: number): void {
  const applicationId = numberOf(client, 'application_id')
  const isEmpty = client.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  const isOurs = applicationId === APPLICATION_ID || applicationId === MOVED_ID
  if (!isOurs && !(applicationId === 0 && isEmpty))
    throw new StartupError(`${path} is another program's database: give DATABASE_URL another path.`)
  if (version > known)
    throw new StartupError(
      `${path} was written by a newer version of Countersign (schema ${version}, this one knows ${known}): start that version or a newer one, or restore the backup made before the upgrade.`,
    )
}

/**
 * All missing migrations in one transaction; `user_version` counts those applied.
 * @param forMove the file is not going to be used, only moved: it may have been moved before
 * @throws StartupError where the file is not ours, was moved, or was migrated by a newer version
 */
export function migrate(client: Database, path: string, folder: string, forMove = false): void {
  const migrations = readMigrations(folder)
  client
    .transaction(() => {
      const version = numberOf(client, 'user_version')
      refuseForeign(client, path, version, migrations.length)
      if (!forMove) refuseMoved(client, path) // mutant: I1.moved-file-refused
      for (const migration of migrations.slice(version)) client.exec(migration)
      if (version === migrations.length) return
      if (!isMoved(client)) client.pragma(`application_id = ${APPLICATION_ID}`)
      client.pragma(`user_version = ${migrations.length}`)
    })
    .immediate()
}
