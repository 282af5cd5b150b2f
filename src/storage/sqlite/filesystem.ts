// Says whether a directory lies on a network file system, where SQLite's WAL does not work.
// It must not guess from mount tables: the kernel's own magic number decides (statfs(2)).

import { statfsSync } from 'node:fs'

/** Magic numbers of Linux (linux/magic.h and the file systems' sources). WAL needs shared memory between all users of the file. */
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

/** statfs(2) widens the number to a signed long on some machines. */
const UNSIGNED_32_BITS = 0xffffffff

export type FileSystemType = (directory: string) => number

const typeOf: FileSystemType = (directory) => statfsSync(directory).type

/** The name of the network file system that `directory` lies on; undefined where it is a local one. */
export function networkFileSystem(directory: string, type = typeOf): string | undefined {
  return NETWORK_FILE_SYSTEMS.get(Number(BigInt(type(directory)) & BigInt(UNSIGNED_32_BITS)))
}
