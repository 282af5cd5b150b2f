// The store of these settings, opened and migrated: for the service and for commands.
// It must not start anything over it.

import type { Config } from './config.ts'
import { MIGRATIONS_FOLDER } from './paths.ts'
import { openDatabase } from './storage/sqlite/open.ts'
import { createSqliteStore, type SqliteStore } from './storage/sqlite/store.ts'

/** @throws StartupError where the file can't be used */
export async function openStore(config: Config): Promise<SqliteStore> {
  const client = await openDatabase({
    path: config.databasePath,
    migrationsFolder: MIGRATIONS_FOLDER,
    synchronous: config.sqliteSynchronous,
  })
  return createSqliteStore(client)
}
