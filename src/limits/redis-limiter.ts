// The domain's Limiter on Redis or Valkey: rate-limiter-flexible counts, full counters are found before anything is.
// It must not give back a count of a window that has ended: that would let one too many into the next.

import type { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Admission, LimitKey } from '../verification/limit-ports.ts'
import type { Limit } from '../verification/policy.ts'
import {
  type Counted,
  consume,
  counterName,
  giveBack,
  inTime,
  type LimitStore,
  readCounter,
  rememberCounters,
  toAdmission,
} from './counting.ts'
import { connectRedis, type RedisConnectionOptions } from './redis-connection.ts'

/** Others may use the same server. */
const PREFIX = 'countersign'
/** For each round trip, which takes a millisecond: a server that stands still counts as down (I11: no store, no admission). */
const ANSWER_MS = 90 // mutant: I11.redis-timeout

/** Unless another window has begun since: that one ends later. DECR keeps the end. */
const TAKE_BACK = `for i, key in ipairs(KEYS) do
  if tonumber(redis.call('get', key) or 0) > 0 and redis.call('pttl', key) <= tonumber(ARGV[i]) then
    redis.call('decr', key)
  end
end`

type CounterFor = (limit: Limit) => RateLimiterRedis
/** @throws StoreUnavailableError where the server takes too long */
type Answered = <T>(answer: Promise<T>) => Promise<T>

const nameOf = (key: LimitKey<string>) => `${PREFIX}:${counterName(key)}`

/**
 * Every counter in one command, and the wait for those that are full: the library's `get` takes a transaction of
 * four for each key. @returns the full ones, as the library would have refused them
 */
async function findFull<Name extends string>(
  client: Redis,
  answered: Answered,
  keys: readonly LimitKey<Name>[],
): Promise<Counted<Name>[]> {
  const names = keys.map(nameOf)
  const values = await answered(client.mget(names))
  const full = keys.flatMap((key, i) => (Number(values[i]) >= key.limit.max ? [{ key, i }] : []))
  return Promise.all(
    full.map(async ({ key, i }) => {
      const ttlMs = await answered(client.pttl(names[i] ?? ''))
      // A limit of 0 has no counter; one that ended this moment has none any more.
      const msBeforeNext = values[i] === null ? key.limit.windowSeconds * 1000 : ttlMs
      return { key, isRefused: true, res: { remainingPoints: 0, msBeforeNext }, endsAt: 0 }
    }),
  )
}

/**
 * Refused where one is full, before anything is counted. Then one after the other, addresses first as they are
 * given: of racers that have all read the same, those stopped by their address count in nobody else's budget.
 * A request stopped there leaves what it has counted: too high until the window's end, never too low.
 */
async function admit<Name extends string>(
  client: Redis,
  { counterFor, answered }: { counterFor: CounterFor; answered: Answered },
  keys: readonly LimitKey<Name>[],
): Promise<Admission<Name>> {
  const full = await findFull(client, answered, keys)
  if (full.length > 0) return toAdmission(full) // mutant: I8.redis-check-first
  const counted: Counted<Name>[] = []
  for (const key of keys) {
    const one = await answered(consume(counterFor(key.limit), key))
    counted.push(one)
    if (one.isRefused) break // mutant: C16.redis-no-overcount
  }
  return toAdmission(counted)
}

function takeBack(client: Redis, counters: readonly string[], msLeft: readonly number[]) {
  const names = counters.map((counter) => `${PREFIX}:${counter}`)
  return client.eval(TAKE_BACK, names.length, ...names, ...msLeft)
}

/** @throws StartupError where no server that may count is there in time */
export async function openRedisLimiter({
  answerMs = ANSWER_MS,
  ...options
}: RedisConnectionOptions & { answerMs?: number }): Promise<LimitStore> {
  const { client: storeClient, use, close } = await connectRedis(options)
  const answered: Answered = (answer) => inTime(answer, answerMs)
  const back = (counters: readonly string[], msLeft: readonly number[]) =>
    use((client) => answered(takeBack(client, counters, msLeft)))
  const counterFor = rememberCounters(
    ({ max, windowSeconds }) =>
      new RateLimiterRedis({
        storeClient,
        keyPrefix: PREFIX,
        points: max,
        duration: windowSeconds,
      }),
  )
  return {
    async admit(keys) {
      if (keys.length === 0) return { kind: 'admitted', budgets: [], counts: [] }
      return use((client) => admit(client, { counterFor, answered }, keys)) // mutant: I11.redis-fail-closed
    },
    giveBack: (counts) => giveBack(counts, back), // mutant: I8.redis-count-given-back
    read: (keys) =>
      use(() => {
        const readings = keys.map((key) => readCounter(counterFor(key.limit), key))
        return answered(Promise.all(readings))
      }),
    async lift(keys) {
      if (keys.length > 0) await use((client) => answered(client.del(keys.map(nameOf)))) // mutant: C73.redis-lifted-removed
    },
    close: async () => close(),
  }
}
