// The domain's Limiter on Redis or Valkey: rate-limiter-flexible counts, whoever is full is found before anything is.
// It must not give back what it has counted: a refund after the window's end would let one too many in.

import { RateLimiterRedis } from 'rate-limiter-flexible'
import { StoreUnavailableError } from '../kernel/errors.ts'
import type { Limit } from '../verification/policy.ts'
import type { Admission, Limiter, LimitKey } from '../verification/ports.ts'
import { type Counted, consume, counterName, rememberCounters, toAdmission } from './counting.ts'
import { inTime } from './in-time.ts'
import { connectRedis, type RedisConnectionOptions } from './redis-connection.ts'

/** Others may use the same server. */
const PREFIX = 'countersign'
/** For each round trip, which takes a millisecond: a server that stands still is one that is away (I11). */
const ANSWER_MS = 90

export type RedisLimiter = Limiter & { close(): Promise<void> }

type CounterFor = (limit: Limit) => RateLimiterRedis

async function read(counter: RateLimiterRedis, key: LimitKey): Promise<Counted> {
  const res = await counter.get(counterName(key))
  const { max, windowSeconds } = key.limit
  const consumed = res?.consumedPoints ?? 0
  return {
    key,
    isRefused: consumed >= max,
    res: {
      remainingPoints: Math.max(0, max - consumed),
      msBeforeNext: res?.msBeforeNext ?? windowSeconds * 1000,
    },
  }
}

/**
 * Refused where one is full, before anything is counted. Then one after the other, addresses first as they are
 * given: of racers that have all read the same, those whom their address stops count in nobody else's budget.
 * Whoever is stopped there leaves what it has counted: too high until the window's end, never too low.
 */
async function admit(counterFor: CounterFor, keys: readonly LimitKey[]): Promise<Admission> {
  // Written in one turn, so that they travel together.
  const reading = Promise.all(keys.map((key) => read(counterFor(key.limit), key)))
  const before = toAdmission(await inTime(reading, ANSWER_MS))
  if (before.kind === 'refused') return before
  const counted: Counted[] = []
  for (const key of keys) {
    const one = await inTime(consume(counterFor(key.limit), key), ANSWER_MS)
    counted.push(one)
    if (one.isRefused) break
  }
  return toAdmission(counted)
}

/**
 * The driver's errors carry the command that failed: the text alone goes on. Where a transaction was not begun, the
 * reason stands in the errors before.
 */
function toStoreError(error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error
  const { message, previousErrors } = error as Error & { previousErrors?: Error[] }
  const cause = new Error(previousErrors?.[0]?.message ?? message)
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
        return await admit(counterFor, keys)
      } catch (error) {
        throw toStoreError(error)
      }
    },
    async close() {
      connection.close()
    },
  }
}
