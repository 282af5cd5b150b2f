// The rules as the log grows, on one node at a time: what they have counted, what they stop, and the place in the log, in one commit.
// It must not hold up a start or a check, nor count an event twice, whoever dies when.

import type { AuditStore } from '../audit/ports.ts'
import { createSettled } from '../events/settled.ts'
import type { Clock } from '../kernel/clock.ts'
import { drawToken } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { createLoop } from '../kernel/loop.ts'
import { createLevels } from './book-of-levels.ts'
import type { Fact, FactDeps } from './facts.ts'
import type { ModeOf, Stop } from './judge.ts'
import { keepLevel, openLevel } from './kept-levels.ts'
import type { LevelKey, ShieldStore, StoredLevel, WatchedEvent } from './log-ports.ts'
import { createPass } from './pass.ts'
import { createPending } from './pending.ts'

/** Some 5 ms of the event loop on SQLite. */
const BATCH = 500
const READ_EVERY_MS = 2_000
/** Between two batches of a long log: flows come first. */
const PAUSE_MS = 25
const LEASE_MS = 30_000
/**
 * Most levels are of a person whose approval drains them within a minute: those are never written. What a crash loses is read
 * again. A stop is written at once.
 */
const COMMIT_EVERY_MS = 30_000
const COMMIT_EVERY_EVENTS = 5_000
const SWEEP_EVERY_MS = 3_600_000
const PURGE_BATCH = 200
const LOAD_BATCH = 1_000

/** A stop that begins, and the start that it began with. */
export type Begun = { stop: Stop; fact: Fact }

export type WatcherDeps = FactDeps & {
  keyring: Pick<Keyring, 'seal'>
  store: ShieldStore
  reader: Pick<AuditStore, 'claim' | 'release'>
  /** False where numbers are given in the order of commits. */
  hasGaps: boolean
  modeOf: ModeOf
  /** How long stops are kept. */
  keptMs: number
  /** Before the commit, and again where that one fails: it must be fit for that. */
  onBegun(begun: readonly Begun[]): Promise<void>
  clock: Clock
  logger: Pick<Logger, 'warn'>
  monotonicMs?: () => number
  commitEveryMs?: number
  batch?: number
}

type Place = { committed: number; read: number; since: number; events: number }

function createCounting(deps: WatcherDeps) {
  const levels = createLevels()
  const pending = createPending(deps.modeOf)
  let begun: Begun[] = []
  const pass = createPass({
    ...{ ...deps, log: deps.store, levels },
    sink: {
      ...pending.sink,
      begin(stops, fact) {
        pending.sink.begin(stops, fact)
        begun.push(...stops.map((stop) => ({ stop, fact })))
      },
    },
  })
  return {
    take: pass.take,
    begun: () => begun,
    /** As the last commit left it. */
    async load() {
      levels.clear()
      pending.clear()
      begun = []
      for (let after: LevelKey | null = null; ; ) {
        const rows: StoredLevel[] = await deps.store.levels(after, LOAD_BATCH)
        for (const { level, ...key } of rows) {
          levels.load(key, openLevel(deps.keyring, key, level))
          pass.remember(level.until)
        }
        after = rows.at(-1) ?? null
        if (rows.length < LOAD_BATCH) return
      }
    },
    sweep: () => levels.sweep(deps.clock.now()),
    changes() {
      const changed = levels.take()
      const gone: LevelKey[] = []
      const kept: StoredLevel[] = []
      for (const [key, level] of changed)
        if (level) kept.push({ ...key, level: keepLevel(deps.keyring, key, level) })
        else gone.push(key)
      return { levels: kept, gone, stops: pending.rows() }
    },
    committed() {
      pending.clear()
      begun = []
    },
  }
}

/** @returns how long there is nothing to do */
function createRound(deps: WatcherDeps, holder: string) {
  const { store, reader, clock, monotonicMs = () => performance.now() } = deps
  const { batch = BATCH, commitEveryMs = COMMIT_EVERY_MS } = deps
  const counting = createCounting(deps)
  const settled = createSettled<WatchedEvent>({
    ...{ after: store.after, hasGaps: deps.hasGaps, now: clock.now, monotonicMs },
  })
  /** Undefined: what is in memory is not what a commit may follow. */
  let place: Place | undefined

  const commit = async (at: Place) => {
    // Whatever fails from here on: the store alone knows how far it came.
    place = undefined
    await deps.onBegun(counting.begun())
    const { committed: from, read: to } = at
    if (!(await store.commit({ holder, from, to, ...counting.changes() }))) return
    counting.committed()
    place = { committed: to, read: to, since: monotonicMs(), events: 0 }
  }
  const take = async (at: Place, events: readonly WatchedEvent[]) => {
    place = undefined
    await counting.take(events)
    place = at
    at.read = events.at(-1)?.sequence ?? at.read
    at.events += events.length
  }
  let sweptAt = Number.NEGATIVE_INFINITY
  /** What is past its time, little by little. */
  const sweep = async () => {
    if (monotonicMs() - sweptAt < SWEEP_EVERY_MS) return
    counting.sweep()
    const before = clock.now() - deps.keptMs
    if ((await store.purge({ before, limit: PURGE_BATCH })) === 0) sweptAt = monotonicMs()
  }
  const isDue = (at: Place) =>
    at.read !== at.committed &&
    (counting.begun().length > 0 ||
      at.events >= COMMIT_EVERY_EVENTS ||
      monotonicMs() - at.since >= commitEveryMs)

  return {
    async run(): Promise<number> {
      const asked = { name: 'shield', holder, now: clock.now(), leaseMs: LEASE_MS } as const
      const sequence = await reader.claim(asked)
      if (sequence === undefined) {
        place = undefined
        return READ_EVERY_MS
      }
      if (place?.committed !== sequence) {
        await counting.load()
        place = { committed: sequence, read: sequence, since: monotonicMs(), events: 0 }
      }
      const at = place
      const events = await settled.read(at.read, batch)
      await take(at, events)
      if (isDue(at)) await commit(at)
      if (events.length === batch) return PAUSE_MS
      // At the end of the log alone: what has drained by now may not have at a place behind.
      await sweep()
      return READ_EVERY_MS
    },
    /** What was counted since the last commit. */
    async end() {
      if (place && place.read !== place.committed) await commit(place)
    },
  }
}

export function createWatcher(deps: WatcherDeps) {
  const holder = drawToken()
  const round = createRound(deps, holder)
  const loop = createLoop({
    round: round.run,
    onFailure(error, failures) {
      if (failures === 1)
        deps.logger.warn({ err: error }, 'the shield does not read the log; it will try again')
      return READ_EVERY_MS
    },
  })
  return {
    start: loop.start,
    /** One round now, for a test or a command. @throws StoreUnavailableError */
    round: round.run,
    async stop(withinMs?: number) {
      await loop.stop(withinMs)
      await round.end().catch(() => {})
      await deps.reader.release({ name: 'shield', holder }).catch(() => {})
    },
  }
}
export type Watcher = ReturnType<typeof createWatcher>
