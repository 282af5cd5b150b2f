// Group commit: writes that wait in one tick are one transaction, each in a savepoint of its own.
// It must not wait synchronously, and must not let one failing job take the others along.

import { realpathSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { endByLoss, fileIdentity, isFailedSync, SYNC_FAILED } from '../../kernel/lost-file.ts'
import { createWriteAheadLog, type WriteAheadLog } from '../../kernel/write-ahead-log.ts'
import { isBroken, isBusy, unavailable } from './sqlite-errors.ts'

/** Past this a caller gets its 503: longer waits pile up requests. */
const BUSY_DEADLINE_MS = 2_000
/** Between tries behind another process's lock; a commit takes about a millisecond. */
const BUSY_RETRY_MS = 8
/** One transaction must not hold the write lock, or the event loop, for long (0.1 ms a job). */
const MAX_BATCH = 200
/** Memory is bounded while the disk stands still. */
const MAX_QUEUED = 4_000

export type Writer = {
  /**
   * Runs `job` in the next transaction; resolves after COMMIT. What `job` throws rejects this write
   * only. `job` is synchronous and may run more than once (after a busy transaction was rolled back).
   * `mayRepeat`: nobody was promised anything by it, and after a power cut it is simply done again;
   * it survives a kill, and a power cut once any other write was committed after it.
   * @throws StoreUnavailableError where the file is locked for 2 s, full, read-only or broken
   */
  write<T>(job: () => T, options?: { mayRepeat?: boolean }): Promise<T>
  /** Runs `job` now, outside a transaction, with the same retries. @throws StoreUnavailableError */
  read<T>(job: () => T): Promise<T>
  /**
   * Moves the write-ahead log into the file and cuts it to nothing: a quiet service would keep old
   * pages there for days. Left for the next time while another connection reads or writes.
   */
  emptyLog(): Promise<void>
  /** Runs what is queued; nothing may be added afterwards. */
  drain(): Promise<void>
}

type Waiting = {
  job: () => unknown
  mayRepeat: boolean
  joinedAt: number
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}
type Result = { waiting: Waiting; error?: unknown; value?: unknown }

export type WriterOptions = {
  /** Milliseconds of a monotonic clock. */
  monotonicMs?: () => number
  busyDeadlineMs?: number
  maxQueued?: number
  maxBatch?: number
}

const withJitter = (ms: number) => ms * (0.5 + Math.random())

/**
 * A commit without a sync where the whole batch may be repeated: under `synchronous = NORMAL` the
 * write-ahead log is written and not synced, and the next FULL commit syncs all that stands before it.
 */
function createSyncSwitch(client: Database): (isNeeded: boolean) => void {
  const full = 2
  const isFull = client.pragma('synchronous', { simple: true }) === full
  if (!isFull) return () => {}
  let isOn = true
  return (isNeeded) => {
    if (isNeeded === isOn) return
    // Before BEGIN: inside a transaction it could not be changed.
    client.pragma(`synchronous = ${isNeeded ? 'FULL' : 'NORMAL'}`)
    isOn = isNeeded
  }
}

/** One transaction over the batch. @throws what ends the whole transaction; it is rolled back then */
function createBatchRunner(client: Database) {
  const begin = client.prepare('BEGIN IMMEDIATE')
  const commit = client.prepare('COMMIT')
  const rollback = client.prepare('ROLLBACK')
  const savepoint = client.prepare('SAVEPOINT job')
  const release = client.prepare('RELEASE job')
  const undo = client.prepare('ROLLBACK TO job')
  const runOne = (waiting: Waiting): Result => {
    savepoint.run()
    try {
      const value = waiting.job()
      release.run()
      return { waiting, value }
    } catch (error) {
      // The engine itself rolls back everything on some errors (a full disk): then all have failed.
      if (isBroken(error) || isBusy(error) || !client.inTransaction) throw error
      undo.run() // mutant: I5.step-rollback
      release.run()
      return { waiting, error }
    }
  }
  const switchSync = createSyncSwitch(client)
  return (batch: readonly Waiting[]): Result[] => {
    switchSync(batch.some(({ mayRepeat }) => !mayRepeat)) // mutant: I5.mixed-batch-synced
    begin.run()
    try {
      const results = batch.map(runOne)
      commit.run() // mutant: I5.answer-after-commit
      return results
    } catch (error) {
      if (client.inTransaction) rollback.run()
      throw error
    }
  }
}

function settle(results: readonly Result[]): void {
  for (const { waiting, error, value } of results)
    if (error === undefined) waiting.resolve(value)
    else waiting.reject(error)
}

function createRead(monotonicMs: () => number, busyDeadlineMs: number): Writer['read'] {
  return async (job) => {
    const end = monotonicMs() + busyDeadlineMs
    for (;;) {
      try {
        return job()
      } catch (error) {
        if (isBroken(error)) throw unavailable('the database cannot be read', error)
        if (!isBusy(error)) throw error
        if (monotonicMs() >= end) throw unavailable('the database is locked', error)
      }
      await new Promise((resolve) => setTimeout(resolve, withJitter(BUSY_RETRY_MS)))
    }
  }
}

function createEmptyLog(path: string, log: WriteAheadLog): Writer['emptyLog'] {
  return async () => {
    try {
      log.empty()
    } catch (error) {
      if (isFailedSync(error)) return endByLoss(path, SYNC_FAILED, error)
      if (!isBusy(error)) throw unavailable('the database cannot be written', error)
    }
  }
}

/** SQLite keeps writing to a file that was removed or replaced. */
function createPlaceCheck({ name, memory }: Database): () => boolean {
  if (memory) return () => true
  // The log lies beside the file itself, not beside a link to it.
  const files = [name, `${realpathSync(name)}-wal`]
  const identities = () => files.map(fileIdentity).join()
  const opened = identities()
  return () => identities() === opened
}

export function createWriter(client: Database, options: WriterOptions = {}): Writer {
  const monotonicMs = options.monotonicMs ?? (() => performance.now())
  const busyDeadlineMs = options.busyDeadlineMs ?? BUSY_DEADLINE_MS
  const maxQueued = options.maxQueued ?? MAX_QUEUED
  const maxBatch = options.maxBatch ?? MAX_BATCH
  const runBatch = createBatchRunner(client)
  const log = createWriteAheadLog(client)
  const isInPlace = createPlaceCheck(client)
  let queue: Waiting[] = []
  let isScheduled = false
  const idle: (() => void)[] = []

  const schedule = (delayMs: number) => {
    isScheduled = true
    if (delayMs > 0) setTimeout(flush, delayMs)
    else setImmediate(flush)
  }

  const giveUpOnLate = (cause: unknown) => {
    const oldest = monotonicMs() - busyDeadlineMs
    const late = queue.filter((waiting) => waiting.joinedAt <= oldest)
    queue = queue.filter((waiting) => waiting.joinedAt > oldest)
    for (const waiting of late) waiting.reject(unavailable('the database is locked', cause))
  }

  function flush(): void {
    isScheduled = false
    const batch = queue.slice(0, maxBatch)
    let delayMs = 0
    try {
      const results = runBatch(batch)
      if (!isInPlace()) return void endByLoss(client.name, 'the file was removed or replaced') // mutant: I5.file-in-place
      queue = queue.slice(batch.length)
      settle(results)
      log.keepShort()
    } catch (error) {
      if (isFailedSync(error)) return void endByLoss(client.name, SYNC_FAILED, error) // mutant: I5.failed-sync-ends
      if (isBusy(error)) {
        giveUpOnLate(error)
        delayMs = withJitter(BUSY_RETRY_MS)
      } else {
        queue = queue.slice(batch.length)
        for (const waiting of batch)
          waiting.reject(unavailable('the database cannot be written', error)) // mutant: I11.failed-commit-rejects
      }
    }
    if (queue.length > 0) schedule(delayMs)
    else for (const done of idle.splice(0)) done()
  }

  return {
    write: <T>(job: () => T, { mayRepeat = false } = {}) =>
      new Promise<T>((resolve, reject) => {
        if (queue.length >= maxQueued) return reject(unavailable('too many writes wait'))
        queue.push({
          job,
          mayRepeat,
          joinedAt: monotonicMs(),
          resolve: resolve as (value: unknown) => void,
          reject,
        })
        if (!isScheduled) schedule(0)
      }),
    read: createRead(monotonicMs, busyDeadlineMs),
    emptyLog: createEmptyLog(client.name, log),
    drain: () =>
      queue.length === 0 && !isScheduled
        ? Promise.resolve()
        : new Promise((resolve) => idle.push(resolve)),
  }
}
