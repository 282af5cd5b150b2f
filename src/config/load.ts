// Settings from this machine's files and cores: what a start and a command share.
// It must not print or end the process: its callers do.

import { PROVIDERS } from '../delivery/registry.ts'
import { availableCores } from '../hashing/available-cores.ts'
import { describeFileFault } from '../kernel/file-fault.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { DevKeysError, ensureDevKeys, findDevKeys } from './dev-keys.ts'
import type { Environment } from './reader.ts'
import { readSettingsFile } from './settings-file.ts'

export type Loaded =
  | { ok: true; config: Config }
  /** For the operator: names and advice, no values of secrets. */
  | { ok: false; message: string }

/** `isCommand`: it works beside a service, and makes nothing that only a service makes. */
export function loadSettings(env: Environment, { isCommand = false } = {}): Loaded {
  try {
    const config = loadConfig(env, {
      readFile: readSettingsFile,
      cores: availableCores(),
      providers: PROVIDERS,
      devKeys: isCommand ? findDevKeys : ensureDevKeys, // mutant: C71.keyless-command
    })
    return { ok: true, config }
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DevKeysError)
      return { ok: false, message: error.message }
    const { code, path } = error as NodeJS.ErrnoException
    const fault = path && describeFileFault(path, 'write')
    if (fault) return { ok: false, message: `DATA_DIR: ${fault}` }
    if (code && path) return { ok: false, message: `DATA_DIR: ${path} cannot be used (${code})` }
    throw error
  }
}
