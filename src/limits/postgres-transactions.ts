// Transactions on connections of the limiter's own, each with an end on both sides: a deadline here, time-outs there.
// It must not go by this machine's wall: what the library reads of it is moved to the database's clock.

import pg from 'pg'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { type Pooler, SEARCH_PATH } from '../kernel/postgres.ts'
import { inTime } from './in-time.ts'

/**
 * A node that freezes between two statements holds the counters' rows: the server ends its transaction after this
 * long, well within the deadline of those who wait for the rows.
 */
const IDLE_MS = 1_000

/** What the library asks as its `storeClient`; `ends` and `now` are by Date.now(). */
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

/** What is done inside, and whether it stays. */
export type Work<T> = (transaction: Transaction) => Promise<{ isKept: boolean; value: T }>

export type Transactions = {
  /** @param deadline by the monotonic clock; @throws StoreUnavailableError past it, else what the driver throws */
  run<T>(deadline: number, work: Work<T>): Promise<T>
  close(): Promise<void>
}

export type TransactionsOptions = {
  url: string
  size: number
  pooler: Pooler
  /** For a connection, waiting for a free one included. */
  connectMs: number
  maxWaiting: number
  monotonicMs: () => number
  logger: { warn(fields: Record<string, unknown>, message: string): void }
}

function createPool({ url, size, connectMs, logger }: TransactionsOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: 'countersign limits',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
  })
  // Unheard, either of these would end the process. What was under way on the connection is told where it waits.
  pool.on('connect', (client) => void client.on('error', () => {}))
  pool.on('error', (error) =>
    logger.warn(
      { error_code: (error as { code?: string }).code },
      'a connection of the limits ended',
    ),
  )
  return pool
}

/**
 * In the same round trip as BEGIN, and for this transaction alone, so that it works behind PgBouncer, too. Read
 * committed whatever the server's default is: who waited for a row sees what the other one has counted.
 */
function beginning(leftMs: number): string {
  const ms = Math.max(1, Math.ceil(leftMs))
  // mutants: C71.pg-limits-path C17.pg-server-timeout
  return `begin isolation level read committed;
    set local idle_in_transaction_session_timeout = ${IDLE_MS};
    set local lock_timeout = ${ms}; set local statement_timeout = ${ms}; set local search_path = ${SEARCH_PATH};
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms`
}

/** Several statements in one text are answered by as many results. */
async function begin(client: pg.PoolClient, leftMs: number): Promise<number> {
  const answer: unknown = await client.query(beginning(leftMs))
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

export function createTransactions(options: TransactionsOptions): Transactions {
  const { pooler, size, maxWaiting, monotonicMs } = options
  const pool = createPool(options)
  let underWay = 0

  const perform = async <T>(client: pg.PoolClient, deadline: number, work: Work<T>) => {
    const atBegin = await begin(client, deadline - monotonicMs())
    const begun = monotonicMs()
    const { isKept, value } = await work({
      // A pooler gives each transaction another connection: statements prepared by name would be on the last one.
      storeClient: createStoreClient(
        client,
        pooler !== 'transaction',
        () => atBegin + monotonicMs() - begun,
      ),
      query: (text, values) => client.query(text, [...values]),
    })
    await client.query(isKept ? 'commit' : 'rollback')
    return value
  }

  return {
    async run(deadline, work) {
      if (underWay >= size + maxWaiting)
        throw new StoreUnavailableError('too many callers wait for the limit store')
      underWay += 1
      const connecting = pool.connect()
      try {
        const performing = connecting.then((client) => perform(client, deadline, work))
        const value = await inTime(performing, deadline - monotonicMs())
        ;(await connecting).release()
        return value
      } catch (error) {
        // Whatever it was in the midst of: closed, the server rolls it back.
        void connecting.then(
          (client) => client.release(true),
          () => undefined,
        )
        throw error
      } finally {
        underWay -= 1
      }
    },
    close: () => pool.end(),
  }
}
