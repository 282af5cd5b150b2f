// A service on a disk that writes down what it does, and fails, waits or goes on when the test says so (watched-disk.c).
// It must not be used where there is no C compiler, or on another system than Linux: such tests are skipped, and say so.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../e2e/service-process.ts'

/** In the order of watched-disk.c. */
const NAMES = ['countersign.db', 'countersign.db-wal', 'countersign.db-journal'].concat([
  'limits.db',
  'limits.db-wal',
  'limits.db-journal',
])
const DIRECTORY = 200
const HEAD_BYTES = 24

const KINDS = {
  C: 'created',
  W: 'written',
  T: 'truncated',
  U: 'unlinked',
  B: 'sync-begun',
  E: 'sync-ended',
  H: 'sync-held',
  S: 'sent',
} as const

export type Entry = {
  kind: (typeof KINDS)[keyof typeof KINDS]
  /** Its name; `directory` in a sync; empty for what is sent. */
  file: string
  process: number
  thread: number
  /** Offset of a write, new length of a truncation, result of a sync. */
  at: number
  data: Buffer
}

export type WatchedDisk = {
  /** For the process that is watched. */
  env: Record<string, string>
  /** What was written down so far, oldest first. */
  entries(): Entry[]
  /** Syncs of the file wait until it is let go. */
  hold(file: string): void
  letGo(file: string): void
  /** True while a sync waits. */
  isHeld(file: string): boolean
  /** The next sync of the file fails with EIO: nothing is synced, and the one after it succeeds. */
  failOnce(file: string): void
  /** A process whose sync of the file fails is killed before it hears of it. @returns what has to be made to let one fail */
  killAtFailure(file: string): string
  remove(): void
}

/** Why these tests cannot run here; undefined where they can. */
export function whyUnwatched(): string | undefined {
  if (process.platform !== 'linux') return 'watching the disk needs Linux'
  const headers = ['-E', '-include', 'stdio.h', '-x', 'c', '/dev/null']
  if (spawnSync('cc', headers).status !== 0) return 'watching the disk needs a C compiler (cc)'
  return undefined
}

let compiled: string | undefined

/** Once for each test file. */
function compile(): string {
  if (compiled) return compiled
  const directory = temporaryDirectory()
  process.once('exit', () => directory.remove())
  const library = join(directory.path, 'watched-disk.so')
  const source = join(import.meta.dirname, 'watched-disk.c')
  const flags = ['-O2', '-Wall', '-Werror', '-shared', '-fPIC']
  const { status, stderr } = spawnSync('cc', [...flags, '-o', library, source, '-ldl'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`watched-disk.c: ${stderr}`)
  compiled = library
  return library
}

function parse(log: Buffer): Entry[] {
  const entries: Entry[] = []
  let at = 0
  // A process that was killed may have left half an entry at the end.
  while (at + HEAD_BYTES <= log.length) {
    const file = log.readUInt8(at + 1)
    const length = log.readUInt32LE(at + 12)
    entries.push({
      kind: KINDS[String.fromCharCode(log.readUInt8(at)) as keyof typeof KINDS],
      file: file === DIRECTORY ? 'directory' : (NAMES[file] ?? ''),
      process: log.readUInt32LE(at + 4),
      thread: log.readUInt32LE(at + 8),
      at: Number(log.readBigInt64LE(at + 16)),
      data: log.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length),
    })
    at += HEAD_BYTES + length
  }
  return entries
}

/** @param delayMs how much longer each sync takes */
export function watchDisk(delayMs?: number): WatchedDisk {
  const directory = temporaryDirectory()
  const log = join(directory.path, 'log')
  const control = (verb: string, file: string) => join(directory.path, `${verb}.${file}`)
  const entries = () => (existsSync(log) ? parse(readFileSync(log)) : [])
  return {
    env: {
      LD_PRELOAD: compile(),
      WATCHED_DISK: directory.path,
      // Through the ring of io_uring a write would pass the library by.
      UV_USE_IO_URING: '0',
      ...(delayMs !== undefined && { WATCHED_DISK_DELAY_MS: String(delayMs) }),
    },
    entries,
    hold: (file) => writeFileSync(control('hold', file), ''),
    letGo: (file) => rmSync(control('hold', file), { force: true }),
    isHeld(file) {
      const syncs = entries().filter((entry) => entry.file === file)
      return syncs.at(-1)?.kind === 'sync-held'
    },
    failOnce: (file) => writeFileSync(control('fail', file), ''),
    killAtFailure(file) {
      writeFileSync(control('kill', file), '')
      return control('fail', file)
    },
    remove: () => directory.remove(),
  }
}
