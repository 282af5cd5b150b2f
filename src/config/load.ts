// Settings from this machine: the environment, the files that it names, the development keys in DATA_DIR, and the cores.
// It must not create keys in production, nor show what a file holds.

import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { PROVIDERS } from '../delivery/registry.ts'
import { availableCores } from '../hashing/available-cores.ts'
import { describeFileFault } from '../kernel/file-fault.ts'
import { makeFolderOf } from '../kernel/make-folder.ts'
import { readAtMost, SilentPipeError } from '../kernel/read-at-most.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import type { DevKeys } from './keys.ts'
import { SettingError } from './parsers.ts'
import type { Environment } from './reader.ts'

/** More than any settings: whatever is larger is another file. */
const MAX_FILE_MIB = 4
const MAX_FILE_BYTES = MAX_FILE_MIB * 1024 * 1024

/** The file of a NAME_FILE. @throws SettingError naming the file, its owner and the command that repairs it; else as readFileSync */
export function readSettingsFile(path: string, writerMs?: number): string {
  try {
    const bytes = readAtMost(path, MAX_FILE_BYTES + 1, writerMs)
    if (bytes.length <= MAX_FILE_BYTES) return bytes.toString('utf8')
    throw new SettingError(`it has more than ${MAX_FILE_MIB} MiB: give the path of another file`)
  } catch (error) {
    if (error instanceof SettingError) throw error
    if (error instanceof SilentPipeError)
      throw new SettingError(`it is a pipe, and ${error.message}`, { cause: error })
    const fault = describeFileFault(path, 'read') // mutant: C71.settings-file-named
    if (fault === undefined) throw error
    throw new SettingError(fault, { cause: error })
  }
}

export const DEV_KEYS_FILE = 'development-keys.json'
const ONLY_OWNER = 0o600
const SECRET_BYTES = 32

const schema = z.strictObject({ secretKey: z.string(), apiKey: z.string(), adminKey: z.string() })

/** The file holds something other than keys. It is not overwritten: codes made before depend on it. */
export class DevKeysError extends Error {}

function read(path: string): DevKeys | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new DevKeysError(
      `${path} does not hold development keys: delete it to have new ones created`,
    )
  }
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** The prefix distinguishes a stray development key from a real one. */
function createDevKey(): string {
  return `cs_dev_${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/** Whole or not at all, and the first process wins: link, unlike rename, never replaces. */
function publish(directory: string, path: string, keys: DevKeys): void {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    const handle = openSync(temporary, 'wx', ONLY_OWNER)
    writeSync(handle, `${JSON.stringify(keys, null, 2)}\n`)
    fsyncSync(handle)
    closeSync(handle)
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  syncDirectory(directory)
}

/** Those that a service has created in `dataDir`; undefined: none. @throws DevKeysError where the file holds something else */
const findDevKeys = (dataDir: string) => read(join(dataDir, DEV_KEYS_FILE))

/**
 * The keys in `dataDir`, created once, so that `npm start` works on a fresh machine. Processes that start at once agree
 * on one set, and none leaves a half-written or readable file behind.
 * @throws DevKeysError where the file holds something else
 */
export function ensureDevKeys(dataDir: string): DevKeys {
  const path = join(dataDir, DEV_KEYS_FILE)
  const kept = read(path)
  if (kept) return kept
  makeFolderOf(path)
  publish(dataDir, path, {
    secretKey: randomBytes(SECRET_BYTES).toString('base64'),
    apiKey: createDevKey(),
    adminKey: createDevKey(),
  })
  const made = read(path)
  if (!made) throw new DevKeysError(`${path} disappeared while it was being created`)
  return made
}

export type Loaded =
  | { ok: true; config: Config }
  /** For the operator: names and advice, no secrets. */
  | { ok: false; message: string }

/** @param isCommand it runs beside a service, and creates nothing that only a service creates */
export function loadSettings(env: Environment, { isCommand = false } = {}): Loaded {
  try {
    const config = loadConfig(env, {
      readFile: (path) => readSettingsFile(path),
      readBytes: (path) => readAtMost(path, MAX_FILE_BYTES),
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
