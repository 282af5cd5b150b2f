// The database's file for the service's own user: made so, or narrowed.
// It must not refuse one that belongs to somebody else: volumes and groups of an operator's own are theirs to decide.

import { chmodSync, chownSync, closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { COMPANIONS } from '../../kernel/file-fault.ts'

/** Sealed and hashed values, for the service's own user only. */
export const FILE_MODE = 0o600
/** Hard links: not on every file system, nor in every container. */
const NO_LINKS = new Set(['EPERM', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES'])
const OF_OTHERS = 0o077
const PERMISSIONS = 0o777

type Log = { warn(fields: Record<string, unknown>, message: string): void }

const octal = (mode: number) => (mode & PERMISSIONS).toString(8).padStart(4, '0')

/** A command that root runs leaves no file behind that the service may not write. */
export function giveTo(path: string, owner: { uid: number; gid: number }): void {
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid) // mutant: C71.root-file-owner
}

/**
 * Made only where it is not there: closing a file drops every lock that this process holds on it (fcntl(2)).
 * One that others can read (an old copy, a restore) is narrowed where it is ours; where it is not (a volume
 * that is given to a group), only its owner could, and it serves as it is.
 * @throws as open(2) and chmod(2) do
 */
export function createPrivately(path: string, logger?: Log): void {
  if (!existsSync(path)) {
    closeSync(openSync(path, 'a', FILE_MODE))
    giveTo(path, statSync(dirname(path)))
    return
  }
  const { mode, uid, gid } = statSync(path)
  if ((mode & OF_OTHERS) === 0) return
  const state = `${path} was open to others than its owner (mode ${octal(mode)})`
  const own = process.getuid?.()
  // mutant: C71.group-writable-told
  if (own === undefined || own === uid) {
    chmodSync(path, FILE_MODE) // mutant: C71.narrow-file-mode
    logger?.warn({}, `${state}: it is for its owner alone now (mode ${octal(FILE_MODE)}).`)
    return
  }
  logger?.warn(
    {},
    `${path} belongs to uid ${uid}, and its group (gid ${gid}) or others may use it (mode ${octal(mode)}): whoever may write it can change what was verified. To keep it for the service alone, run as root: chown ${own} ${path} && chmod 600 ${path}`,
  )
}

/** Whether link(2) failed because there are none here. */
export const hasNoLinks = (error: unknown) =>
  NO_LINKS.has(String((error as NodeJS.ErrnoException).code))

/** With its companions. */
export function removeWhole(path: string): void {
  for (const suffix of ['', ...COMPANIONS]) rmSync(`${path}${suffix}`, { force: true })
}
