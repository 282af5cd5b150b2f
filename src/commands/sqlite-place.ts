// Where the service's settings keep its SQLite store: of them no other is needed.
// It must not open or make anything.

import { EXIT_CONFIG } from '../config/config.ts'
import { createReader } from '../config/reader.ts'
import { SERVER_SETTINGS } from '../config/settings.ts'
import { readSettingsFile } from '../config/settings-file.ts'
import { StartupError, StoreUnavailableError } from '../kernel/errors.ts'
import { EXIT, type Terminal } from './command.ts'

/** Runs `job` at the file of the store. @returns the exit code of `job`, or of what kept it from running */
export async function withSqlitePath(
  terminal: Terminal,
  job: (path: string) => Promise<number>,
): Promise<number> {
  const reader = createReader(terminal.env, readSettingsFile)
  const { dataDir, databaseUrl } = SERVER_SETTINGS
  const set = reader.read({ dataDir, databaseUrl })
  const problems = reader.problems()
  if (problems.length > 0) {
    terminal.err(`countersign: ${problems.join('\ncountersign: ')}\n`)
    return EXIT_CONFIG
  }
  if (set.databaseUrl?.kind === 'postgres') {
    terminal.err(
      'countersign: this is for the SQLite store, and DATABASE_URL names PostgreSQL: use pg_dump, or a base backup (docs/operations.md, "Backup and restore").\n',
    )
    return EXIT.failed
  }
  try {
    return await job(set.databaseUrl?.path ?? `${set.dataDir}/countersign.db`)
  } catch (error) {
    if (!(error instanceof StartupError || error instanceof StoreUnavailableError)) throw error
    terminal.err(`countersign: ${error.message}\n`)
    return EXIT.failed
  }
}
