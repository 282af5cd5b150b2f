// The domain's Limiter on SQLite: rate-limiter-flexible counts, one transaction makes it all or nothing.
// It must not admit anything when the file cannot be written (I11: no store, no admission).

import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { RateLimiterSQLite } from 'rate-limiter-flexible'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { createKeyedLock } from '../kernel/keyed-lock.ts'
import { endByLoss, isFailedSync, SYNC_FAILED } from '../kernel/lost-file.ts'
import type { LimitKey } from '../verification/limit-ports.ts'
import type { Limit } from '../verification/policy.ts'
import {
  type Counted,
  consume,
  counterName,
  giveBack,
  type LimitStore,
  PURGE_EVERY_MS,
  PURGE_GRACE_MS,
  purgeRegularly,
  readCounter,
  rememberCounters,
  toAdmission,
} from './counting.ts'
import { LIMITS_TABLE, type LimitsDatabase, openLimitsDatabase } from './limits-database.ts'

/** From joining the queue; then the caller answers 503. */
const DEADLINE_MS = 2_000
/** At 0.2 ms each the last one waits 0.2 s; a longer queue means a store that does not keep up. */
const MAX_WAITING = 1_000
/** A neighbour's transaction lasts well under a millisecond. */
const BUSY_RETRY_MS = 5
/**
 * An admission is some 0.2 ms of synchronous work joined by microtasks alone: after this many in a
 * row the event loop gets a turn, or a burst would delay every socket until its end.
 */
const RUNS_PER_TURN = 20

export type SqliteLimiterOptions = {
  /** limits.db; its directory must exist. */
  path: string
  /** Mean wait before the lock is tried again; jitter of half is added or taken. */
  busyRetryMs?: number
  deadlineMs?: number
  maxWaiting?: number
  /** `checkpointRegularly` runs in another thread. */
  isCheckpointed?: boolean
  /** The library reads Date.now() itself; purging must go by the same clock. */
  wallMs?: () => number
}

export type SqliteLimiter = LimitStore & { purge(): Promise<number> }

type Connection = { database: LimitsDatabase; counterFor: (limit: Limit) => RateLimiterSQLite }

function createConnection(path: string, isCheckpointed: boolean): Connection {
  const database = openLimitsDatabase(path, isCheckpointed)
  const counterFor = rememberCounters(
    (limit) =>
      new RateLimiterSQLite({
        storeClient: database.client,
        storeType: 'better-sqlite3',
        tableName: LIMITS_TABLE,
        tableCreated: true,
        keyPrefix: '',
        points: limit.max,
        duration: limit.windowSeconds,
        clearExpiredByTimeout: false,
      }),
  )
  return { database, counterFor }
}

/** Every key is consumed, then all is rolled back where one refused. */
function consumeAll<Name extends string>(
  { database, counterFor }: Connection,
  keys: readonly LimitKey<Name>[],
) {
  return database.transact(async () => {
    const counted: Counted<Name>[] = []
    for (const key of keys) counted.push(await consume(counterFor(key.limit), key))
    const value = toAdmission(counted)
    return { isKept: value.kind === 'admitted', value } // mutant: I8.limit-rollback
  })
}

function deleteAll({ database, counterFor }: Connection, keys: readonly LimitKey<string>[]) {
  return database.transact(async () => {
    for (const key of keys) await counterFor(key.limit).delete(counterName(key)) // mutant: C73.lifted-counter-removed
    return { isKept: true, value: undefined }
  })
}

function takeBack(
  { database }: Connection,
  counters: readonly string[],
  msLeft: readonly number[],
) {
  return database.transact(async () => {
    for (const [i, counter] of counters.entries())
      database.takeBack(counter, Date.now() + (msLeft[i] ?? 0)) // mutant: I8.count-given-back
    return { isKept: true, value: undefined }
  })
}

const codeOf = (error: unknown) => (error instanceof Database.SqliteError ? error.code : '')

/** Repeats `work` while somebody else holds the file's lock, asynchronously, until the deadline. */
async function retryWhileBusy<T>(
  work: () => T | Promise<T>,
  deadline: number,
  meanPauseMs: number,
): Promise<T> {
  for (;;) {
    if (performance.now() >= deadline)
      throw new StoreUnavailableError('the limit store did not answer in time')
    try {
      return await work()
    } catch (error) {
      // SQLITE_BUSY, _RECOVERY, _SNAPSHOT, _TIMEOUT.
      if (!codeOf(error).startsWith('SQLITE_BUSY')) throw error
      const pause = meanPauseMs * (0.5 + Math.random())
      if (performance.now() + pause >= deadline)
        throw new StoreUnavailableError('the limit store is locked', { cause: error })
      await wait(pause)
    }
  }
}

/** The connection, opened again by the next admission after a fault. */
function createConnectionHolder(path: string, isCheckpointed: boolean) {
  let connection: Connection | undefined
  const drop = () => {
    connection?.database.close()
    connection = undefined
  }
  return {
    drop,
    get(): Connection {
      if (connection && !connection.database.inPlace()) {
        // Somebody deleted or replaced the file: nobody would read what the old one counts.
        drop()
        throw new StoreUnavailableError('the file of the limit store was removed')
      }
      connection ??= createConnection(path, isCheckpointed)
      return connection
    },
  }
}

/** Admissions one after another, as a bounded queue; an error of SQLite becomes StoreUnavailableError. */
function createQueue({
  path,
  busyRetryMs = BUSY_RETRY_MS,
  deadlineMs = DEADLINE_MS,
  maxWaiting = MAX_WAITING,
  isCheckpointed = false,
}: SqliteLimiterOptions) {
  const holder = createConnectionHolder(path, isCheckpointed)
  const lock = createKeyedLock()
  let joined = 0
  let runs = 0
  let closed = false

  const perform = async <T>(work: (connection: Connection) => T | Promise<T>, deadline: number) => {
    runs += 1
    if (runs % RUNS_PER_TURN === 0) await nextTurn()
    try {
      return await retryWhileBusy(() => work(holder.get()), deadline, busyRetryMs)
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error
      if (isFailedSync(error)) return endByLoss(path, SYNC_FAILED, error)
      // A full disk needs no new connection; after anything else the old one is not to be trusted.
      if (codeOf(error) !== 'SQLITE_FULL') holder.drop()
      throw new StoreUnavailableError('the limit store failed', { cause: error })
    }
  }
  return {
    /** The deadline counts from now. @throws StoreUnavailableError */
    async run<T>(work: (connection: Connection) => T | Promise<T>): Promise<T> {
      if (closed) throw new StoreUnavailableError('the limit store is closed')
      if (joined > maxWaiting)
        throw new StoreUnavailableError('too many callers wait for the limit store')
      joined += 1
      const deadline = performance.now() + deadlineMs
      try {
        return await lock.run([path], () => perform(work, deadline))
      } finally {
        joined -= 1
      }
    },
    async close() {
      closed = true
      await lock.run([path], async () => holder.drop())
    },
  }
}

/** @throws StoreUnavailableError where the file cannot be opened or written */
export async function openSqliteLimiter(options: SqliteLimiterOptions): Promise<SqliteLimiter> {
  const { wallMs = Date.now } = options
  const queue = createQueue(options)
  await queue.run(() => undefined)
  const { purge, stop } = purgeRegularly(
    (limit) => queue.run(({ database }) => database.purge(wallMs() - PURGE_GRACE_MS, limit)),
    PURGE_EVERY_MS,
  )
  return {
    async admit(keys) {
      if (keys.length === 0) return { kind: 'admitted', budgets: [], counts: [] }
      return queue.run((connection) => consumeAll(connection, keys)) // mutant: I11.fail-closed
    },
    giveBack: (counts) =>
      giveBack(counts, (counters, msLeft) =>
        queue.run((connection) => takeBack(connection, counters, msLeft)),
      ),
    async read(keys) {
      if (keys.length === 0) return []
      return queue.run(({ counterFor }) =>
        Promise.all(keys.map((key) => readCounter(counterFor(key.limit), key))),
      )
    },
    lift: (keys) => queue.run((connection) => deleteAll(connection, keys)),
    purge,
    close() {
      stop()
      return queue.close()
    },
  }
}
