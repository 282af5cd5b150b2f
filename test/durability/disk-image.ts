// What lies on the disk at any moment of a log of watched-disk.ts: what the syncs cover, and what a power cut may leave of the rest.
// It must not be kinder than a disk: an unsynced change may be there in full, in part, or not at all, whatever came after it.

import type { Chance } from '../chaos/seeded.ts'
import type { Entry } from './watched-disk.ts'

/** The least that a disk writes whole. */
const SECTOR_BYTES = 512

type Change = { kind: 'written'; at: number; data: Buffer } | { kind: 'truncated'; at: number }

/** `all` and `none` of what no sync covers, or any of its sectors. */
export type Leftovers = 'all' | 'none' | 'some'

type File = {
  content: Buffer
  length: number
  /** Since the last sync began. */
  pending: { change: Change; index: number }[]
  /** Its entry in the directory, and whether a sync of the directory covers that. */
  isThere: boolean
  wasThere: boolean
}

function change(file: File, { kind, at, ...rest }: Change & { data?: Buffer }): void {
  if (kind === 'truncated') {
    // What lies past the end is read as zeros once the file grows again.
    if (at < file.length) file.content.fill(0, at, file.length)
    file.length = at
    return
  }
  const { data } = rest as { data: Buffer }
  const end = at + data.length
  if (end > file.content.length) {
    const larger = Buffer.alloc(end * 2)
    file.content.copy(larger, 0, 0, file.length)
    file.content = larger
  }
  data.copy(file.content, at)
  file.length = Math.max(file.length, end)
}

/** The same write, as the sectors that it touches. */
function sectorsOf(one: Change): Change[] {
  if (one.kind === 'truncated') return [one]
  const sectors: Change[] = []
  for (let from = 0; from < one.data.length; ) {
    const left = SECTOR_BYTES - ((one.at + from) % SECTOR_BYTES)
    sectors.push({ kind: 'written', at: one.at + from, data: one.data.subarray(from, from + left) })
    from += left
  }
  return sectors
}

function applyLeftovers(file: File, leftovers: Leftovers, chance: Chance): void {
  for (const { change: one } of file.pending)
    for (const sector of sectorsOf(one))
      if (leftovers === 'all' || (leftovers === 'some' && chance.happens(0.5))) change(file, sector)
}

export function createDiskImage(chance: Chance) {
  const files = new Map<string, File>()
  /** Of each thread: where its sync began. */
  const begun = new Map<string, number>()

  const fileOf = (name: string): File => {
    const known = files.get(name)
    if (known) return known
    const content = Buffer.alloc(0)
    const file = { content, length: 0, pending: [], isThere: false, wasThere: false }
    files.set(name, file)
    return file
  }

  const endSync = (entry: Entry) => {
    const from = begun.get(`${entry.thread} ${entry.file}`) ?? -1
    if (entry.file === 'directory') {
      for (const file of files.values()) file.wasThere = file.isThere
      return
    }
    const file = fileOf(entry.file)
    const covered = file.pending.filter(({ index }) => index < from)
    const later = file.pending.filter(({ index }) => index >= from)
    if (entry.at === 0) for (const { change: one } of covered) change(file, one)
    else {
      // A failed sync leaves its pages clean: what did not reach the disk never will.
      file.pending = covered
      applyLeftovers(file, 'some', chance)
    }
    file.pending = later
  }

  return {
    /** @param index its place in the log */
    add(entry: Entry, index: number): void {
      const file = entry.file && entry.file !== 'directory' ? fileOf(entry.file) : undefined
      if (entry.kind === 'sync-begun') begun.set(`${entry.thread} ${entry.file}`, index)
      if (entry.kind === 'sync-ended') endSync(entry)
      if (!file) return
      if (entry.kind === 'written')
        file.pending.push({ change: { kind: 'written', at: entry.at, data: entry.data }, index })
      if (entry.kind === 'truncated')
        file.pending.push({ change: { kind: 'truncated', at: entry.at }, index })
      if (entry.kind === 'created') Object.assign(file, { length: 0, pending: [], isThere: true })
      if (entry.kind === 'unlinked') file.isThere = false
    },
    /** What all syncs so far cover. */
    durable(name: string): Buffer {
      const file = fileOf(name)
      return file.content.subarray(0, file.length)
    },
    /** The files after a power cut at this moment, by name. */
    cut(leftovers: Leftovers): Map<string, Buffer> {
      const left = new Map<string, Buffer>()
      for (const [name, file] of files) {
        const copy = { ...file, content: Buffer.from(file.content) }
        applyLeftovers(copy, leftovers, chance)
        const isThere = file.isThere === file.wasThere ? file.isThere : chance.happens(0.5)
        if (isThere) left.set(name, copy.content.subarray(0, copy.length))
      }
      return left
    },
  }
}
