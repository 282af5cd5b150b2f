// The store as a command needs it: opened from the same settings as the service's, and closed again.
// It must not start a worker, a server or anything else that outlives the command.

import { loadSettings } from '../config/load.ts'
import { type Config, EXIT_CONFIG } from '../config.ts'
import { StartupError, StoreUnavailableError } from '../kernel/errors.ts'
import { openStore } from '../open-store.ts'
import type { Store } from '../storage/store.ts'
import { EXIT, type Terminal } from './command.ts'

export type StoreJob = (store: Store, config: Config) => Promise<number>

/** @returns the exit code of `job`, or of what kept it from running */
export async function withStore(terminal: Terminal, job: StoreJob): Promise<number> {
  const loaded = loadSettings(terminal.env)
  if (!loaded.ok) {
    terminal.err(`countersign: ${loaded.message}\n`)
    return EXIT_CONFIG
  }
  const { config } = loaded
  try {
    const store = await openStore(config.store)
    try {
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
