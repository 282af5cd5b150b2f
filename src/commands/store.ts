// Settings and store as a command needs them: the service's own, opened and closed again.
// It must not start a worker, a server or anything else that outlives the command.

import { resolve } from 'node:path'
import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings, readSettingsFile } from '../config/load.ts'
import { createReader } from '../config/reader.ts'
import { SERVER_SETTINGS } from '../config/settings.ts'
import { type Clock, createClock } from '../kernel/clock.ts'
import { StartupError, StoreUnavailableError } from '../kernel/errors.ts'
import { openStore } from '../storage/open.ts'
import type { Store } from '../storage/store.ts'
import { EXIT, type Terminal, UsageError } from './command.ts'

export function refuseSettings(terminal: Terminal, problems: readonly string[]): number {
  terminal.err(problems.map((problem) => `countersign: ${problem}\n`).join(''))
  return EXIT_CONFIG
}

/** Runs `job` with the service's settings. @returns its exit code, or that of wrong settings */
export async function withConfig(
  terminal: Terminal,
  job: (config: Config) => Promise<number>,
): Promise<number> {
  const loaded = loadSettings(terminal.env, { isCommand: true })
  return loaded.ok ? job(loaded.config) : refuseSettings(terminal, [loaded.message])
}

/** Runs `job`; an outage or a mistake of the operator's is a line of text and an exit code. */
export async function reportFaults(
  terminal: Terminal,
  job: () => Promise<number>,
): Promise<number> {
  try {
    return await job()
  } catch (error) {
    if (!(error instanceof StartupError || error instanceof StoreUnavailableError)) throw error
    terminal.err(`countersign: ${error.message}\n`)
    return EXIT.failed
  }
}

/** Runs `job` with the service's store. @returns its exit code, or that of what kept it from running */
export function withStore(
  terminal: Terminal,
  job: (store: Store, config: Config) => Promise<number>,
): Promise<number> {
  return withConfig(terminal, (config) =>
    reportFaults(terminal, async () => {
      const store = await openStore(config.store, { mustExist: true })
      try {
        // A service makes keys in development; a command finds them in the service's folder.
        if (config.secretKeys.length === 0)
          throw new StartupError(
            `SECRET_KEY is missing, and ${resolve(config.dataDir)} (DATA_DIR) holds no development keys: run the command with the environment of its service.`,
          )
        return await job(store, config)
      } finally {
        await store.close()
      }
    }),
  )
}

/** @throws UsageError */
export function requireService({ services }: Config, name: string): void {
  if (!services.has(name))
    throw new UsageError(
      `there is no service "${name}": the settings define ${[...services.keys()].join(', ')}`,
    )
}

/** By the database's clock where there is one, and not before the newest time in the store. */
export async function clockOf(store: Store): Promise<Clock> {
  return createClock({
    floorMs: await store.newestTime(),
    ...(store.wallMs && { wallMs: store.wallMs }),
  })
}

/** Runs `job` with the path of the SQLite store; no setting but the path is needed. @returns as withStore */
export async function withSqlitePath(
  terminal: Terminal,
  job: (path: string) => Promise<number>,
): Promise<number> {
  const reader = createReader(terminal.env, readSettingsFile)
  const { dataDir, databaseUrl } = SERVER_SETTINGS
  const set = reader.read({ dataDir, databaseUrl })
  if (reader.problems().length > 0) return refuseSettings(terminal, reader.problems())
  if (set.databaseUrl?.kind === 'postgres') {
    terminal.err(
      'countersign: this command is for the SQLite store, and DATABASE_URL names PostgreSQL: use pg_dump or a base backup (docs/operations.md, "Backup and restore").\n',
    )
    return EXIT.failed
  }
  const path = set.databaseUrl?.path ?? `${set.dataDir}/countersign.db`
  return reportFaults(terminal, () => job(path))
}
