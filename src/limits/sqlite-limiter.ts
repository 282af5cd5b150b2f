// The domain's Limiter on SQLite: rate-limiter-flexible counts, one transaction makes it all or nothing.
// It must not admit anything when the file can't be written (I11).

import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { RateLimiterSQLite } from 'rate-limiter-flexible'
import { StoreUnavailableError } from '../kernel/errors.ts'
import type {
  Admission,
  Limiter,
  LimitKey,
  LimitLifts,
  LimitReads,
} from '../verification/limit-ports.ts'
import type { Limit } from '../verification/policy.ts'
import {
  type Counted,
  consume,
  counterName,
  readCounter,
  rememberCounters,
  toAdmission,
} from './counting.ts'
import { LIMITS_TABLE, type LimitsDatabase, openLimitsDatabase } from './limits-database.ts'
import { createMutex } from './mutex.ts'

/** From joining the mutex; then the caller answers 503. */
const DEADLINE_MS = 2_000
/** At 0.2 ms each the last one waits 0.2 s; more than that is a store that does not keep up. */
const MAX_WAITING = 1_000
/** A neighbour's transaction lasts well under a millisecond. */
const BUSY_RETRY_MS = 5
const PURGE_EVERY_MS = 60_000
/** Some 5 ms of holding the lock. */
const PURGE_BATCH = 500
/** Rows stay so long past their window, as in the library: a wall clock that jumps ahead and back resets little. */
const PURGE_GRACE_MS = 3_600_000

export type SqliteLimiterOptions = {
  /** limits.db; its directory must exist. */
  path: string
  /** Mean wait before the lock is tried again; jitter of half is added or taken. */
  busyRetryMs?: number
  deadlineMs?: number
  maxWaiting?: number
  purgeEveryMs?: number
  /** The library reads Date.now() itself; purging must go by the same clock. */
  wallMs?: () => number
  monotonicMs?: () => number
  random?: () => number
}

export type SqliteLimiter = Limiter &
  LimitReads &
  LimitLifts & {
    /** Removes rows whose window ended over an hour ago, in batches. Runs by itself once a minute. @returns how many */
    purge(): Promise<number>
    /** After the admissions that have joined; later ones throw StoreUnavailableError. */
    close(): Promise<void>
  }

function isSqliteError(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof Database.SqliteError
}

/** SQLITE_BUSY, _RECOVERY, _SNAPSHOT, _TIMEOUT: somebody else holds the lock. */
function isBusy(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith('SQLITE_BUSY')
}

type Connection = { database: LimitsDatabase; counterFor: (limit: Limit) => RateLimiterSQLite }

function createConnection(path: string): Connection {
  const database = openLimitsDatabase(path)
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
async function consumeAll<Name extends string>(
  connection: Connection,
  keys: readonly LimitKey<Name>[],
): Promise<Admission<Name>> {
  const { database, counterFor } = connection
  database.begin()
  try {
    const counted: Counted<Name>[] = []
    for (const key of keys) counted.push(await consume(counterFor(key.limit), key))
    const admission = toAdmission(counted)
    // mutant: I8.limit-rollback
    if (admission.kind === 'refused') database.rollback()
    else database.commit()
    return admission
  } catch (error) {
    database.rollback()
    throw error
  }
}

async function deleteAll(connection: Connection, keys: readonly LimitKey<string>[]) {
  const { database, counterFor } = connection
  database.begin()
  try {
    for (const key of keys) await counterFor(key.limit).delete(counterName(key)) // mutant: C73.lifted-counter-removed
    database.commit()
  } catch (error) {
    database.rollback()
    throw error
  }
}

/** Repeats `work` while the file is locked, asynchronously, until the deadline. */
function createBusyRetry(options: Required<SqliteLimiterOptions>) {
  return async <T>(deadline: number, work: () => T | Promise<T>): Promise<T> => {
    for (;;) {
      if (options.monotonicMs() >= deadline)
        throw new StoreUnavailableError('the limit store did not answer in time')
      try {
        return await work()
      } catch (error) {
        if (!isBusy(error)) throw error
        const pause = options.busyRetryMs * (0.5 + options.random())
        if (options.monotonicMs() + pause >= deadline)
          throw new StoreUnavailableError('the limit store is locked', { cause: error })
        await wait(pause)
      }
    }
  }
}

/** The connection, made anew after a fault: opening is tried again by the next admission. */
function createConnectionHolder(path: string) {
  let connection: Connection | undefined
  const drop = () => {
    connection?.database.close()
    connection = undefined
  }
  return {
    drop,
    get(): Connection {
      if (connection && !connection.database.inPlace()) {
        // Somebody deleted or replaced the file: counting on in the old one would be counting for nobody.
        drop()
        throw new StoreUnavailableError('the file of the limit store was removed')
      }
      connection ??= createConnection(path)
      return connection
    },
  }
}

/** @throws StoreUnavailableError where the file can't be opened or written */
export async function openSqliteLimiter(given: SqliteLimiterOptions): Promise<SqliteLimiter> {
  const options: Required<SqliteLimiterOptions> = {
    busyRetryMs: BUSY_RETRY_MS,
    deadlineMs: DEADLINE_MS,
    maxWaiting: MAX_WAITING,
    purgeEveryMs: PURGE_EVERY_MS,
    wallMs: Date.now,
    monotonicMs: () => performance.now(),
    random: Math.random,
    ...given,
  }
  const mutex = createMutex(options.maxWaiting)
  const retry = createBusyRetry(options)
  const holder = createConnectionHolder(options.path)
  let closed = false

  /** In turn, with the deadline counted from now; whatever SQLite says becomes StoreUnavailableError. */
  const inTurn = async <T>(work: (connection: Connection) => T | Promise<T>): Promise<T> => {
    if (closed) throw new StoreUnavailableError('the limit store is closed')
    const deadline = options.monotonicMs() + options.deadlineMs
    const result = mutex.run(async () => {
      try {
        return await retry(deadline, () => work(holder.get()))
      } catch (error) {
        if (error instanceof StoreUnavailableError) throw error
        // A full disk needs no new connection; after anything else the old one is not to be trusted.
        if (!isSqliteError(error) || error.code !== 'SQLITE_FULL') holder.drop()
        throw new StoreUnavailableError('the limit store failed', { cause: error })
      }
    })
    if (!result) throw new StoreUnavailableError('too many callers wait for the limit store')
    return result
  }

  const purge = async (): Promise<number> => {
    let total = 0
    for (;;) {
      const before = options.wallMs() - PURGE_GRACE_MS
      const removed = await inTurn(({ database }) => database.purge(before, PURGE_BATCH))
      total += removed
      if (removed < PURGE_BATCH) return total
      await nextTurn()
    }
  }

  await inTurn(() => undefined)
  // A purge that fails is made up for by the next one; admissions report the store's state.
  const timer = setInterval(() => void purge().catch(() => undefined), options.purgeEveryMs)
  timer.unref()

  return {
    async admit(keys) {
      if (keys.length === 0) return { kind: 'admitted', budgets: [] }
      return inTurn((connection) => consumeAll(connection, keys)) // mutant: I11.fail-closed
    },
    async read(keys) {
      const readAll = async ({ counterFor }: Connection) =>
        Promise.all(keys.map((key) => readCounter(counterFor(key.limit), key)))
      return keys.length === 0 ? [] : inTurn(readAll)
    },
    async lift(keys) {
      await inTurn((connection) => deleteAll(connection, keys))
    },
    purge,
    async close() {
      clearInterval(timer)
      closed = true
      await mutex.settled()
      holder.drop()
    },
  }
}
