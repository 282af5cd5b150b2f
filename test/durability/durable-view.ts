// When each fact of the store became durable: reads the write-ahead log as SQLite's recovery would, up to what syncs cover.
// It must not use the service's code, nor take a frame whose checksum is wrong (sqlite.org/fileformat2.html, section 4).

import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { createStoredFacts } from './facts.ts'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const PAGE_BYTES = 4096
const LITTLE_ENDIAN_MAGIC = 0x377f0682

type Sums = readonly [number, number]

function addSums([first, second]: Sums, data: Buffer): Sums {
  let [one, two] = [first, second]
  for (let at = 0; at < data.length; at += 8) {
    one = (one + data.readUInt32LE(at) + two) >>> 0
    two = (two + data.readUInt32LE(at + 4) + one) >>> 0
  }
  return [one, two]
}

const sumsAt = (log: Buffer, at: number): Sums => [log.readUInt32BE(at), log.readUInt32BE(at + 4)]

type NewCommits = { commits: Map<number, Buffer>[]; isAnew: boolean }

/** Commits of the log that were not given before; it may begin anew in between. */
function createCommitReader() {
  let salt = ''
  let next = HEADER_BYTES
  let sums: Sums = [0, 0]
  return (log: Buffer): NewCommits => {
    const commits: Map<number, Buffer>[] = []
    const hasHeader = log.length >= HEADER_BYTES && log.readUInt32BE(0) === LITTLE_ENDIAN_MAGIC
    if (!hasHeader) return { commits, isAnew: false }
    const salts = log.toString('hex', 16, 24)
    const isAnew = salts !== salt
    if (isAnew) {
      salt = salts
      next = HEADER_BYTES
      sums = sumsAt(log, 24)
    }
    let [at, summed] = [next, sums]
    let pages = new Map<number, Buffer>()
    while (at + FRAME_HEADER_BYTES + PAGE_BYTES <= log.length) {
      const data = at + FRAME_HEADER_BYTES
      const page = log.subarray(data, data + PAGE_BYTES)
      summed = addSums(addSums(summed, log.subarray(at, at + 8)), page)
      const given = sumsAt(log, at + 16)
      const isWhole = given[0] === summed[0] && given[1] === summed[1]
      if (log.toString('hex', at + 8, at + 16) !== salt || !isWhole) break
      pages.set(log.readUInt32BE(at), page)
      at = data + PAGE_BYTES
      if (log.readUInt32BE(data - FRAME_HEADER_BYTES + 4) === 0) continue
      commits.push(pages)
      pages = new Map()
      next = at
      sums = summed
    }
    return { commits, isAnew }
  }
}

/** A copy of the database that follows the commits, in a file that SQLite reads without a log. */
export function createDurableView(directory: string) {
  const path = join(directory, 'durable.db')
  const file = openSync(path, 'w+')
  const readCommits = createCommitReader()
  let db: Database | undefined
  let readFacts: ReturnType<typeof createStoredFacts> | undefined
  let lastEvent = 0
  let changes = 0

  const write = (data: Buffer, at: number) => {
    const copy = Buffer.from(data)
    // Page 1 says that there is a log.
    if (at === 0) copy.fill(1, 18, 20)
    writeSync(file, copy, 0, copy.length, at)
  }
  /** A reader keeps its pages for as long as this counter stays. */
  const announce = () => {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(++changes)
    writeSync(file, counter, 0, 4, 24)
  }
  return {
    /** @returns the facts that this state of the log adds; `main` has all of those before, once it begins anew */
    follow(log: Buffer, main: Buffer): string[] {
      const { commits, isAnew } = readCommits(log)
      if (isAnew) write(main, 0)
      if (commits.length === 0 && !isAnew) return []
      for (const pages of commits)
        for (const [number, page] of pages) write(page, (number - 1) * PAGE_BYTES)
      announce()
      db ??= new Sqlite(path, { readonly: true })
      if (!readFacts) {
        const hasTables = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get()
        if (!hasTables) return []
        readFacts = createStoredFacts(db)
      }
      const { facts, lastEvent: newest } = readFacts(lastEvent)
      lastEvent = newest
      return facts
    },
    close() {
      db?.close()
      closeSync(file)
    },
  }
}
