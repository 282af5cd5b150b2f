import { afterAll, beforeAll, describe } from 'vitest'
import { openRedisLimiter, type RedisLimiter } from '../../src/limits/redis-limiter.ts'
import { describeLimiter } from '../contract/limiter.ts'
import { NEEDS_REDIS, REDIS, type RedisServer, startRedis } from '../redis/server.ts'

describe.skipIf(!REDIS)(`the limiter on Redis ${NEEDS_REDIS}`, () => {
  let server: RedisServer
  const opened: RedisLimiter[] = []
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    for (const limiter of opened) await limiter.close()
    await server.stop()
  })
  const open = async () => {
    const limiter = await openRedisLimiter({ url: server.url(), logger: console })
    opened.push(limiter)
    return limiter
  }

  describeLimiter('Redis', open)
})
