// Starts the service as the image runs it: its bundle, with the Dockerfile's environment, on loopback.
// It must not set anything that the image does not, but what a figure is about and production demands.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Image, imageOf } from './image.ts'
import { type Started, startProcess, waitForOutput } from './processes.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const WORK = join(tmpdir(), `countersign-bench-${process.pid}`)

/** Of this clone; its folder is made before anything is measured. */
export const IMAGE = imageOf(ROOT)

/** Where the image has argon2 built for this processor; main.ts chooses it by itself. */
export const FAST_ARGON2 = join(IMAGE.directory, 'node_modules/argon2/avx2')

/** What shapes hashing and memory: peers and bare programs get the same, argon2's build included. */
export function equalEnvironment(): Record<string, string> {
  const shaping = Object.entries(IMAGE.env).filter(([name]) =>
    /^(MALLOC_|GLIBC_|NODE_|UV_)/.test(name),
  )
  return {
    ...Object.fromEntries(shaping),
    ...(existsSync(FAST_ARGON2) && hasAvx2() && { ARGON2_PREBUILD: FAST_ARGON2 }),
  }
}

function hasAvx2(): boolean {
  return /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'latin1'))
}

export const LIGHT_COST = { ARGON2_MEMORY_KIB: '1024', ARGON2_PASSES: '1' }
export const DEFAULT_COST = { memoryKib: 19_456, passes: 2 }
/** The root secret of a run: rows that are written beside the service must be readable for it. */
export const SECRET_KEY = randomBytes(32).toString('base64')
export const API_KEY = randomBytes(32).toString('base64url')

export type Service = Started & { url: string; dataDir: string }

let count = 0
export function makeDirectory(): string {
  count += 1
  const path = join(WORK, `d${count}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}

export function removeWork(): void {
  rmSync(WORK, { recursive: true, force: true })
}

export function serviceEnvironment(
  dataDir: string,
  env: Record<string, string> = {},
  image: Image = IMAGE,
): Record<string, string> {
  return {
    ...image.env,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    SECRET_KEY,
    API_KEY,
    ALLOWED_COUNTRIES: 'US',
    ...env,
  }
}

/** @param env with HTTP_SMS_URL: production does not start without a provider */
export async function startService(
  env: Record<string, string>,
  dataDir: string = makeDirectory(),
  nodeArgs: readonly string[] = [],
  image: Image = IMAGE,
): Promise<Service> {
  const started = startProcess([...nodeArgs, 'dist/main.js'], {
    env: serviceEnvironment(dataDir, env, image),
    cwd: image.directory,
    directory: makeDirectory(),
  })
  const url = await waitForOutput(started, /"url":"(http[^"]+)"/)
  return { ...started, url, dataDir }
}
