// The domain's Limiter on PostgreSQL: rate-limiter-flexible counts, one transaction makes it all or nothing.
// It must not admit anything when the database can't be reached (I11), nor migrate it: the store has.

import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { isRetryable, type Pooler } from '../kernel/postgres.ts'
import type {
  Admission,
  Limiter,
  LimitKey,
  LimitLifts,
  LimitReading,
  LimitReads,
} from '../verification/limit-ports.ts'
import { type Counted, consume, counterName, toAdmission } from './counting.ts'
import {
  createTransactions,
  type Transaction,
  type TransactionsOptions,
  type Work,
} from './postgres-transactions.ts'

const TABLE = 'limit_counters'
const READ_SQL = `select key, points, (expire - extract(epoch from clock_timestamp()) * 1000)::bigint as ends_in_ms
  from ${TABLE} where key = any($1)`

/** In the order in which admissions take the rows. */
const LIFT_SQL = `with lifted as materialized (
    select key from ${TABLE} where key = any($1) order by key for update
  )
  delete from ${TABLE} using lifted where ${TABLE}.key = lifted.key`

/** From joining; then the caller answers 503. */
const DEADLINE_MS = 2_000
/** More than that is a database that does not keep up. */
const MAX_WAITING = 1_000
/** Serialization failures and deadlocks: keys in one order give no cause for either, another program may. */
const RETRIES = 3
const RETRY_MS = 15
const PURGE_EVERY_MS = 60_000
/** Some 10 ms of locks that nobody waits for. */
const PURGE_BATCH = 500
/** Rows stay so long past their window, as on SQLite: a clock that jumps ahead and back resets little. */
const PURGE_GRACE_MS = 3_600_000

/** now() rather than clock_timestamp(), which no index can serve. Rows that somebody counts in are left to the next purge. */
export const PURGE_SQL = `
  with ended as materialized (
    select key from ${TABLE} where expire < (extract(epoch from now()) * 1000)::bigint - $1::bigint
    order by expire limit $2 for update skip locked
  )
  delete from ${TABLE} using ended where ${TABLE}.key = ended.key`

export type PostgresLimiterOptions = Pick<TransactionsOptions, 'url' | 'size' | 'logger'> & {
  pooler?: Pooler
  deadlineMs?: number
  maxWaiting?: number
  purgeEveryMs?: number
}

export type PostgresLimiter = Limiter &
  LimitReads &
  LimitLifts & {
    /** Removes rows whose window ended over an hour ago, in batches. Runs by itself once a minute. @returns how many */
    purge(): Promise<number>
    /** After the admissions that hold a connection; others throw StoreUnavailableError. */
    close(): Promise<void>
  }

function consumeOne<Name extends string>(
  { storeClient }: Transaction,
  key: LimitKey<Name>,
): Promise<Counted<Name>> {
  const counter = new RateLimiterPostgres({
    storeClient,
    storeType: 'client',
    tableName: TABLE,
    tableCreated: true,
    keyPrefix: '',
    points: key.limit.max,
    duration: key.limit.windowSeconds,
    clearExpiredByTimeout: false,
  })
  return consume(counter, key)
}

/** The library's `get` goes by this node's clock. */
async function readAll<Name extends string>(
  { query }: Transaction,
  keys: readonly LimitKey<Name>[],
): Promise<LimitReading<Name>[]> {
  const { rows } = await query(READ_SQL, [keys.map(counterName)])
  return keys.map((key) => {
    const row = rows.find(({ key: name }) => name === counterName(key))
    const { name, limit } = key
    const endsInMs = Number(row?.ends_in_ms ?? 0)
    return row && endsInMs > 0
      ? { name, limit, used: Number(row.points), endsInMs }
      : { name, limit, used: 0, endsInMs: null }
  })
}

/** In one order on every node, or two of them would wait for each other's rows; told in the order given. */
async function consumeAll<Name extends string>(
  transaction: Transaction,
  keys: readonly LimitKey<Name>[],
): Promise<{ isKept: boolean; value: Admission<Name> }> {
  const order = keys // mutant: C15.pg-lock-order
    .map((key, index) => ({ key, index, name: counterName(key) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const counted: Counted<Name>[] = []
  for (const { key, index } of order) counted[index] = await consumeOne(transaction, key)
  const value = toAdmission(counted)
  return { isKept: value.kind === 'admitted', value } // mutant: I8.pg-limit-rollback
}

/** @param options.url of a database that the store has migrated; @throws StoreUnavailableError */
export async function openPostgresLimiter(
  options: PostgresLimiterOptions,
): Promise<PostgresLimiter> {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS
  const monotonicMs = () => performance.now()
  const transactions = createTransactions({
    pooler: 'none',
    connectMs: deadlineMs,
    maxWaiting: MAX_WAITING,
    monotonicMs,
    ...options,
  })

  /** Whatever the database says becomes StoreUnavailableError. */
  const run = async <T>(work: Work<T>): Promise<T> => {
    const deadline = monotonicMs() + deadlineMs
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await transactions.run(deadline, work)
      } catch (error) {
        if (error instanceof StoreUnavailableError) throw error
        if (!isRetryable(error) || attempt > RETRIES)
          throw new StoreUnavailableError('the limit store failed', { cause: error })
        await sleep(RETRY_MS * attempt * (0.5 + Math.random()))
      }
    }
  }

  const purge = async (): Promise<number> => {
    for (let total = 0; ; ) {
      const removed = await run(async ({ query }) => {
        const { rowCount } = await query(PURGE_SQL, [PURGE_GRACE_MS, PURGE_BATCH])
        return { isKept: true, value: rowCount ?? 0 }
      })
      total += removed
      if (removed < PURGE_BATCH) return total
    }
  }

  await run(async ({ query }) => {
    await query(`select 1 from ${TABLE} limit 1`, [])
    return { isKept: false, value: undefined }
  })
  // A purge that fails is made up for by the next one, here or on another node.
  const timer = setInterval(
    () => void purge().catch(() => undefined),
    options.purgeEveryMs ?? PURGE_EVERY_MS,
  )
  timer.unref()

  return {
    async admit(keys) {
      if (keys.length === 0) return { kind: 'admitted', budgets: [] }
      return run((transaction) => consumeAll(transaction, keys)) // mutant: I11.pg-fail-closed
    },
    async read(keys) {
      if (keys.length === 0) return []
      return run(async (transaction) => ({
        isKept: false,
        value: await readAll(transaction, keys),
      }))
    },
    async lift(keys) {
      await run(async ({ query }) => {
        await query(LIFT_SQL, [keys.map(counterName)]) // mutant: C73.pg-lifted-removed
        return { isKept: true, value: undefined }
      })
    },
    purge,
    async close() {
      clearInterval(timer)
      await transactions.close()
    },
  }
}
