// The domain's Limiter on PostgreSQL: rate-limiter-flexible counts, one transaction makes it all or nothing.
// It must not admit anything when the server can't be reached (I11), nor go by this machine's clock.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { isRetryable, toStoreError } from '../kernel/postgres-errors.ts'
import type { Limit } from '../verification/policy.ts'
import type { Admission, Limiter, LimitKey } from '../verification/ports.ts'
import { type Counted, consume, rememberCounters, toAdmission } from './counting.ts'

const pg = createRequire(import.meta.url)('pg') as typeof import('pg')

const TABLE = 'limit_counters'
/** From the call; then the caller answers 503. */
const DEADLINE_MS = 2_000
/** The server lets go of what a node holds that stands still in the middle. */
const HELD_MS = 2_000
/** An admission is some eight short statements: few connections serve many callers. */
const POOL_SIZE = 4
const RETRIES = 3
const RETRY_MS = 10
const PURGE_EVERY_MS = 60_000
const PURGE_BATCH = 500
/** As in the file of the SQLite limiter. */
const PURGE_GRACE_MS = 3_600_000

/** One text, so one round trip, and nothing that a pooler in transaction mode would not understand. */
const BEGIN = `begin isolation level read committed; set local lock_timeout = ${DEADLINE_MS};
  set local statement_timeout = ${DEADLINE_MS}; set local idle_in_transaction_session_timeout = ${HELD_MS};
  select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`

const PURGE = `delete from ${TABLE} where ctid = any(array(select ctid from ${TABLE}
  where expire < extract(epoch from clock_timestamp()) * 1000 - ${PURGE_GRACE_MS}
  order by expire limit ${PURGE_BATCH} for update skip locked))`

export type PostgresLimiterOptions = {
  /** Of a database that the store has prepared: its table is among the migrations. */
  url: string
  logger?: { warn(fields: Record<string, unknown>, message: string): void }
  /** For tests: this machine's wall. */
  wallMs?: () => number
}

export type PostgresLimiter = Limiter & {
  /** Removes rows whose window ended over an hour ago. Runs by itself once a minute. @returns how many */
  purge(): Promise<number>
  close(): Promise<void>
}

type Statement = { text: string; values: unknown[] }

/**
 * A connection as the library is given it. The library takes Date.now() for the time; here its times are moved to
 * the database's clock on their way there, and back: windows end at one moment for all nodes.
 */
function createCountingConnection(client: PoolClient) {
  let aheadMs = 0
  const storeClient = {
    // Without the library's names: prepared statements belong to one connection, and a pooler has many.
    async query({ text, values: [key, points, expire, now] }: Statement) {
      const moved = [expire, now].map((time) => Number(time) + aheadMs)
      const { rows } = await client.query(text, [key, points, ...moved])
      return { rows: rows.map((row) => ({ ...row, expire: Number(row.expire) - aheadMs })) }
    },
  }
  const counterFor = rememberCounters(
    (limit: Limit) =>
      new RateLimiterPostgres({
        storeClient,
        storeType: 'client',
        tableName: TABLE,
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: '',
        points: limit.max,
        duration: limit.windowSeconds,
      }),
  )
  return {
    counterFor,
    setAhead(ms: number) {
      aheadMs = ms
    },
  }
}

/** In one order on all nodes: two admissions that share keys wait for each other, never both. */
function inOrder(keys: readonly LimitKey[]): LimitKey[] {
  return keys.toSorted((a, b) => (a.name + a.key < b.name + b.key ? -1 : 1))
}

async function consumeAll(
  connection: ReturnType<typeof createCountingConnection>,
  keys: readonly LimitKey[],
): Promise<Admission> {
  const counted = new Map<LimitKey, Counted>()
  for (const key of inOrder(keys))
    counted.set(key, await consume(connection.counterFor(key.limit), key))
  return toAdmission(keys.flatMap((key) => counted.get(key) ?? []))
}

export function createPostgresLimiter(options: PostgresLimiterOptions): PostgresLimiter {
  const wallMs = options.wallMs ?? Date.now
  const pool = createPool(options)
  const connections = new WeakMap<PoolClient, ReturnType<typeof createCountingConnection>>()
  const connectionOf = (client: PoolClient) => {
    const known = connections.get(client)
    if (known) return known
    const made = createCountingConnection(client)
    connections.set(client, made)
    return made
  }

  const admitOnce = async (keys: readonly LimitKey[]): Promise<Admission> => {
    const client = await pool.connect()
    let isBroken = true
    try {
      const connection = connectionOf(client)
      const began = (await client.query(BEGIN)) as unknown as { rows: { now: number }[] }[]
      connection.setAhead((began.at(-1)?.rows[0]?.now ?? Number.NaN) - wallMs())
      const admission = await consumeAll(connection, keys)
      await client.query(admission.kind === 'admitted' ? 'commit' : 'rollback')
      isBroken = false
      return admission
    } finally {
      // What failed in the middle is ended with its transaction; a sound connection is kept.
      client.release(isBroken)
    }
  }

  const admit = async (keys: readonly LimitKey[]): Promise<Admission> => {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await admitOnce(keys)
      } catch (error) {
        if (!isRetryable(error) || attempt > RETRIES) throw toStoreError(error)
        await sleep(RETRY_MS * attempt * (0.5 + Math.random()))
      }
  }

  const purge = async () => {
    let total = 0
    for (;;) {
      const removed = (await pool.query(PURGE)).rowCount ?? 0
      total += removed
      if (removed < PURGE_BATCH) return total
    }
  }
  // One that fails is made up for by the next; admissions report the store's state.
  const timer = setInterval(() => void purge().catch(() => {}), PURGE_EVERY_MS)
  timer.unref()

  return {
    admit: (keys) =>
      keys.length === 0
        ? Promise.resolve({ kind: 'admitted', budgets: [] })
        : withDeadline(admit(keys)),
    purge,
    async close() {
      clearInterval(timer)
      await pool.end()
    },
  }
}

function createPool({ url, logger }: PostgresLimiterOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    application_name: 'countersign limits',
    connectionTimeoutMillis: DEADLINE_MS,
    query_timeout: DEADLINE_MS,
    keepAlive: true,
  })
  // One that ends while it is checked out is told by its next statement; unheard it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  // An idle connection that the server ended: the next admission opens another.
  pool.on('error', (error) =>
    logger?.warn({ code: (error as { code?: string }).code }, 'a connection of the limits ended'),
  )
  return pool
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new StoreUnavailableError('the limit store did not answer in time')),
    DEADLINE_MS,
  )
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
