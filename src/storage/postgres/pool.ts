// Connections to PostgreSQL, each with deadlines: for connecting, for a lock, for a statement, for an answer.
// It must not hold a transaction open over a round trip: what must be atomic is one function of the database.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  connectionOf,
  type Deadlines,
  greeting,
  isRetryable,
  type Pooler,
  toStoreError,
} from '../../kernel/postgres.ts'
import { drizzle, type Pool, pg, type Sql } from './drizzle.ts'

/** Statements take a millisecond; more connections than cores of the server only queue there. */
const POOL_SIZE = 10
const CONNECT_MS = 2_000
/** A connection is a process there, which plans every statement again: about 50 ms of its CPU until all are known. */
const IDLE_MS = 10 * 60_000
/** As on SQLite: whoever waits this long for a lock gets 503. */
const LOCK_MS = 2_000
const STATEMENT_MS = 4_000
/** For a server that hangs or a network that swallows: nothing else would end the wait. */
const ANSWER_MS = 5_000
const IDLE_IN_TRANSACTION_MS = 5_000
/** Deadlocks and the like: again, a little later. As often as there may be connections that know a stale plan. */
const RETRIES = 12
const RETRY_MS = 15

export type PoolOptions = {
  /** postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/path */
  url: string
  size?: number
  /** Behind PgBouncer in transaction mode the server's own time-outs cannot be set per connection. */
  pooler?: Pooler
  logger?: { warn(fields: Record<string, unknown>, message: string): void }
}

/** A text that is written once, with its values: nothing of it is built at a call. */
export type Call = { text: string; values: unknown[] }

/** `select …` of a function's row. */
export const callOf = (columns: string, name: string, parameters: number) =>
  `select ${columns} from ${name}(${Array.from({ length: parameters }, (_, n) => `$${n + 1}`)})`

/** Rows of one statement. @throws StoreUnavailableError where the server is down, locked, full or read-only */
export type Query = <Row extends Record<string, unknown>>(statement: Sql | Call) => Promise<Row[]>

/** What every part of the store is given. */
export type StoreContext = {
  query: Query
  /** What decides over expiry and leases: the time given, or null for the database's own clock. */
  timeOf: (now: number) => number | null
}

/** Times and sequences are far below 2^53; the driver gives 64-bit integers as texts. */
const INT8 = 20

const DEADLINES: Deadlines = {
  statement_timeout: STATEMENT_MS,
  lock_timeout: LOCK_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
}

export function createPool(options: PoolOptions): Pool {
  pg.types.setTypeParser(INT8, Number)
  const beginning = { url: options.url, pooler: options.pooler, deadlines: DEADLINES }
  const first = greeting(beginning)
  const pool = new pg.Pool({
    ...connectionOf({ ...beginning, name: 'countersign' }),
    max: options.size ?? POOL_SIZE,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: ANSWER_MS,
    ...(first && { onConnect: async (client) => void (await client.query(first)) }), // mutant: C71.session-mode-settings
  })
  // One that ends while it is checked out is reported by its next statement; unheard it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  // An idle connection that the server ended: the next statement opens another.
  pool.on('error', (error) =>
    options.logger?.warn(
      { error_code: (error as { code?: string }).code },
      'a database connection ended',
    ),
  )
  return pool
}

/** The fixed texts are some forty; filters of the log make one for each combination. Past the bound a text is planned each time. */
const MAX_NAMED = 200

/**
 * Statements by name: the server parses and plans each once a connection, not each time (a look-up by id: 0.05 ms of
 * its CPU in place of 0.29). A pooler in transaction mode gives every transaction another connection: no names there.
 */
function nameStatements(pool: Pool, pooler: PoolOptions['pooler']): Pick<Pool, 'query'> {
  if (pooler === 'transaction') return pool
  const names = new Map<string, string>()
  const nameOf = (text: string) => {
    const known = names.get(text)
    if (known !== undefined || names.size >= MAX_NAMED) return known
    const name = `cs_${names.size}`
    names.set(text, name)
    return name
  }
  const query = (statement: { text: string }, values: unknown[]) => {
    const name = nameOf(statement.text)
    return pool.query(name === undefined ? statement : { ...statement, name }, values)
  }
  return { query: query as Pool['query'] }
}

export function createQuery(pool: Pool, pooler: PoolOptions['pooler'] = 'none'): Query {
  const named = nameStatements(pool, pooler)
  const orm = drizzle(named as Pool)
  const run = (statement: Sql | Call) =>
    'text' in statement ? named.query(statement, statement.values) : orm.execute(statement)
  return async <Row extends Record<string, unknown>>(statement: Sql | Call) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await run(statement)).rows as Row[]
      } catch (error) {
        if (!isRetryable(error) || attempt > RETRIES) throw toStoreError(error)
        await sleep(RETRY_MS * attempt * (0.5 + Math.random()))
      }
    }
  }
}
