// C17 on the wire: the service while its Redis is away, and what a Redis that may not count does to a start.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quiet } from '../quiet.ts'
import { NEEDS_REDIS, REDIS, type RedisServer, startRedis } from '../redis/server.ts'
import {
  LIGHT,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

const TO = '+14155552671'

describe.skipIf(!REDIS)(`C17: limits in Redis ${NEEDS_REDIS}`, () => {
  const directory = temporaryDirectory()
  let redis: RedisServer
  let service: ServiceProcess
  const start = (to = TO) => service.post('/verify/start', { to })
  beforeAll(async () => {
    redis = await startRedis()
    service = await startService(directory.path, { ...LIGHT, RATE_LIMIT_URL: redis.url() })
  })
  afterAll(async () => {
    await service.stop()
    await redis.stop()
    directory.remove()
  })

  it('away: 503 at once with Retry-After, ready all the while, and served again when it is back', async () => {
    expect((await start()).status).toBe(201)
    await redis.kill()
    for (let n = 0; n < 5; n += 1) {
      const began = performance.now()
      const refused = await start()
      expect(quiet(performance.now() - began)).toBeLessThan(250)
      expect(refused).toMatchObject({ status: 503, body: { error: 'store_unavailable' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    // All nodes share the fault: none is better than this one.
    expect((await service.get('/readyz')).status).toBe(200)
    await redis.start()
    await waitFor('a start', async () => (await start()).status === 201 || undefined)
    const answers = []
    for (let n = 0; n < 6; n += 1) answers.push((await start()).status)
    expect(answers.filter((status) => status === 201)).toHaveLength(4)
    expect(answers.at(-1)).toBe(429)
  })

  it('evicting: the start ends with what to set', async () => {
    const evicting = await startRedis({ 'maxmemory-policy': 'allkeys-lru' })
    const other = temporaryDirectory()
    const env = { RATE_LIMIT_URL: evicting.url() }
    const failing = await startService(other.path, env, { waitReady: false })
    expect(await failing.exited).toBeGreaterThan(0)
    expect(failing.output()).toContain('set maxmemory-policy to noeviction')
    await evicting.stop()
    other.remove()
  })

  it('nothing about a person is there in plaintext', async () => {
    await start('ada@example.com')
    const keys = await redis.command('KEYS', '*')
    expect(keys).toContain('countersign:sends_per_number_burst:')
    expect(keys).not.toMatch(/ada|example|1415/)
  })
})
