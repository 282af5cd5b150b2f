// The store as a command needs it: opened from the same settings as the service's, and closed again.
// It must not start a worker, a server or anything else that outlives the command.

import { resolve } from 'node:path'
import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings } from '../config/load.ts'
import { StartupError, StoreUnavailableError } from '../kernel/errors.ts'
import { openStore } from '../storage/open.ts'
import type { Store } from '../storage/store.ts'
import { EXIT, type Terminal } from './command.ts'

/** In development a service makes its keys, and a command looks for them where the service keeps them. */
function requireSecret({ secretKeys, dataDir }: Config): void {
  if (secretKeys.length === 0)
    throw new StartupError(
      `SECRET_KEY is missing, and ${resolve(dataDir)} (DATA_DIR) holds no development keys: give the command the environment of its service.`,
    )
}

export type StoreJob = (store: Store, config: Config) => Promise<number>

/** @returns the exit code of `job`, or of what kept it from running */
export async function withStore(terminal: Terminal, job: StoreJob): Promise<number> {
  const loaded = loadSettings(terminal.env, { isCommand: true })
  if (!loaded.ok) {
    terminal.err(`countersign: ${loaded.message}\n`)
    return EXIT_CONFIG
  }
  const { config } = loaded
  try {
    const store = await openStore(config.store, { mustExist: true })
    try {
      requireSecret(config)
      return await job(store, config)
    } finally {
      await store.close()
    }
  } catch (error) {
    const isExpected = error instanceof StartupError || error instanceof StoreUnavailableError
    if (!isExpected) throw error
    terminal.err(`countersign: ${error.message}\n`)
    return EXIT.failed
  }
}
