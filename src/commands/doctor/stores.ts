// Whether files, database, root keys and counters can be used as they are.
// It must not make, migrate or change any of them.

import { existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { RootKeyUse } from '../../factors/ports.ts'
import { adviseOnRootKeys, type RootKeyAdvice } from '../../factors/root-keys.ts'
import { createClock } from '../../kernel/clock.ts'
import { COMPANIONS, describeFileFault } from '../../kernel/file-fault.ts'
import { createKeyring } from '../../kernel/keyring.ts'
import type { PostgresConfig } from '../../kernel/postgres.ts'
import { type LimitsConfig, openLimiter } from '../../limits/open.ts'
import { MIGRATIONS_FOLDER, POSTGRES_MIGRATIONS_FOLDER } from '../../paths.ts'
import { openStore, type StoreConfig } from '../../storage/open.ts'
import { networkFileSystem } from '../../storage/sqlite/filesystem.ts'
import { type Finding, finding, findingsOf, judgeClock } from './finding.ts'

const MIB = 1024 * 1024
/** A day of verifications, and what a checkpoint needs. */
const LOW_DISK_BYTES = 200 * MIB

const inMib = (bytes: number) => `${Math.floor(bytes / MIB)} MiB`

/** The nearest folder above that exists: a first start creates the rest. */
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
      `${whole} is on ${network}, where SQLite loses data: put it on a local disk`,
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

async function checkSqlite(path: string, config: Config): Promise<Finding[]> {
  if (!existsSync(path))
    return [
      finding(
        'database',
        'warning',
        `there is no store at ${resolve(path)} yet: the service creates it at its first start`,
      ),
    ]
  const { inspectSqlite } = await import('../../storage/sqlite/inspect.ts')
  const { fault, schema, known, bytes, newestAt } = await inspectSqlite(path, MIGRATIONS_FOLDER)
  if (fault !== null) return [finding('database', 'failed', fault)] // mutant: C71.doctor-damaged-store
  const state = schema < known ? 'older: the next start migrates it' : 'as of this version'
  const aheadMs = newestAt - Date.now()
  return [
    finding('database', 'ok', `SQLite, ${inMib(bytes)}, schema ${schema} of ${known} (${state})`),
    ...(await checkRootKeys(config, schema === known)),
    ...(aheadMs > 0 ? [judgeClock('the newest time in the store', aheadMs)] : []),
  ]
}

async function checkPostgres({ url, pooler }: PostgresConfig, config: Config): Promise<Finding[]> {
  const { inspectPostgres } = await import('../../storage/postgres/inspect.ts')
  const migrationsFolder = POSTGRES_MIGRATIONS_FOLDER
  const found = await inspectPostgres({ url, pooler, migrationsFolder })
  const { server, schema, known, offsetMs, isEncrypted, isLocal } = found
  const state =
    schema === 0 ? 'no store yet: the next start creates it' : `schema ${schema} of ${known}`
  const inClear = 'the connection is not encrypted: add ?sslmode=verify-full'
  return [
    finding('database', 'ok', `PostgreSQL ${server}, ${state}`),
    ...(isEncrypted || isLocal ? [] : [finding('database', 'warning', inClear)]),
    ...(await checkRootKeys(config, schema === known)),
    judgeClock('the database', offsetMs),
  ]
}

export function checkDatabase(config: Config): Promise<Finding[]> {
  const { store } = config
  return store.kind === 'sqlite' ? checkSqlite(store.path, config) : checkPostgres(store, config)
}

type Advise = (rootKeys: RootKeyUse, now: number) => Promise<RootKeyAdvice>

async function withRootKeys(config: StoreConfig, advise: Advise): Promise<RootKeyAdvice> {
  if (config.kind === 'sqlite') {
    const { inspectRootKeys } = await import('../../storage/sqlite/inspect.ts')
    return inspectRootKeys(config.path, (rootKeys) => advise(rootKeys, Date.now()))
  }
  const store = await openStore(config, { mustExist: true })
  try {
    const clock = createClock({ ...(store.wallMs && { wallMs: store.wallMs }) })
    return await advise(store.rootKeys, clock.now())
  } finally {
    await store.close()
  }
}

/** Whether the root keys open what the store holds: they do not where settings or a folder were copied. */
async function checkRootKeys({ store, secretKeys }: Config, isOfThisVersion: boolean) {
  // An older store has them elsewhere, and opening it would migrate it.
  if (!isOfThisVersion) return []
  const keyFinding = (status: Finding['status'], detail: string) =>
    finding('root keys', status, detail)
  return findingsOf('root keys', async () => {
    if (secretKeys.length === 0)
      return [keyFinding('failed', 'SECRET_KEY is missing: nothing in the store can be read')]
    const keyring = createKeyring(secretKeys)
    const { warnings, notes } = await withRootKeys(store, (rootKeys, now) =>
      adviseOnRootKeys({ rootKeys, keyring, now }),
    )
    if (warnings.length + notes.length === 0)
      return [keyFinding('ok', 'the settings give every root key that the store needs')]
    return [
      ...warnings.map((sentence) => keyFinding('failed', sentence)), // mutant: C65.doctor-foreign-key
      ...notes.map((sentence) => keyFinding('warning', sentence)),
    ]
  })
}

/** Where a server counts; a file is among the files, and PostgreSQL is the database. */
export async function checkLimits(limits: LimitsConfig): Promise<Finding[]> {
  if (limits.kind !== 'redis') return []
  const warned: string[] = []
  const logger = { warn: (_: object, message: string) => void warned.push(message) }
  const limiter = await openLimiter(limits, logger)
  await limiter.close()
  return [
    finding('limits', 'ok', 'Redis answers and keeps the counters'),
    ...warned.map((message) => finding('limits', 'warning', message)),
  ]
}
