// The domain's Limiter on PostgreSQL: rate-limiter-flexible counts, one transaction makes it all or nothing.
// It must not admit anything when the database cannot be reached (I11: no store, no admission), nor migrate it.

import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { Admission, LimitKey, LimitReading } from '../verification/limit-ports.ts'
import {
  type Counted,
  consume,
  counterName,
  giveBack,
  type LimitStore,
  PURGE_EVERY_MS,
  PURGE_GRACE_MS,
  purgeRegularly,
  toAdmission,
  toReading,
} from './counting.ts'
import {
  createTransactions,
  type Transaction,
  type TransactionsOptions,
} from './postgres-transactions.ts'

const TABLE = 'limit_counters'
const READ_SQL = `select key, points, (expire - extract(epoch from clock_timestamp()) * 1000)::bigint as ends_in_ms
  from ${TABLE} where key = any($1)`

/** In the order in which admissions take the rows. */
const LIFT_SQL = `with lifted as materialized (
    select key from ${TABLE} where key = any($1) order by key for update
  )
  delete from ${TABLE} using lifted where ${TABLE}.key = lifted.key`

/** In the same order. Unless another window has begun since: that one ends later. */
const TAKE_BACK_SQL = `with taken as materialized (
    select counter.key from ${TABLE} counter
      join unnest($1::text[], $2::bigint[]) as given (key, ms_left) on given.key = counter.key
      where counter.points > 0
        and counter.expire <= (extract(epoch from clock_timestamp()) * 1000)::bigint + given.ms_left
      order by counter.key for update of counter
  )
  update ${TABLE} set points = points - 1 from taken where ${TABLE}.key = taken.key`

/** now() rather than clock_timestamp(), which no index can serve. Rows that somebody counts in are left to the next purge. */
export const PURGE_SQL = `
  with ended as materialized (
    select key from ${TABLE} where expire < (extract(epoch from now()) * 1000)::bigint - $1::bigint
    order by expire limit $2 for update skip locked
  )
  delete from ${TABLE} using ended where ${TABLE}.key = ended.key`

export type PostgresLimiterOptions = TransactionsOptions & { purgeEveryMs?: number }

export type PostgresLimiter = LimitStore & { purge(): Promise<number> }

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
): Promise<{ isKept: boolean; value: LimitReading<Name>[] }> {
  const { rows } = await query(READ_SQL, [keys.map(counterName)])
  const value = keys.map((key) => {
    const row = rows.find(({ key: name }) => name === counterName(key))
    return toReading(key, Number(row?.points), Number(row?.ends_in_ms ?? 0))
  })
  return { isKept: false, value }
}

/** In one order on every node, or two of them would wait for each other's rows; reported in the order given. */
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
  const { run, close } = createTransactions(options)
  /** @returns how many rows were changed */
  const change = (text: string, values: readonly unknown[]) =>
    run(async ({ query }) => ({ isKept: true, value: (await query(text, values)).rowCount ?? 0 }))

  await change(`select 1 from ${TABLE} limit 1`, [])
  const { purge, stop } = purgeRegularly(
    (limit) => change(PURGE_SQL, [PURGE_GRACE_MS, limit]),
    options.purgeEveryMs ?? PURGE_EVERY_MS,
  )
  return {
    async admit(keys) {
      if (keys.length === 0) return { kind: 'admitted', budgets: [], counts: [] }
      return run((transaction) => consumeAll(transaction, keys)) // mutant: I11.pg-fail-closed
    },
    giveBack: (counts) => giveBack(counts, (...given) => change(TAKE_BACK_SQL, given)), // mutant: I8.pg-count-given-back
    async read(keys) {
      return keys.length === 0 ? [] : run((transaction) => readAll(transaction, keys))
    },
    async lift(keys) {
      await change(LIFT_SQL, [keys.map(counterName)]) // mutant: C73.pg-lifted-removed
    },
    purge,
    async close() {
      stop()
      await close()
    },
  }
}
