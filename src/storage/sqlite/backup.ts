// A copy of the store in one file, as it is at one moment, while services go on writing.
// It must not change the store, nor leave half a copy under the name that was asked for.

import { closeSync, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartupError } from '../../kernel/errors.ts'
import { describeFileFault } from '../../kernel/file-fault.ts'
import { createPart, publish } from './backup-part.ts'
import { requireOurs } from './migrate.ts'
import { explain, withLock } from './open.ts'
import { removeWhole } from './private-file.ts'
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
