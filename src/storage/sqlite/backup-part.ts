// The file that a backup writes, under a name of its own until it is whole; then it gets the name that was asked for.
// It must not replace a file that is there, nor remove one that another backup still writes.

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StartupError } from '../../kernel/errors.ts'
import { COMPANIONS, describeFileFault } from '../../kernel/file-fault.ts'
import { FILE_MODE, hasNoLinks, removeWhole } from './private-file.ts'

const PART = /^(?<name>.+)\.[0-9a-f]{8}\.part$/
/** As countersign backup names a file in a folder. */
const NAMED_BY_TIME = /^countersign-\d{8}T\d{6}Z\.db$/
/** A backup at work writes all the while; only its last check may take minutes, of a store of many GiB. */
const LEFT_AFTER_MS = 3_600_000

/** Of backups that were killed: of this name, or of another night's. Nobody else removes them. */
function removeLeftovers(to: string): void {
  const folder = dirname(to)
  const isOfBackup = (file: string) => {
    const name = PART.exec(file)?.groups?.name
    return name !== undefined && (name === basename(to) || NAMED_BY_TIME.test(name))
  }
  for (const file of readdirSync(folder).filter(isOfBackup)) {
    const part = join(folder, file)
    const writtenAt = statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (Date.now() - writtenAt > LEFT_AFTER_MS) removeWhole(part) // mutant: C72.live-part-kept
  }
}

/** A log of another file that had this name would be read into the copy. */
function refuseCompanions(to: string): void {
  const found = COMPANIONS.map((suffix) => `${to}${suffix}`).find((name) => existsSync(name))
  if (found)
    throw new StartupError(
      `${found} is there, and SQLite would take it for the copy's own: give another name, or remove it first.`,
    )
}

/** Two backups to one name: each writes a file of its own, and the first that is whole gets the name. */
export function createPart(to: string): string {
  refuseCompanions(to)
  const part = `${to}.${randomBytes(4).toString('hex')}.part`
  try {
    closeSync(openSync(part, 'wx', FILE_MODE))
  } catch (error) {
    const fault = describeFileFault(part, 'write')
    throw fault ? new StartupError(fault, { cause: error }) : error
  }
  removeLeftovers(to) // mutant: C72.stale-part-removed
  return part
}

/** The name is taken by an empty file first: rename(2) alone would replace whatever is there. */
function moveTo(part: string, to: string): void {
  closeSync(openSync(to, 'wx', FILE_MODE)) // mutant: C72.linkless-no-overwrite
  try {
    renameSync(part, to)
  } catch (error) {
    rmSync(to)
    throw error
  }
}

/** Never in place of a file that is there: link(2) does not replace. */
export function publish(part: string, to: string): void {
  try {
    try {
      linkSync(part, to) // mutant: C72.backup-no-overwrite
    } catch (error) {
      if (!hasNoLinks(error)) throw error // mutant: C72.linkless-backup
      moveTo(part, to)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new StartupError(`${to} is there already: give another name, or remove it first.`)
  }
}
