// C84: the rules as the log grows, on both engines: each event counts once, whoever reads it and whoever dies; in the end the
// stops are those of the what-if.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createWhatIf } from '../../src/admin/shield.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { networkKey } from '../../src/limits/client-address.ts'
import { openLevel } from '../../src/shield/kept-levels.ts'
import type { ShieldStore, StopRow } from '../../src/shield/log-ports.ts'
import { type Begun, createWatcher, type WatcherDeps } from '../../src/shield/watcher.ts'
import type { Store } from '../../src/storage/store.ts'
import { COMPILE_CACHE } from '../e2e/service-process.ts'
import { openStore as openPostgres } from '../storage/postgres/fixture.ts'
import { makeDirectory, openStore as openSqlite } from '../storage/sqlite/fixture.ts'
import { BEGIN, COUNTED, makeMonth } from './month.ts'
import { keyring, writeToPostgres, writeToSqlite } from './write-month.ts'

const MONTH = makeMonth({ people: 20, seed: 5 })
const NOW = BEGIN + 40 * DAY_MS
const EVERYTHING = { service: null, since: 0, limit: 10_000 }
const LOGGER = { warn() {} }
const ANOTHER = createKeyring([Buffer.alloc(32, 9)])

async function purgeHalf(store: Store) {
  const all = await store.shield.stops(EVERYTHING)
  expect(await store.shield.stops({ ...EVERYTHING, service: 'another' })).toEqual([])
  const before = all[Math.floor(all.length / 2)]?.since ?? 0
  while ((await store.shield.purge({ before, limit: 3 })) > 0);
  const left = await store.shield.stops(EVERYTHING)
  expect(left).toEqual(all.filter(({ since }) => since >= before))
  expect(left.length).toBeLessThan(all.length)
}

const SCRIPT = join(import.meta.dirname, 'watch-forever.ts')
/** After so many steps, so many milliseconds later: within a read, a transaction, a commit, or between two steps. */
const KILLS = [
  // Within the month's attack.
  [11, 0],
  [2, 1],
  [2, 4],
] as const

/** A process of its own that reads the log, killed there. */
async function watchUntilKilled(where: string, now: number, [steps, ms]: (typeof KILLS)[number]) {
  const child = spawn(process.execPath, [SCRIPT, where, String(now)], {
    env: { PATH: process.env.PATH, ...COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  for (let done = 0; done < steps; ) {
    const [said] = await once(child.stdout as Readable, 'data')
    done += said.length
  }
  await sleep(ms)
  child.kill('SIGKILL')
  expect((await closed)[1]).toBe('SIGKILL')
}

type Opened = { store: Store; where: string; write(): unknown; close(): Promise<void> }

function watch(store: Store, change: Partial<WatcherDeps> = {}) {
  const begun: Begun[] = []
  const clock = { at: NOW, now: () => clock.at }
  const watcher = createWatcher({
    ...{ store: store.shield, reader: store.audit, hasGaps: false, keyring, clock, logger: LOGGER },
    ...{
      networkOf: networkKey,
      modeOf: () => 'record',
      keptMs: 90 * DAY_MS,
      batch: 100,
      commitEveryMs: 0,
    },
    onBegun: async (all) => void begun.push(...all),
    ...change,
  })
  const toEnd = async () => {
    while ((await watcher.round()) < 1_000);
  }
  return { ...watcher, toEnd, begun, clock }
}

/** By rule: as the what-if adds up. */
function sumsOf(rows: readonly StopRow[]) {
  const sums = new Map<
    string,
    { stops: number; starts: number; approved: number; micros: number }
  >()
  for (const { rule, currency, starts, approved, micros } of rows) {
    const sum = sums.get(rule) ?? { stops: 0, starts: 0, approved: 0, micros: 0 }
    sum.stops += currency === '' ? 1 : 0
    sum.starts += starts
    sum.approved += approved
    sum.micros += micros
    sums.set(rule, sum)
  }
  return Object.fromEntries(sums)
}

async function expectedOf(store: Store) {
  const whatIf = createWhatIf({ log: store.shield, keyring, networkOf: networkKey })
  const { rules } = await whatIf({ service: null, since: BEGIN, until: NOW })
  const tripped = rules.filter(({ stops }) => stops > 0)
  expect(tripped.length).toBeGreaterThan(2)
  return Object.fromEntries(
    tripped.map(({ rule, stops, starts, approved, costs }) => [
      rule,
      { stops, starts, approved, micros: costs[0]?.micros ?? 0 },
    ]),
  )
}

function describeWatching(open: () => Promise<Opened>): void {
  let opened: Opened
  const openWritten = async () => {
    opened = await open()
    const { store } = opened
    // A reader that is new begins at the end of the log: here before its first event.
    await watch(store).stop()
    const first = watch(store)
    await first.round()
    await first.stop()
    await opened.write()
    return store
  }
  afterEach(() => opened.close())

  it('finds what the what-if finds, in small steps, begins each stop once, and removes it in its time', async () => {
    const store = await openWritten()
    const one = watch(store)
    await one.toEnd()
    expect(sumsOf(await store.shield.stops(EVERYTHING))).toEqual(await expectedOf(store))
    const names = one.begun.map(({ stop }) => `${stop.rule} ${stop.value} ${stop.since}`)
    expect(new Set(names).size).toBe(names.length)
    expect(names.some((name) => name.startsWith(`sequential ${COUNTED}`))).toBe(true)
    await one.stop()
    await purgeHalf(store)
  })

  it('counts each event once where commits are lost, their answers are, and others go on', async () => {
    const store = await openWritten()
    let commits = 0
    const { commit } = store.shield
    const shaky: ShieldStore = {
      ...store.shield,
      async commit(input) {
        commits += 1
        if (commits % 3 === 1) throw new Error('the store is away')
        const done = await commit(input)
        if (commits % 3 === 2) throw new Error('the answer is lost')
        return done
      },
    }
    const one = watch(store, { store: shaky, batch: 250 })
    const two = watch(store, { batch: 250 })
    for (let rounds = 1; rounds <= 16; rounds += 1) {
      // The lease of each has run out when the other comes, in the middle of its round.
      one.clock.at = NOW + 2 * rounds * DAY_MS
      two.clock.at = one.clock.at + DAY_MS
      // First alone: whoever is slower may not commit at all.
      await Promise.all([one.round().catch(() => {}), rounds > 3 && two.round()])
    }
    two.clock.at += 2 * DAY_MS
    await two.toEnd()
    expect(sumsOf(await store.shield.stops(EVERYTHING))).toEqual(await expectedOf(store))
    expect(commits).toBeGreaterThan(2)
  })

  it('counts each event once where its process is killed at any moment', async () => {
    const store = await openWritten()
    for (const [n, moment] of KILLS.entries())
      await watchUntilKilled(opened.where, NOW + n * DAY_MS, moment)
    const one = watch(store)
    one.clock.at = NOW + KILLS.length * DAY_MS
    await one.toEnd()
    // Some of them began in processes that were killed.
    const stops = await store.shield.stops(EVERYTHING)
    expect(one.begun.length).toBeLessThan(new Set(stops.map(({ since }) => since)).size)
    expect(sumsOf(stops)).toEqual(await expectedOf(store))
    await one.stop()
  })

  it('has no whole number in the store: beside a block, the last digits of its people are sealed', async () => {
    const store = await openWritten()
    const one = watch(store)
    await one.toEnd()
    const levels = await store.shield.levels(null, 10_000)
    const sealed = levels.filter(({ level }) => level.people !== null)
    expect(new Set(sealed.map(({ rule }) => rule))).toEqual(new Set(['prefix', 'sequential']))
    const tails = new Set(MONTH.starts.map(({ to }) => to.slice(-4)))
    for (const row of sealed) {
      const { people } = openLevel(keyring, row, row.level)
      expect(people.length).toBeGreaterThan(0)
      for (const [tail] of people) {
        expect(tails).toContain(tail)
        expect(JSON.stringify(row.level)).not.toContain(`"${tail}"`)
      }
      // Nor does it open as another block's, or under another root key.
      expect(openLevel(keyring, { ...row, value: '1' }, row.level).people).toEqual([])
      expect(openLevel(ANOTHER, row, row.level).people).toEqual([])
    }
    await one.stop()
  })

  it('keeps what was counted until a stop or the time to commit, and writes it at the end', async () => {
    const store = await openWritten()
    const one = watch(store, { commitEveryMs: 3_600_000 })
    await one.round()
    expect(await store.shield.levels(null, 10)).toEqual([])
    await one.stop()
    expect((await store.shield.levels(null, 10)).length).toBeGreaterThan(0)
    const two = watch(store)
    await two.toEnd()
    expect(sumsOf(await store.shield.stops(EVERYTHING))).toEqual(await expectedOf(store))
  })
}

describe('C84: the rules behind the writer, on SQLite', () => {
  describeWatching(async () => {
    const directory = makeDirectory()
    const where = join(directory.path, 'store.db')
    const store = await openSqlite(where)
    return {
      ...{ store, where },
      write: () => writeToSqlite(store.client, MONTH),
      close: () => store.close().finally(directory.remove),
    }
  })
})

describe('C84: the rules behind the writer, on PostgreSQL', () => {
  describeWatching(async () => {
    const store = await openPostgres()
    const { database, close } = store
    const write = () => writeToPostgres(database, MONTH)
    return { store, where: database.url, write, close }
  })
})
