// C75: the start after a failed sync: the power cut at each moment from there on leaves a sound file, with all that was promised.
// What the failed sync left is in the system's cache alone; the next sync succeeds over the hole, and so would a checkpoint.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChance } from '../chaos/seeded.ts'
import { temporaryDirectory } from '../e2e/service-process.ts'
import { createDiskImage, type Leftovers } from './disk-image.ts'
import { type Entry, type WatchedDisk, watchDisk, whyUnwatched } from './watched-disk.ts'

const LEFTOVERS: readonly Leftovers[] = ['none', 'some', 'all']
/** In memory: a copy needs no sync of its own. */
const COPIES = '/dev/shm/countersign-cut-'
const STORE = 'countersign.db'

/** Every third row is promised at once, and those before it with it (write-rows.ts). */
const PROMISED = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const PROMISED_LATER = [21]

const hasNo = whyUnwatched()
if (hasNo) console.warn(`Skipped: ${hasNo}`)

/** @returns what is wrong with the files that a power cut left; empty: nothing */
function faultsOf(files: ReadonlyMap<string, Buffer>, promised: readonly number[]): string[] {
  const directory = mkdtempSync(COPIES)
  try {
    for (const [name, content] of files) writeFileSync(join(directory, name), content)
    const db = new Sqlite(join(directory, STORE))
    const found = db.pragma('integrity_check', { simple: true })
    const rows = new Set(db.prepare('SELECT number FROM told').pluck().all())
    db.close()
    const lost = promised.filter((number) => !rows.has(number)).map((one) => `row ${one} is lost`)
    return found === 'ok' ? lost : [String(found), ...lost]
  } catch (error) {
    return [String(error)]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** At each change of a file from `from` on, and at the end. */
function cutEverywhere(entries: readonly Entry[], from: number, seed: number): string[] {
  const image = createDiskImage(createChance(seed))
  const faults: string[] = []
  for (const [index, entry] of entries.entries()) {
    image.add(entry, index)
    const isLast = index === entries.length - 1
    const isChange = entry.file !== '' && entry.kind !== 'sync-begun'
    if (index < from || !(isChange || isLast)) continue
    for (const leftovers of LEFTOVERS)
      for (const fault of faultsOf(
        image.cut(leftovers),
        isLast ? [...PROMISED, ...PROMISED_LATER] : PROMISED,
      ))
        faults.push(`${entry.kind} ${entry.file} at ${entry.at}, ${leftovers}: ${fault}`)
  }
  return faults
}

describe.skipIf(hasNo)('C75: killed at a sync that failed', () => {
  const directory = temporaryDirectory()
  let disk: WatchedDisk
  let entries: Entry[] = []
  let from = 0

  const write = (first: number, count: number, end?: string) =>
    spawnSync(
      process.execPath,
      [
        join(import.meta.dirname, 'write-rows.ts'),
        ...[join(directory.path, STORE), `${first}`, `${count}`, ...(end ? [end] : [])],
      ],
      { env: { ...process.env, ...disk.env }, encoding: 'utf8' },
    ).stdout

  beforeAll(() => {
    disk = watchDisk()
    expect(write(1, 6)).toBe('1\n2\n3\n4\n5\n6\n')
    const signal = disk.killAtFailure(`${STORE}-wal`)
    expect(write(7, 6, signal), 'killed at the sync of its last row').toBe('7\n8\n9\n10\n11\n')
    from = disk.entries().length
    expect(write(21, 1, 'close'), 'the next start').toBe('21\n')
    entries = disk.entries()
  })
  afterAll(() => {
    disk.remove()
    directory.remove()
  })

  it('C75: the log is on the disk before it is used', () => {
    const first = entries.slice(from, from + 3).map(({ kind, file }) => `${kind} ${file}`)
    expect(first).toEqual(
      ['written', 'sync-begun', 'sync-ended'].map((kind) => `${kind} ${STORE}-wal`),
    )
  })

  it('C75: the log was moved into the file after it', () => {
    const isMoved = ({ file, kind }: Entry) => file === STORE && kind === 'written'
    expect(entries.slice(from).filter(isMoved).length).toBeGreaterThan(10)
  })

  it.each([1, 2, 3])('C75: the power cut at each moment of the next start (%i)', (seed) => {
    expect(cutEverywhere(entries, from, seed)).toEqual([])
  })
})
