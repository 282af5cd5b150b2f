// Why a file cannot be used, in an operator's words: which one, who owns it, and the command that fixes it.
// It must not open a file or show what it holds.

import { accessSync, constants, lstatSync, type Stats, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** `write`: the file is read and written, and has companions (a database). */
export type FileNeed = 'read' | 'write'

/** Files that SQLite keeps beside a database. */
export const COMPANIONS = ['-wal', '-shm', '-journal'] as const

const MODE_BITS = 0o7777
const ACCESS: Readonly<Record<FileNeed, number>> = {
  read: constants.R_OK,
  write: constants.R_OK | constants.W_OK,
}

/** For a shell. */
const quote = (path: string) =>
  /^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`

const nameOf = (uid: number) => (uid === 0 ? 'root (uid 0)' : `uid ${uid}`)

/** Directories of the whole machine: no service may change their owner or rights. */
const SHARED = new Set(
  '/ /app /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /var /var/lib /var/run /var/tmp'.split(
    ' ',
  ),
)

/** What Linux makes up itself (linux/magic.h). */
const PSEUDO_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x1cd1, 'devpts'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
  [0x62656570, 'configfs'],
])

const statOf = (path: string) => statSync(path, { throwIfNoEntry: false })

/** The error code of access(2); undefined: access is allowed. */
function refusal(path: string, mode: number): string | undefined {
  try {
    return accessSync(path, mode) as undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

const VERBS: Readonly<Record<FileNeed | 'search', string>> = {
  read: 'read',
  write: 'written',
  search: 'entered',
}

function describeRights(path: string, stat: Stats, need: FileNeed | 'search'): string {
  const uid = process.getuid?.()
  const mode = (stat.mode & MODE_BITS).toString(8).padStart(4, '0')
  const state = `${path} cannot be ${VERBS[need]}: it belongs to ${nameOf(stat.uid)}, mode ${mode}`
  if (uid === undefined) return `${state}.`
  const rights = stat.isDirectory() ? 'u+rwx' : need === 'read' ? 'u+r' : 'u+rw'
  if (stat.uid === uid) return `${state}. Run: chmod ${rights} ${quote(path)}`
  const as = `${state}, and this process runs as ${nameOf(uid)}`
  // mutant: C71.no-system-chown
  if (stat.isDirectory() && SHARED.has(path))
    return `${as}. Other programs use this folder, too: choose a separate one, and leave ${path} as it is.`
  const who = need === 'write' ? `${uid}:${process.getgid?.() ?? uid}` : String(uid)
  return `${as}. Run as root: chown ${who} ${quote(path)}`
}

/** Nothing can be created there by root either: no command helps. */
function describePseudo(path: string, folder: string): string | undefined {
  const name = PSEUDO_FILE_SYSTEMS.get(statfsSync(folder).type)
  if (name === undefined) return undefined
  return `${path} cannot be created: ${folder} (owner: ${nameOf(statSync(folder).uid)}) is on ${name}, a file system of the kernel itself, which stores nothing. Choose a folder on a disk.`
}

/** The path would have to be made, and `parent`, which exists, does not allow it. */
function describeMissing(path: string, parent: string, stat: Stats): string | undefined {
  const pseudo = describePseudo(path, parent)
  if (pseudo !== undefined) return pseudo // mutant: C71.pseudo-folder-named
  const code = refusal(parent, ACCESS.write)
  if (code === 'EROFS') return describeReadOnly(parent) // mutant: C71.read-only-folder
  if (code === undefined) return undefined
  const uid = process.getuid?.()
  return `there is no folder ${path}, and ${parent} belongs to ${nameOf(stat.uid)}: this process (uid ${uid}) cannot create one there. Run as root: mkdir -p ${quote(path)} && chown ${uid}:${process.getgid?.()} ${quote(path)}`
}

function describeReadOnly(path: string): string {
  const owner = nameOf((statOf(path) ?? statSync(dirname(path))).uid)
  return `${path} (owner: ${owner}) lies on a file system that is mounted read-only: give DATA_DIR a volume (docker run -v countersign:/data), or run as root: mount -o remount,rw "$(findmnt -no TARGET -T ${quote(dirname(path))})"`
}

function describeAccess(path: string, stat: Stats, need: FileNeed): string | undefined {
  const code = refusal(path, ACCESS[need])
  if (code === 'EROFS') return describeReadOnly(path) // mutant: C71.read-only-file
  return code === undefined ? undefined : describeRights(path, stat, need)
}

/** From the root down: whatever keeps this process from reaching the file at all. */
function faultOnTheWay(path: string, need: FileNeed, wanted = path): string | undefined {
  const parent = dirname(path)
  if (parent !== path) {
    const above = faultOnTheWay(parent, need, wanted)
    if (above !== undefined) return above
  }
  const stat = statOf(path)
  // mutant: C71.dangling-folder-named
  if (!stat && lstatSync(path, { throwIfNoEntry: false }))
    return `${path} is a link to a folder that does not exist. Run: ls -l ${quote(path)}`
  if (stat?.isDirectory())
    return refusal(path, constants.X_OK) && describeRights(path, stat, 'search')
  if (stat)
    return `${path} is a file (owner: ${nameOf(stat.uid)}), and a directory is needed: move it aside (mv ${quote(path)} ${quote(`${path}.old`)}), or set another path.`
  if (need === 'read') return undefined
  const made = statOf(parent)
  return made && describeMissing(wanted, parent, made)
}

function describeFile(path: string, stat: Stats, need: FileNeed): string | undefined {
  if (!stat.isDirectory()) return describeAccess(path, stat, need)
  return `${path} is a directory (owner: ${nameOf(stat.uid)}), and a file is needed; Docker creates one where a mounted file is missing. Run: rmdir ${quote(path)}, then put the file there, or set another path.`
}

function faultOfFile(path: string, need: FileNeed): string | undefined {
  const stat = statOf(path)
  if (stat) return describeFile(path, stat, need)
  if (lstatSync(path, { throwIfNoEntry: false }))
    return `${path} is a link to a file that does not exist. Run: ls -l ${quote(path)}`
  if (need === 'read') return `${path} does not exist. Run: ls -l ${quote(dirname(path))}`
  return undefined
}

/**
 * Examines the file, its companions and every directory above it.
 * @returns undefined where nothing is wrong with them: the fault lies elsewhere
 */
export function describeFileFault(
  given: string,
  need: FileNeed,
  companions: readonly string[] = [],
): string | undefined {
  const path = resolve(given)
  const directory = dirname(path)
  try {
    const fault = faultOnTheWay(directory, need) ?? faultOfFile(path, need)
    if (fault !== undefined || need === 'read') return fault
    // mutant: C71.companion-faults
    for (const suffix of companions) {
      const stat = statOf(`${path}${suffix}`)
      const found = stat && describeFile(`${path}${suffix}`, stat, 'write')
      if (found !== undefined) return found
    }
    const above = statOf(directory)
    return above && (describePseudo(path, directory) ?? describeAccess(directory, above, 'write')) // mutant: C71.pseudo-file-named
  } catch {
    // It cannot even be examined (EACCES, ELOOP): the caller has its own error.
    return undefined
  }
}
