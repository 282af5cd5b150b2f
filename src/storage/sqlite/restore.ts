// Puts an older copy in the place of the store; what would become valid again with it is made void.
// It must not do so while anybody has the store open, nor remove what was there before.

import { existsSync, linkSync, realpathSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'
import { COMPANIONS } from '../../kernel/file-fault.ts'
import { makeFolderOf } from '../../kernel/make-folder.ts'
import { copyPages, finishCopy, openToCopy, syncPath } from './backup.ts'
import { createPrivately, giveTo, hasNoLinks, removeWhole } from './filesystem.ts'
import { isMoved, migrate } from './migrate.ts'
import { configure, explain, withLock } from './open.ts'
import { isBusy } from './sqlite-errors.ts'
import { newestTime, readUsedSince, type Voided, type VoidOptions, voidCopy } from './void-copy.ts'

/** Somebody who starts or migrates has the lock for moments; a person waits. */
const LOCK_MS = 5_000

export type RestoreOptions = Pick<VoidOptions, 'keyId' | 'keepRecoveryCodes'> & {
  from: string
  /** The store. */
  path: string
  migrationsFolder: string
  nowMs: number
}

export type Restored = {
  voided: Voided
  /** Whether the store that was replaced came after the copy, and knows what was used since. */
  isSinceKnown: boolean
  /** The store as it was, or what was left of it; null: there was none. */
  keptAs: string | null
  /** The newest time in the copy. */
  copiedAt: number
}

/**
 * In exclusive mode a connection needs every lock at its first use and keeps them: a service that has the file open,
 * idle or not, is met here. One that is damaged can be replaced: nobody is served from it.
 */
function takeReplaced(path: string): Database | undefined {
  if (!existsSync(path) || statSync(path).size === 0) return undefined
  const client = new Sqlite(path, { fileMustExist: true, timeout: 0 })
  try {
    client.pragma('locking_mode = EXCLUSIVE') // mutant: C72.restore-exclusive
    client.exec('BEGIN EXCLUSIVE; COMMIT')
    // mutant: C72.moved-store-refused
    if (isMoved(client))
      throw new StartupError(
        `${path} was moved to PostgreSQL, and a code that is open in two stores could be approved in each: restore PostgreSQL's own backup.`,
      )
    return client
  } catch (error) {
    client.close()
    if (isBusy(error))
      throw new StartupError(
        `${path} is in use: stop the service (and a shell or backup that has it open), then run this again.`,
        { cause: error },
      )
    const code = String((error as { code?: string }).code)
    if (!/^SQLITE_(NOTADB|CORRUPT|IOERR)/.test(code)) throw error
    return undefined
  }
}

/** The copy as a store of this version, in which nothing from its own time is still valid. */
async function prepare(options: RestoreOptions, part: string, replaced: Database | undefined) {
  const source = openToCopy(options.from, '--from')
  try {
    if (isMoved(source))
      throw new StartupError(
        `${options.from} is a copy of a store that had been moved to PostgreSQL: restore PostgreSQL's own backup.`,
      )
    createPrivately(part)
    await copyPages(source, part)
  } finally {
    source.close()
  }
  const client = new Sqlite(part, { fileMustExist: true, timeout: 0 })
  try {
    configure(client, part, 'full')
    migrate(client, part, options.migrationsFolder)
    const copiedAt = newestTime(client)
    const since = replaced && readUsedSince(replaced, client)
    // This machine's clock may be behind: a step that was used by a right one is still to come on it.
    const now = Math.max(options.nowMs, copiedAt, since?.newestAt ?? 0) // mutant: C72.carry-used-steps
    const voided = voidCopy(client, { ...options, now, since })
    finishCopy(client, part)
    return { voided, copiedAt, isSinceKnown: since !== undefined }
  } finally {
    client.close()
  }
}

const filesOf = (path: string) =>
  ['', ...COMPANIONS].filter((suffix) => existsSync(`${path}${suffix}`)) // mutant: C72.companions-removed

/** Two restores within a second: what the first one kept is kept. */
function freeName(wanted: string): string {
  let name = wanted
  for (let n = 2; filesOf(name).length > 0; n += 1) name = `${wanted}-${n}`
  return name
}

/** Linked, the store is there at every moment: a service that is started after a kill finds the old one, not none. */
function keepWhole(path: string, aside: string): void {
  try {
    linkSync(path, aside) // mutant: C72.atomic-replace
  } catch (error) {
    if (!hasNoLinks(error)) throw error
    renameSync(path, aside)
  }
}

/** @returns where the store that was there is now, or what was left of it; null: nothing was */
export function takePlace(part: string, path: string, stamp: string): string | null {
  const [first, ...others] = filesOf(path)
  const aside = freeName(`${path}.before-${stamp}`)
  if (first === '' && others.length === 0) keepWhole(path, aside)
  else if (first !== undefined)
    for (const suffix of [first, ...others]) renameSync(`${path}${suffix}`, `${aside}${suffix}`)
  renameSync(part, path)
  return first === undefined ? null : `${aside}${first}`
}

async function replace(options: RestoreOptions): Promise<Restored> {
  const { path, nowMs } = options
  const part = `${path}.restoring`
  const replaced = takeReplaced(path)
  try {
    removeWhole(part)
    const prepared = await prepare(options, part, replaced)
    if (existsSync(path)) giveTo(part, statSync(path))
    // Closed, it leaves no log behind; whoever would open it now waits for the lock.
    replaced?.close()
    const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const keptAs = takePlace(part, path, stamp)
    syncPath(dirname(path))
    return { ...prepared, keptAs }
  } finally {
    replaced?.close()
    removeWhole(part)
  }
}

/** @throws StartupError in an operator's words; the store is as it was then */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { from, path } = options
  // Before a lock or a folder is made for it.
  openToCopy(from, '--from').close()
  try {
    if (existsSync(path) && realpathSync(from) === realpathSync(path))
      throw new StartupError(
        `${from} is the store itself: give the copy that should take its place.`,
      )
    makeFolderOf(path)
    // A link to the store stays one: what it leads to is replaced.
    const real = existsSync(path) ? realpathSync(path) : path
    return await withLock(path, LOCK_MS, () => replace({ ...options, path: real }))
  } catch (error) {
    throw explain(error, options.path)
  }
}
