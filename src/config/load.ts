// Settings from this machine's files and cores: what a start and a command share.
// It must not print or end the process: its callers do.

import { readFileSync } from 'node:fs'
import { type Config, ConfigError, loadConfig } from '../config.ts'
import { PROVIDERS } from '../delivery/registry.ts'
import { availableCores } from '../hashing/available-cores.ts'
import { DevKeysError, ensureDevKeys } from './dev-keys.ts'
import type { Environment } from './reader.ts'

export type Loaded =
  | { ok: true; config: Config }
  /** For the operator: names and advice, no values of secrets. */
  | { ok: false; message: string }

export function loadSettings(env: Environment): Loaded {
  try {
    const config = loadConfig(env, {
      readFile: (path) => readFileSync(path, 'utf8'),
      cores: availableCores(),
      providers: PROVIDERS,
      devKeys: ensureDevKeys,
    })
    return { ok: true, config }
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DevKeysError)
      return { ok: false, message: error.message }
    const { code, path } = error as NodeJS.ErrnoException
    if (code && path) return { ok: false, message: `DATA_DIR: ${path} cannot be used (${code})` }
    throw error
  }
}
