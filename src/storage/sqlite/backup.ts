// A copy of the store in one file, as it is at one moment, while services keep writing.
// It must not change the store, replace a file that exists, or leave half a copy under the name that was asked for.

import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'
import { COMPANIONS, describeFileFault } from '../../kernel/file-fault.ts'
import { FILE_MODE, hasNoLinks, removeWhole } from './filesystem.ts'
import { requireOurs } from './migrate.ts'
import { explain, withLock } from './open.ts'
import { isBusy } from './sqlite-errors.ts'

/** A command is a process of its own: it may wait for a checkpoint. */
const BUSY_MS = 5_000
/** In one step, so under one snapshot: in many, each commit of a service would start the copy over. */
const ALL_PAGES = 0x7fff_ffff
/** A locked file makes no progress: half a minute of that is enough. */
const MAX_IDLE_STEPS = 6
const PART = /^(?<name>.+)\.[0-9a-f]{8}\.part$/
/** As countersign backup names a file in a folder. */
const NAMED_BY_TIME = /^countersign-\d{8}T\d{6}Z\.db$/
/** A backup at work writes all the while; only its last check may take minutes, of a store of many GiB. */
const LEFT_AFTER_MS = 3_600_000

export type Copied = { path: string; bytes: number }

/** On the disk, whatever happens next. */
export function syncPath(path: string): void {
  const handle = fs.openSync(path, 'r')
  fs.fsyncSync(handle)
  fs.closeSync(handle)
}

/** All pages as of now. @throws StartupError where the file stays locked */
export async function copyPages(source: Database, to: string): Promise<void> {
  let idle = 0
  let left = Infinity
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
export function openToCopy(path: string, named?: '--from'): Database {
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
    throw explain(error, path, named)
  }
}

/** Of backups that were killed: of this name, or of another night's. Nobody else removes them. */
function removeLeftovers(to: string): void {
  const folder = dirname(to)
  const isOfBackup = (file: string) => {
    const name = PART.exec(file)?.groups?.name
    return name !== undefined && (name === basename(to) || NAMED_BY_TIME.test(name))
  }
  for (const file of fs.readdirSync(folder).filter(isOfBackup)) {
    const part = join(folder, file)
    const writtenAt = fs.statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    if (Date.now() - writtenAt > LEFT_AFTER_MS) removeWhole(part) // mutant: C72.live-part-kept
  }
}

/** A log of another file that had this name would be read into the copy. */
function refuseCompanions(to: string): void {
  const found = COMPANIONS.map((suffix) => `${to}${suffix}`).find((name) => fs.existsSync(name))
  if (found)
    throw new StartupError(
      `${found} exists, and SQLite would mistake it for the copy's own: give another name, or remove it first.`,
    )
}

/** Two backups to one name: each writes a file of its own, and the first that is whole gets the name. */
function createPart(to: string): string {
  refuseCompanions(to)
  const part = `${to}.${randomBytes(4).toString('hex')}.part`
  try {
    fs.closeSync(fs.openSync(part, 'wx', FILE_MODE))
  } catch (error) {
    const fault = describeFileFault(part, 'write')
    throw fault ? new StartupError(fault, { cause: error }) : error
  }
  removeLeftovers(to) // mutant: C72.stale-part-removed
  return part
}

/** The name is taken by an empty file first: rename(2) alone would replace whatever is there. */
function moveTo(part: string, to: string): void {
  fs.closeSync(fs.openSync(to, 'wx', FILE_MODE)) // mutant: C72.linkless-no-overwrite
  try {
    fs.renameSync(part, to)
  } catch (error) {
    fs.rmSync(to)
    throw error
  }
}

/** Never in place of a file that is there: link(2) does not replace. */
function publish(part: string, to: string): void {
  try {
    try {
      fs.linkSync(part, to) // mutant: C72.backup-no-overwrite
    } catch (error) {
      if (!hasNoLinks(error)) throw error // mutant: C72.linkless-backup
      moveTo(part, to)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new StartupError(`${to} already exists: give another name, or remove it first.`)
  }
}

/** @throws StartupError in an operator's words; the reason of `stop` where that was aborted before the copy had its name */
export async function backUp(path: string, to: string, stop?: AbortSignal): Promise<Copied> {
  // Who restores holds this lock while it changes files: a connection must not be made to the old one meanwhile.
  const source = await withLock(path, BUSY_MS, () => Promise.resolve(openToCopy(path))) // mutant: C72.backup-yields-restore
  try {
    const part = createPart(to)
    try {
      await copyPages(source, part)
      const copy = new Sqlite(part, { fileMustExist: true, timeout: BUSY_MS })
      finishCopy(copy, part)
      // Pages are copied and checked without a pause: a signal that came meanwhile is heard here.
      await setImmediate()
      stop?.throwIfAborted() // mutant: C72.stopped-backup-clean
      publish(part, to)
      syncPath(dirname(to))
      return { path: to, bytes: fs.statSync(to).size }
    } finally {
      removeWhole(part)
    }
  } catch (error) {
    throw explain(error, to, '--to')
  } finally {
    source.close()
  }
}
