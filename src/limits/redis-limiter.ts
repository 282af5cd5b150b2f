// The domain's Limiter on Redis or Valkey: rate-limiter-flexible counts, whoever is full is found before anything is.
// It must not give back what it has counted: a refund after the window's end would let one too many in.

import type { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
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
import { inTime } from './in-time.ts'
import { connectRedis, type RedisConnectionOptions } from './redis-connection.ts'

/** Others may use the same server. */
const PREFIX = 'countersign'
/** For each round trip, which takes a millisecond: a server that stands still is one that is away (I11). */
const ANSWER_MS = 90 // mutant: I11.redis-timeout

export type RedisLimiter = Limiter & LimitReads & LimitLifts & { close(): Promise<void> }

type CounterFor = (limit: Limit) => RateLimiterRedis

const nameOf = (key: LimitKey<string>) => `${PREFIX}:${counterName(key)}`

/**
 * Every counter in one command, and how long to wait for those that are full: what the library's `get` asks of each
 * key in a transaction of four. @returns the full ones, as the library would have refused them
 */
async function findFull<Name extends string>(
  client: Redis,
  keys: readonly LimitKey<Name>[],
): Promise<Counted<Name>[]> {
  const names = keys.map(nameOf)
  const values = await inTime(client.mget(names), ANSWER_MS)
  const full = keys.flatMap((key, i) => (Number(values[i]) >= key.limit.max ? [{ key, i }] : []))
  return Promise.all(
    full.map(async ({ key, i }) => {
      const ttlMs = await inTime(client.pttl(names[i] ?? ''), ANSWER_MS)
      // A limit of 0 has no counter; one that ended this moment has none any more.
      const msBeforeNext = values[i] === null ? key.limit.windowSeconds * 1000 : ttlMs
      return { key, isRefused: true, res: { remainingPoints: 0, msBeforeNext } }
    }),
  )
}

/**
 * Refused where one is full, before anything is counted. Then one after the other, addresses first as they are
 * given: of racers that have all read the same, those whom their address stops count in nobody else's budget.
 * Whoever is stopped there leaves what it has counted: too high until the window's end, never too low.
 */
async function admit<Name extends string>(
  client: Redis,
  counterFor: CounterFor,
  keys: readonly LimitKey<Name>[],
): Promise<Admission<Name>> {
  const full = await findFull(client, keys)
  if (full.length > 0) return toAdmission(full) // mutant: I8.redis-check-first
  const counted: Counted<Name>[] = []
  for (const key of keys) {
    const one = await inTime(consume(counterFor(key.limit), key), ANSWER_MS)
    counted.push(one)
    if (one.isRefused) break // mutant: C16.redis-no-overcount
  }
  return toAdmission(counted)
}

/** The driver's errors carry the command that failed: the text alone goes on. */
function toStoreError(error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error
  const cause = new Error((error as Error).message)
  return new StoreUnavailableError('the limit store failed', { cause })
}

/** @throws StartupError where no server that may count is there in time */
export async function openRedisLimiter(options: RedisConnectionOptions): Promise<RedisLimiter> {
  const connection = await connectRedis(options)
  const counterFor = rememberCounters(
    (limit) =>
      new RateLimiterRedis({
        storeClient: connection.client,
        keyPrefix: PREFIX,
        points: limit.max,
        duration: limit.windowSeconds,
      }),
  )
  return {
    async admit(keys) {
      if (keys.length === 0) return { kind: 'admitted', budgets: [] }
      try {
        connection.requireUsable()
        return await admit(connection.client, counterFor, keys)
      } catch (error) {
        throw toStoreError(error) // mutant: I11.redis-fail-closed
      }
    },
    async read(keys) {
      try {
        connection.requireUsable()
        return await inTime(
          Promise.all(keys.map((key) => readCounter(counterFor(key.limit), key))),
          ANSWER_MS,
        )
      } catch (error) {
        throw toStoreError(error)
      }
    },
    async lift(keys) {
      if (keys.length === 0) return
      try {
        connection.requireUsable()
        await inTime(connection.client.del(keys.map(nameOf)), ANSWER_MS) // mutant: C73.redis-lifted-removed
      } catch (error) {
        throw toStoreError(error)
      }
    },
    async close() {
      connection.close()
    },
  }
}
