// Transactions on connections of the limiter's own, each with an end on both sides: a deadline here, time-outs there.
// It must not go by this machine's wall: times that the library takes from it are moved to the database's clock.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { StoreUnavailableError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import { isRetryable, type Pooler, SEARCH_PATH } from '../kernel/postgres.ts'
import { inTime } from './counting.ts'

/** From joining; then the caller answers 503. */
const DEADLINE_MS = 2_000
/** More callers than that mean a database that does not keep up. */
const MAX_WAITING = 1_000
/** Serialization failures and deadlocks: keys in one order give no cause for either, another program may. */
const RETRIES = 3
const RETRY_MS = 15
/**
 * A node that freezes between two statements holds the counters' rows: the server ends its transaction after this
 * long, well within the deadline of those who wait for the rows.
 */
const IDLE_MS = 1_000

/** The part of `storeClient` that the library uses; `ends` and `now` are by Date.now(). */
type Upsert = {
  name: string
  text: string
  values: [key: string, points: number, ends: number, now: number]
}
type Counter = { points: number; expire: number | string }

export type Transaction = {
  /** Given to the library, it counts on the database's clock. */
  readonly storeClient: { query(upsert: Upsert): Promise<{ rows: Counter[] }> }
  query(
    text: string,
    values: readonly unknown[],
  ): Promise<{ rowCount: number | null; rows: Record<string, unknown>[] }>
}

/** `isKept`: committed, else rolled back. */
type Work<T> = (transaction: Transaction) => Promise<{ isKept: boolean; value: T }>

export type TransactionsOptions = {
  url: string
  size: number
  pooler?: Pooler
  /** From joining, the wait for a connection included. */
  deadlineMs?: number
  maxWaiting?: number
  logger: Pick<Logger, 'warn'>
}

function createPool(url: string, size: number, deadlineMs: number, logger: Pick<Logger, 'warn'>) {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: 'countersign limits',
    connectionTimeoutMillis: deadlineMs,
    keepAlive: true,
  })
  // Without a listener either of these would end the process. Work in progress on the connection rejects on its own.
  pool.on('connect', (client) => void client.on('error', () => {}))
  pool.on('error', (error: Error & { code?: string }) =>
    logger.warn({ error_code: error.code }, 'a connection of the limits ended'),
  )
  return pool
}

/**
 * In the same round trip as BEGIN, and for this transaction alone, so that it works behind PgBouncer, too. Read
 * committed whatever the server's default is: after waiting for a row one sees what the other transaction has counted.
 * Several statements in one text are answered by as many results.
 * @returns the database's clock
 */
async function begin(client: pg.PoolClient, leftMs: number): Promise<number> {
  const ms = Math.max(1, Math.ceil(leftMs))
  // mutants: C71.pg-limits-path C17.pg-server-timeout
  const text = `begin isolation level read committed;
    set local idle_in_transaction_session_timeout = ${IDLE_MS};
    set local lock_timeout = ${ms}; set local statement_timeout = ${ms}; set local search_path = ${SEARCH_PATH};
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms`
  const answer: unknown = await client.query(text)
  const last = (answer as { rows: { ms: string | number }[] }[]).at(-1)
  return Number(last?.rows[0]?.ms)
}

/** @param databaseMs the database's clock, now */
function createStoreClient(
  client: pg.PoolClient,
  isNamed: boolean,
  databaseMs: () => number,
): Transaction['storeClient'] {
  return {
    async query({ name, text, values: [key, points, ends, now] }) {
      const aheadMs = Math.round(databaseMs() - now) // mutant: I12.pg-limit-clock
      const { rows } = await client.query<Counter>({
        ...(isNamed && { name }),
        text,
        values: [key, points, ends + aheadMs, now + aheadMs],
      })
      // The library subtracts Date.now() from it.
      const backMs = Date.now() - databaseMs()
      return { rows: rows.map((row) => ({ ...row, expire: Number(row.expire) + backMs })) }
    },
  }
}

export function createTransactions({
  url,
  size,
  pooler = 'none',
  deadlineMs = DEADLINE_MS,
  maxWaiting = MAX_WAITING,
  logger,
}: TransactionsOptions) {
  const pool = createPool(url, size, deadlineMs, logger)
  let underWay = 0

  const perform = async <T>(client: pg.PoolClient, deadline: number, work: Work<T>) => {
    const databaseMs = await begin(client, deadline - performance.now())
    const begunAt = performance.now()
    const { isKept, value } = await work({
      // A pooler gives each transaction another connection: statements prepared by name would be on the last one.
      storeClient: createStoreClient(
        client,
        pooler !== 'transaction',
        () => databaseMs + performance.now() - begunAt,
      ),
      query: (text, values) => client.query(text, [...values]),
    })
    await client.query(isKept ? 'commit' : 'rollback')
    return value
  }

  const runOnce = async <T>(deadline: number, work: Work<T>): Promise<T> => {
    if (underWay >= size + maxWaiting)
      throw new StoreUnavailableError('too many callers wait for the limit store')
    underWay += 1
    const connecting = pool.connect()
    try {
      const performing = connecting.then((client) => perform(client, deadline, work))
      const value = await inTime(performing, deadline - performance.now())
      ;(await connecting).release()
      return value
    } catch (error) {
      // Whatever was in progress: the connection is closed, and the server rolls it back.
      void connecting.then(
        (client) => client.release(true),
        () => undefined,
      )
      throw error
    } finally {
      underWay -= 1
    }
  }

  return {
    /** The deadline counts from now. @throws StoreUnavailableError, whatever the database says */
    async run<T>(work: Work<T>): Promise<T> {
      const deadline = performance.now() + deadlineMs
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await runOnce(deadline, work)
        } catch (error) {
          if (error instanceof StoreUnavailableError) throw error
          if (!isRetryable(error) || attempt > RETRIES)
            throw new StoreUnavailableError('the limit store failed', { cause: error })
          await sleep(RETRY_MS * attempt * (0.5 + Math.random()))
        }
      }
    },
    close: () => pool.end(),
  }
}
