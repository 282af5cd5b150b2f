// The database's place and file: no network file system, and for the service's own user alone.
// It must not refuse a file that belongs to somebody else: volumes and groups of an operator's own are theirs to decide.

import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { COMPANIONS } from '../../kernel/file-fault.ts'

/** Magic numbers of Linux (linux/magic.h and the file systems' sources). WAL needs memory shared between all users of the file. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x7461636f, 'OCFS2'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x786f4256, 'a shared folder of VirtualBox'],
  [0xbacbacbc, 'a shared folder of VMware'],
])

/** FUSE has one number for all: encrypted local disks and a desktop's containers as well as these. */
const FUSE = 0x65735546
const NETWORK_FUSE =
  /^fuse\.(sshfs|s3fs|gcsfuse|rclone|glusterfs|ceph|davfs|curlftpfs|mount-s3|goofys|juicefs|smbnetfs)/

/** statfs(2) gives a signed number on some machines. */
const UNSIGNED_32_BITS = 0xffffffffn

/** `mountType`: the name in mountinfo, asked for FUSE only. */
export type FileSystemType = (directory: string) => { type: number; mountType: string | undefined }

/** The type of the longest mount point above the directory (proc(5), /proc/pid/mountinfo). */
function mountTypeOf(directory: string): string | undefined {
  const path = `${fs.realpathSync(directory)}/`
  let longest = -1
  let found: string | undefined
  for (const line of fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const fields = line.split(' ')
    const point = fields[4]?.replaceAll('\\040', ' ')
    if (point === undefined || point.length < longest) continue
    if (!path.startsWith(point.endsWith('/') ? point : `${point}/`)) continue
    longest = point.length
    found = fields[fields.indexOf('-') + 1]
  }
  return found
}

const typeOf: FileSystemType = (directory) => {
  const { type } = fs.statfsSync(directory)
  return { type, mountType: type === FUSE ? mountTypeOf(directory) : undefined }
}

/** The name of the network file system that `directory` lies on; undefined where it is a local one. */
export function networkFileSystem(directory: string, ask = typeOf): string | undefined {
  const { type, mountType } = ask(directory)
  if (type === FUSE)
    return mountType !== undefined && NETWORK_FUSE.test(mountType) ? mountType : undefined
  return NETWORK_FILE_SYSTEMS.get(Number(BigInt(type) & UNSIGNED_32_BITS))
}

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
  if (process.getuid?.() === 0) fs.chownSync(path, owner.uid, owner.gid) // mutant: C71.root-file-owner
}

/**
 * Made only where it is not there: closing a file drops every lock that this process holds on it (fcntl(2)).
 * One that others can read (an old copy, a restore) is narrowed where it is ours; where it is not (a volume
 * that is given to a group), only its owner could, and it serves as it is.
 * @throws as open(2) and chmod(2) do
 */
export function createPrivately(path: string, logger?: Log): void {
  if (!fs.existsSync(path)) {
    fs.closeSync(fs.openSync(path, 'a', FILE_MODE))
    giveTo(path, fs.statSync(dirname(path)))
    return
  }
  const { mode, uid, gid } = fs.statSync(path)
  if ((mode & OF_OTHERS) === 0) return
  const state = `users other than its owner could open ${path} (mode ${octal(mode)})`
  const own = process.getuid?.()
  // mutant: C71.group-writable-told
  if (own === undefined || own === uid) {
    fs.chmodSync(path, FILE_MODE) // mutant: C71.narrow-file-mode
    logger?.warn({}, `${state}: now only its owner can (mode ${octal(FILE_MODE)}).`)
    return
  }
  logger?.warn(
    {},
    `${path} belongs to uid ${uid}, and its group (gid ${gid}) or others may use it (mode ${octal(mode)}): anyone who can write to it can change what was verified. To reserve it for the service, run as root: chown ${own} ${path} && chmod 600 ${path}`,
  )
}

/** Whether link(2) failed because there are none here. */
export const hasNoLinks = (error: unknown) =>
  NO_LINKS.has(String((error as NodeJS.ErrnoException).code))

/** With its companions. */
export function removeWhole(path: string): void {
  for (const suffix of ['', ...COMPANIONS]) fs.rmSync(`${path}${suffix}`, { force: true })
}
