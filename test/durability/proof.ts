// The two questions to the log of a run: did anything leave before the sync that covers it, and what would a power cut have left?
// It must not know which run: the tests do.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { MIGRATIONS_FOLDER } from '../../src/paths.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import type { Chance } from '../chaos/seeded.ts'
import { createDiskImage } from './disk-image.ts'
import { createDurableView } from './durable-view.ts'
import { createStoredFacts, revealedBy } from './facts.ts'
import type { Entry } from './watched-disk.ts'

/** Of what is missing, in a failure. */
const SHOWN = 10
const LOG = 'countersign.db-wal'
/** In memory: a copy needs no sync of its own. */
const COPIES = '/dev/shm/countersign-cut-'

const revealedIn = ({ kind, data }: Entry) =>
  kind === 'sent' ? revealedBy(data.toString('utf8')) : []

/** @returns all facts that were durable in the end, and how many were revealed on the way */
export function expectNothingEarly(entries: readonly Entry[], chance: Chance, directory: string) {
  const image = createDiskImage(chance.fork('image'))
  const view = createDurableView(directory)
  const durable = new Set<string>()
  const early: string[] = []
  let revealed = 0
  for (const [index, entry] of entries.entries()) {
    image.add(entry, index)
    if (entry.file === LOG && entry.kind === 'sync-ended')
      for (const fact of view.follow(image.durable(LOG), image.durable('countersign.db')))
        durable.add(fact)
    for (const fact of revealedIn(entry)) {
      revealed += 1
      if (!durable.has(fact)) early.push(`entry ${index}: ${fact}`)
    }
  }
  view.close()
  expect(early.slice(0, SHOWN), 'revealed before it was durable').toEqual([])
  return { durable, revealed }
}

/** The store that a power cut left, opened as a start opens it. */
async function expectKept(dataDir: string, told: ReadonlySet<string>): Promise<void> {
  const path = join(dataDir, 'countersign.db')
  const client = await openDatabase({ path, migrationsFolder: MIGRATIONS_FOLDER })
  try {
    expect(client.pragma('quick_check', { simple: true })).toBe('ok')
    const kept = new Set(createStoredFacts(client)().facts)
    const missing = [...told].filter((fact) => !kept.has(fact))
    expect(missing.slice(0, SHOWN), 'revealed, and lost by the power cut').toEqual([])
    const usable = client.prepare(
      `SELECT v.id FROM codes c JOIN verifications v ON v.seq = c.verification_seq WHERE v.status <> 'pending'`,
    )
    expect(usable.all(), 'codes of what has ended').toEqual([])
  } finally {
    client.close()
  }
}

type Cuts = {
  /** How many, at random entries of the log from `from` on. */
  count: number
  from: number
  /** What else must hold of each store, and of what was revealed before the cut. */
  also?: (dataDir: string, told: ReadonlySet<string>, done: number) => Promise<void>
}

export async function expectCutsLoseNothing(
  entries: readonly Entry[],
  chance: Chance,
  { count, from, also }: Cuts,
): Promise<void> {
  const image = createDiskImage(chance.fork('image'))
  const draw = chance.fork('cuts')
  const told = new Set<string>()
  const moments = new Set<number>()
  while (moments.size < count) moments.add(draw.between(from, entries.length - 1))
  let done = 0
  for (const [index, entry] of entries.entries()) {
    image.add(entry, index)
    for (const fact of revealedIn(entry)) told.add(fact)
    if (!moments.has(index)) continue
    const dataDir = mkdtempSync(COPIES)
    for (const [name, content] of image.cut(draw.pick(['all', 'none', 'some', 'some'])))
      writeFileSync(join(dataDir, name), content, { mode: 0o600 })
    await expectKept(dataDir, told)
    done += 1
    await also?.(dataDir, told, done)
    rmSync(dataDir, { recursive: true })
  }
  expect(done).toBe(count)
}

/** The place of the first thing that was revealed. */
export function firstRevealed(entries: readonly Entry[], after = 0): number {
  const place = entries.findIndex((entry, index) => index >= after && revealedIn(entry).length > 0)
  expect(place, 'something was revealed').toBeGreaterThanOrEqual(0)
  return place
}
