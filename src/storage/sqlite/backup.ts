// A copy of the store in one file, as it is at one moment, while services go on writing.
// It must not change the store, nor leave half a copy under the name that was asked for.

import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'
import { describeFileFault } from '../../kernel/file-fault.ts'
import { requireOurs } from './migrate.ts'
import { explain, withLock } from './open.ts'
import { COMPANIONS, FILE_MODE, removeWhole } from './private-file.ts'
import { isBusy } from './sqlite-errors.ts'

/** A command is a process of its own: it may wait for a checkpoint. */
const BUSY_MS = 5_000
/** In one step, so under one snapshot: in many, each commit of a service would begin the copy anew. */
const ALL_PAGES = 0x7fff_ffff
/** A locked file makes no progress: half a minute of that is enough. */
const MAX_IDLE_STEPS = 6

export type Copied = { path: string; bytes: number }

/** On the disk, whatever happens next. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** All pages as of now. @throws StartupError where the file stays locked */
export async function copyPages(source: Database, to: string): Promise<void> {
  let idle = 0
  let left = Number.POSITIVE_INFINITY
  await source.backup(to, {
    progress({ remainingPages }) {
      idle = remainingPages < left ? 0 : idle + 1
      left = remainingPages
      if (idle > MAX_IDLE_STEPS) throw new StartupError('the store is locked: try again later.')
      return ALL_PAGES
    },
  })
}

/** One file without companions, whole on the disk. @throws StartupError where it is damaged */
export function finishCopy(client: Database, path: string): void {
  const faults = client.pragma('integrity_check', { simple: true })
  if (faults !== 'ok')
    throw new StartupError(`the copy is damaged, and so may be the store (${String(faults)}).`)
  client.pragma('journal_mode = DELETE')
  client.close()
  syncPath(path)
}

/** Of a service's file, or of an older copy. @throws StartupError where it is another program's, or cannot be read */
export function openToCopy(path: string): Database {
  const fault = describeFileFault(path, 'read')
  if (fault !== undefined) throw new StartupError(fault)
  try {
    const client = new Sqlite(path, { fileMustExist: true, timeout: BUSY_MS })
    try {
      requireOurs(client, path)
      return client
    } catch (error) {
      client.close()
      throw error
    }
  } catch (error) {
    if (isBusy(error)) throw new StartupError(`${path} is locked: try again later.`)
    throw explain(error, path)
  }
}

/** Never in place of a file that is there: link(2) does not replace. */
function publish(part: string, to: string): void {
  try {
    linkSync(part, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new StartupError(`${to} is there already: give another name, or remove it first.`)
  }
}

/** A log of another file that had this name would be read into the copy. */
function refuseLeftovers(to: string): void {
  const found = COMPANIONS.map((suffix) => `${to}${suffix}`).find((name) => existsSync(name))
  if (found)
    throw new StartupError(
      `${found} is there, and SQLite would take it for the copy's own: give another name, or remove it first.`,
    )
}

/** Two backups to one name: each writes a file of its own, and the first that is whole gets the name. */
function createPart(to: string): string {
  refuseLeftovers(to)
  const part = `${to}.${randomBytes(4).toString('hex')}.part`
  try {
    closeSync(openSync(part, 'wx', FILE_MODE))
  } catch (error) {
    const fault = describeFileFault(part, 'write')
    throw fault ? new StartupError(fault, { cause: error }) : error
  }
  return part
}

/** @throws StartupError in an operator's words */
export async function backUp(path: string, to: string): Promise<Copied> {
  // Who restores holds this lock while it changes files: a connection must not be made to the old one meanwhile.
  const source = await withLock(path, BUSY_MS, () => Promise.resolve(openToCopy(path)))
  try {
    const part = createPart(to)
    try {
      await copyPages(source, part)
      const copy = new Sqlite(part, { fileMustExist: true, timeout: BUSY_MS })
      finishCopy(copy, part)
      publish(part, to)
      syncPath(dirname(to))
      return { path: to, bytes: statSync(to).size }
    } finally {
      removeWhole(part)
    }
  } catch (error) {
    throw explain(error, to)
  } finally {
    source.close()
  }
}
