// Whether files, database and counters can be used as they are.
// It must not make, migrate or change any of them.

import { existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import { COMPANIONS, describeFileFault } from '../../kernel/file-fault.ts'
import type { PostgresConfig } from '../../kernel/postgres.ts'
import type { LimitsConfig } from '../../limits/open.ts'
import { openLimiter } from '../../limits/open.ts'
import { MIGRATIONS_FOLDER, POSTGRES_MIGRATIONS_FOLDER } from '../../paths.ts'
import { networkFileSystem } from '../../storage/sqlite/filesystem.ts'
import { judgeClock } from './clocks.ts'
import { type Finding, finding, findingsOf } from './finding.ts'

/** A day of verifications, and what a checkpoint needs. */
const LOW_DISK_BYTES = 200 * 1024 * 1024
const MIB = 1024 * 1024

const inMib = (bytes: number) => `${Math.floor(bytes / MIB)} MiB`

/** The nearest folder above that is there: a first start makes the rest. */
function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path))
}

function checkFile(path: string): Finding {
  const whole = resolve(path)
  const fault = describeFileFault(path, 'write', [...COMPANIONS, '.lock'])
  if (fault !== undefined) return finding('files', 'failed', fault) // mutant: C71.doctor-unusable-file
  const folder = existing(dirname(whole))
  const network = networkFileSystem(folder)
  if (network !== undefined)
    return finding(
      'files',
      'failed',
      `${whole} lies on ${network}, where SQLite loses data: put it on a local disk`,
    )
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free < LOW_DISK_BYTES)
    return finding('files', 'warning', `${folder} has ${inMib(free)} of disk left: make room`)
  return finding('files', 'ok', `${whole} can be used, ${inMib(free)} of disk are free`)
}

export function checkFiles({ store, limits }: Config): Finding[] {
  const paths = [store, limits].flatMap((one) => (one.kind === 'sqlite' ? [one.path] : []))
  if (paths.length === 0)
    return [finding('files', 'ok', 'none is needed: everything is on servers')]
  return paths.map(checkFile)
}

async function rootKeysOf(config: Config, isOfThisVersion: boolean): Promise<readonly Finding[]> {
  if (!isOfThisVersion) return []
  const { checkRootKeys } = await import('./root-keys.ts')
  return findingsOf('root keys', () => checkRootKeys(config))
}

async function checkSqlite(path: string, config: Config): Promise<Finding[]> {
  if (!existsSync(path))
    return [
      finding(
        'database',
        'warning',
        `there is no store at ${resolve(path)} yet: the service makes it at its first start`,
      ),
    ]
  const { inspectSqlite } = await import('../../storage/sqlite/inspect.ts')
  const { fault, schema, known, bytes, newestAt } = await inspectSqlite(path, MIGRATIONS_FOLDER)
  if (fault !== null) return [finding('database', 'failed', fault)] // mutant: C71.doctor-damaged-store
  const state = schema < known ? 'older: the next start migrates it' : 'as of this version'
  const clock =
    newestAt > Date.now() ? [judgeClock('the newest time in the store', newestAt - Date.now())] : []
  return [
    finding('database', 'ok', `SQLite, ${inMib(bytes)}, schema ${schema} of ${known} (${state})`),
    ...(await rootKeysOf(config, schema === known)),
    ...clock,
  ]
}

async function checkPostgres({ url, pooler }: PostgresConfig, config: Config): Promise<Finding[]> {
  const { inspectPostgres } = await import('../../storage/postgres/inspect.ts')
  const found = await inspectPostgres({
    ...{ url, pooler, migrationsFolder: POSTGRES_MIGRATIONS_FOLDER },
  })
  const { server, schema, known, offsetMs, isEncrypted, isLocal } = found
  const state =
    schema === 0 ? 'no store yet: the next start makes it' : `schema ${schema} of ${known}`
  return [
    finding('database', 'ok', `PostgreSQL ${server}, ${state}`),
    ...(isEncrypted || isLocal
      ? []
      : [
          finding(
            'database',
            'warning',
            'the connection is not encrypted: give ?sslmode=verify-full',
          ),
        ]),
    ...(await rootKeysOf(config, schema === known)),
    judgeClock('the database', offsetMs),
  ]
}

export function checkDatabase(config: Config): Promise<Finding[]> {
  const { store } = config
  return store.kind === 'sqlite' ? checkSqlite(store.path, config) : checkPostgres(store, config)
}

/** Where a server counts; a file is among the files, and PostgreSQL is the database. */
export async function checkLimits(limits: LimitsConfig): Promise<Finding[]> {
  if (limits.kind !== 'redis') return []
  const warned: string[] = []
  const logger = { warn: (_: object, message: string) => void warned.push(message) }
  const limiter = await openLimiter(limits, logger)
  await limiter.close()
  return [
    finding('limits', 'ok', 'Redis answers and keeps what is counted'),
    ...warned.map((message) => finding('limits', 'warning', message)),
  ]
}
