// Says whether a directory lies on a network file system, where SQLite's WAL does not work.
// It must not trust a name where the kernel has a number: statfs(2) decides, mountinfo only for FUSE.

import { readFileSync, realpathSync, statfsSync } from 'node:fs'

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
  const path = `${realpathSync(directory)}/`
  let longest = -1
  let found: string | undefined
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
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
  const { type } = statfsSync(directory)
  return { type, mountType: type === FUSE ? mountTypeOf(directory) : undefined }
}

/** The name of the network file system that `directory` lies on; undefined where it is a local one. */
export function networkFileSystem(directory: string, ask = typeOf): string | undefined {
  const { type, mountType } = ask(directory)
  if (type === FUSE)
    return mountType !== undefined && NETWORK_FUSE.test(mountType) ? mountType : undefined
  return NETWORK_FILE_SYSTEMS.get(Number(BigInt(type) & UNSIGNED_32_BITS))
}
