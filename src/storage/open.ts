// The store of these settings, opened and migrated: for the service and for commands.
// It must not start anything over it, nor load the driver of an engine that is not used.

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { StartupError } from '../kernel/errors.ts'
import { describeFileFault } from '../kernel/file-fault.ts'
import type { PostgresConfig } from '../kernel/postgres.ts'
import { MIGRATIONS_FOLDER, POSTGRES_MIGRATIONS_FOLDER } from '../paths.ts'
import type { WebhookCauses } from '../webhooks/ports.ts'
import type { Store } from './store.ts'

export type StoreConfig =
  | {
      readonly kind: 'sqlite'
      /** The file of everything but the counters. */
      readonly path: string
      readonly synchronous: 'full' | 'normal'
    }
  | PostgresConfig

type Log = { warn(fields: Record<string, unknown>, message: string): void }

/** An empty file is no store. @throws StartupError that names the places that were searched */
export function requireFile(path: string): void {
  const whole = resolve(path)
  try {
    if (statSync(whole).size > 0) return // mutant: C71.empty-not-store
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOENT', 'ENOTDIR'].includes(code))
      throw new StartupError(describeFileFault(path, 'read') ?? `${whole} cannot be read (${code})`)
  }
  throw new StartupError(
    `there is no store at ${whole}, and commands do not create one: the service does at its first start. Run this where the service runs, or give its DATA_DIR or DATABASE_URL (DATA_DIR is ./data by default, and a relative path starts at the folder of the command: ${process.cwd()}).`, // mutant: C71.searched-folder-named
  )
}

/** A service makes its store; a command works at one that is there. */
type Options = { logger?: Log; mustExist?: boolean; causes?: WebhookCauses | undefined }

/** @throws StartupError where the file or server cannot be used, or holds no store and must */
export async function openStore(
  config: StoreConfig,
  { logger, mustExist = false, causes }: Options = {},
): Promise<Store> {
  if (config.kind === 'postgres') {
    const { url, connections, pooler } = config
    const { openPostgres } = await import('./postgres/open.ts')
    return openPostgres({
      url,
      pooler,
      size: connections,
      migrationsFolder: POSTGRES_MIGRATIONS_FOLDER,
      mustExist,
      causes,
      ...(logger && { logger }),
    })
  }
  const { path, synchronous } = config
  if (mustExist) requireFile(path) // mutant: C71.storeless-command
  const [{ createSqliteStore }, { openDatabase }] = await Promise.all([
    import('./sqlite/store.ts'),
    import('./sqlite/open.ts'),
  ])
  const options = { path, synchronous, migrationsFolder: MIGRATIONS_FOLDER }
  const client = await openDatabase({ ...options, ...(logger && { logger }) })
  return createSqliteStore(client, {}, causes)
}
