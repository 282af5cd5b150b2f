// Opens the database file: lock, WAL, durability, migrations. Many processes may do so at once.
// It must not wait synchronously: the driver's busy wait would stop the event loop.

import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'
import { COMPANIONS, describeFileFault } from '../../kernel/file-fault.ts'
import { makeFolderOf } from '../../kernel/make-folder.ts'
import { repairLog } from '../../kernel/write-ahead-log.ts'
import { createPrivately, type FileSystemType, networkFileSystem } from './filesystem.ts'
import { migrate } from './migrate.ts'
import { isBusy } from './sqlite-errors.ts'

/** How long a start waits for other processes that open or migrate the same file. */
const OPEN_DEADLINE_MS = 30_000
/** Between tries; with jitter, so that processes started together don't try together. */
const OPEN_RETRY_MS = 25
/** The WAL is cut back to this after a checkpoint: a burst doesn't keep its disk for good. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024
const LOCK_SUFFIX = '.lock'

export type OpenOptions = {
  path: string
  /** drizzle/sqlite, or where the bundle keeps its copy. */
  migrationsFolder: string
  /** `full`: a commit survives a power cut. `normal`: it survives a kill, the last ones may be lost at a power cut. */
  synchronous?: 'full' | 'normal'
  deadlineMs?: number
  logger?: { warn(fields: Record<string, unknown>, message: string): void }
  /** For tests: what statfs(2) answers for a directory. */
  fileSystemType?: FileSystemType
}

async function retryBusy<T>(path: string, deadlineMs: number, attempt: () => T): Promise<T> {
  const end = performance.now() + deadlineMs
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() > end)
        throw new StartupError(
          `${path} has been locked by another process for ${Math.round(deadlineMs / 1000)} s: end the one that holds it (a backup, a shell, another service), then start again.`,
          { cause: error },
        )
    }
    await sleep(OPEN_RETRY_MS * (0.5 + Math.random()))
  }
}

export function configure(client: Database, path: string, synchronous: 'full' | 'normal'): void {
  const mode = client.pragma('journal_mode = WAL', { simple: true })
  if (mode !== 'wal')
    throw new StartupError(`${path} cannot use write-ahead logging: put it on a local disk.`)
  client.pragma(`synchronous = ${synchronous.toUpperCase()}`) // mutant: I5.durable-commit
  client.pragma('foreign_keys = ON')
  // What is erased (codes, hashes) is overwritten, not only unlinked.
  client.pragma('secure_delete = ON') // mutant: I7.secure-delete
  client.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
  // A root that is read-only has no /tmp: what a large migration sorts stays in memory.
  client.pragma('temp_store = MEMORY') // mutant: C71.memory-sort
}

function openAndMigrate(options: OpenOptions): Database {
  createPrivately(options.path, options.logger)
  // No busy wait at all: better-sqlite3 would block the event loop; writer.ts retries asynchronously.
  const client = new Sqlite(options.path, { timeout: 0 })
  try {
    configure(client, options.path, options.synchronous ?? 'full')
    repairLog(client)
    migrate(client, options.path, options.migrationsFolder)
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

/**
 * A second connection of a file that `openDatabase` has opened, for reading: it sees what is committed and synced.
 * SQLite's locks are the process's: nothing here may open the file without SQLite, for closing it would release them (fcntl(2)).
 */
export function openToRead(path: string): Database {
  const client = new Sqlite(path, { timeout: 0, fileMustExist: true })
  client.pragma('temp_store = MEMORY')
  client.pragma('query_only = ON')
  return client
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Where the file's rights, its owner or its place are checked again. */
const FILE_CODES =
  /^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EEXIST|ENOENT|SQLITE_(READONLY|CANTOPEN|PERM))/

/**
 * An operator's sentence for what commonly goes wrong; anything else is thrown as it came.
 * @param named the setting or option that gives the path
 */
export function explain(error: unknown, path: string, named = 'DATABASE_URL'): unknown {
  const code = codeOf(error)
  const toFault = (sentence: string) => new StartupError(sentence, { cause: error })
  const fault =
    FILE_CODES.test(code) && describeFileFault(path, 'write', [...COMPANIONS, LOCK_SUFFIX])
  if (fault) return toFault(fault) // mutant: C71.file-fault-named
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM)/.test(code))
    return toFault(`${path} cannot be written (${code}): give its directory to the service's user.`)
  if (/^(ENOSPC|EDQUOT|SQLITE_FULL)/.test(code))
    return toFault(`${path} cannot be written (${code}): free some disk space.`)
  if (/^(ENOTDIR|EISDIR|EEXIST|ENOENT)/.test(code))
    return toFault(`${path} cannot be a database (${code}): give ${named} another path.`)
  if (code === 'SQLITE_NOTADB')
    return toFault(`${path} is not a database: give ${named} another path.`)
  if (code.startsWith('SQLITE_CORRUPT')) return toFault(`${path} is damaged: restore a backup.`)
  return error
}

/**
 * The lock is an exclusive transaction on a file of its own: the system releases it when its holder
 * dies, which a lock file made with O_EXCL does not. The file stays; removing it would be a race.
 */
export async function withLock<T>(
  path: string,
  deadlineMs: number,
  job: () => Promise<T>,
): Promise<T> {
  const lockPath = `${path}${LOCK_SUFFIX}`
  createPrivately(lockPath)
  const lock = new Sqlite(lockPath, { timeout: 0 })
  try {
    await retryBusy(lockPath, deadlineMs, () => lock.exec('BEGIN EXCLUSIVE'))
    return await job()
  } finally {
    lock.close()
  }
}

/**
 * @throws StartupError for a network file system, a newer schema, another program's file, or a lock
 * that is not released in time
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  try {
    return await lockAndOpen(options)
  } catch (error) {
    throw explain(error, options.path)
  }
}

async function lockAndOpen(options: OpenOptions): Promise<Database> {
  makeFolderOf(options.path)
  const network = networkFileSystem(dirname(options.path), options.fileSystemType)
  if (network !== undefined)
    throw new StartupError(
      `${options.path} is on ${network}, where SQLite loses data: put it on a local disk, or use PostgreSQL (DATABASE_URL=postgres://…).`,
    )
  const deadlineMs = options.deadlineMs ?? OPEN_DEADLINE_MS
  return withLock(options.path, deadlineMs, () =>
    retryBusy(options.path, deadlineMs, () => openAndMigrate(options)),
  )
}
