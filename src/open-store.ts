// The store of these settings, opened and migrated: for the service and for commands.
// It must not start anything over it, nor load the driver of an engine that is not used.

import type { StoreConfig } from './config/stores.ts'
import { MIGRATIONS_FOLDER, POSTGRES_MIGRATIONS_FOLDER } from './paths.ts'
import type { Store } from './storage/store.ts'

type Log = { warn(fields: Record<string, unknown>, message: string): void }

/** @throws StartupError where the file or server can't be used */
export async function openStore(config: StoreConfig, logger?: Log): Promise<Store> {
  if (config.kind === 'postgres') {
    const { url, connections, pooler } = config
    const { openPostgres } = await import('./storage/postgres/open.ts')
    return openPostgres({
      ...{ url, pooler, size: connections, migrationsFolder: POSTGRES_MIGRATIONS_FOLDER },
      ...(logger && { logger }),
    })
  }
  const { path, synchronous } = config
  const { openSqlite } = await import('./storage/sqlite/store.ts')
  return openSqlite({ path, synchronous, migrationsFolder: MIGRATIONS_FOLDER })
}
