// Development keys: made once, kept in DATA_DIR, so that `npm start` works on a fresh machine.
// It must never run in production, and must never leave a half-written or readable file behind.

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** As the settings SECRET_KEY, API_KEY and ADMIN_KEY take them. */
export type DevKeys = { secretKey: string; apiKey: string; adminKey: string }

export const DEV_KEYS_FILE = 'development-keys.json'
const ONLY_OWNER = 0o600
const ONLY_OWNER_DIRECTORY = 0o700
const SECRET_BYTES = 32

const schema = z.strictObject({ secretKey: z.string(), apiKey: z.string(), adminKey: z.string() })

/** The file holds something else than keys: it is not overwritten, for old codes hang on it. */
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
      `${path} does not hold development keys: delete it to have new ones made`,
    )
  }
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** Its prefix tells a stray development key from a real one. */
function createDevKey(): string {
  return `cs_dev_${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/** Whole or not at all; who comes first wins: link, unlike rename, never replaces. */
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

/** Those that a service has made in `dataDir`; undefined: none. @throws DevKeysError where the file holds something else */
export const findDevKeys = (dataDir: string) => read(join(dataDir, DEV_KEYS_FILE))

/**
 * The keys in `dataDir`, made there where none are. Processes that start at once agree on one set.
 * @throws DevKeysError where the file holds something else
 */
export function ensureDevKeys(dataDir: string): DevKeys {
  const path = join(dataDir, DEV_KEYS_FILE)
  const kept = read(path)
  if (kept) return kept
  mkdirSync(dataDir, { recursive: true, mode: ONLY_OWNER_DIRECTORY })
  publish(dataDir, path, {
    secretKey: randomBytes(SECRET_BYTES).toString('base64'),
    apiKey: createDevKey(),
    adminKey: createDevKey(),
  })
  const made = read(path)
  if (!made) throw new DevKeysError(`${path} went away while it was made`)
  return made
}
