import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { admitted, describeLimiter, keyOf, remaining } from '../contract/limiter.ts'
import { waitFor } from '../e2e/service-process.ts'
import { PATIENCE_MS } from '../long.ts'
import { NEEDS_REDIS, REDIS } from '../redis/server.ts'
import { type AdmitTask, admitTogether } from './admit-process.ts'
import { startProxy } from './proxy.ts'
import { useLimitsServer } from './redis-fixture.ts'

describe.skipIf(!REDIS)(`the limiter on Redis ${NEEDS_REDIS}`, () => {
  const limits = useLimitsServer(undefined, { answerMs: PATIENCE_MS })
  let person = ''
  beforeEach(() => {
    person = randomUUID()
  })
  const ip = (max: number) => keyOf('sends_per_ip_burst', person, max)
  const number = (max: number, windowSeconds = 600) =>
    keyOf('sends_per_number_burst', person, max, windowSeconds)
  const prefix = (max: number) => keyOf('sends_per_prefix_hour', person, max, 3_600)
  const task = (times: number, more: Partial<AdmitTask> = {}): AdmitTask => ({
    ...{ engine: 'redis', at: limits.server().url(), keys: [number(5)], times, ...more },
  })
  const counted = (name: string) => limits.server().get(`countersign:${name}:${person}`)

  describeLimiter('Redis', () => limits.open())

  it('C15: four processes with 50 each at a limit of 5 admit exactly 5', async () => {
    expect(await admitTogether(Array.from({ length: 4 }, () => task(50)))).toBe(5)
  })

  it.each([600_000, -600_000])(
    'windows go by its clock, not by a wall %d ms off',
    async (aheadMs) => {
      expect(await admitTogether([task(2, { aheadMs })])).toBe(2)
      const limiter = await limits.open()
      expect(remaining(await limiter.admit([number(5)]))).toEqual([2])
      expect(await admitTogether([task(20, { aheadMs })])).toBe(2)
      expect((await limiter.admit([number(5)])).kind).toBe('refused')
    },
  )

  it('C16: racers stopped by their address count in no other budget', async () => {
    const limiter = await limits.open()
    const asked = Array.from({ length: 50 }, () => limiter.admit([ip(3), number(40), prefix(40)]))
    expect(admitted(await Promise.all(asked))).toBe(3)
    expect(await counted('sends_per_number_burst')).toBe('3')
    expect(await counted('sends_per_prefix_hour')).toBe('3')
  })

  it('a race leaves a counter too high at worst, never too low', async () => {
    const limiter = await limits.open()
    const asked = Array.from({ length: 50 }, () => limiter.admit([ip(90), number(5)]))
    expect(admitted(await Promise.all(asked))).toBe(5)
    expect(Number(await counted('sends_per_ip_burst'))).toBeGreaterThanOrEqual(5)
    expect(Number(await counted('sends_per_number_burst'))).toBeGreaterThanOrEqual(5)
  })

  it('a refusal that was foreseen counts nothing at all', async () => {
    const limiter = await limits.open()
    await limiter.admit([number(1)])
    for (let n = 0; n < 5; n += 1) await limiter.admit([ip(9), number(1)])
    expect(await counted('sends_per_ip_burst')).toBeNull()
    expect(await counted('sends_per_number_burst')).toBe('1')
  })

  it('everything it stores has its prefix, and an expiry', async () => {
    await (await limits.open()).admit([ip(9), number(9, 77)])
    const keys = await limits.server().command('KEYS', '*')
    const names = keys.split('\r\n').filter((line) => !/^([*$]|$)/.test(line))
    expect(names).not.toEqual([])
    expect(names.filter((name) => !name.startsWith('countersign:'))).toEqual([])
    const ttl = await limits.server().command('TTL', `countersign:sends_per_number_burst:${person}`)
    expect(Number(ttl.slice(1))).toBeGreaterThan(60)
    expect(Number(ttl.slice(1))).toBeLessThanOrEqual(77)
  })

  it('a window that has ended begins again with its full budget', async () => {
    const limiter = await limits.open()
    for (let n = 0; n < 3; n += 1) await limiter.admit([number(3)])
    await limits.server().command('PEXPIRE', `countersign:sends_per_number_burst:${person}`, '1')
    await waitFor(
      'its end',
      async () => (await counted('sends_per_number_burst')) === null || undefined,
    )
    expect(remaining(await limiter.admit([number(3)]))).toEqual([2])
  })

  it('reads every counter in one round trip', async () => {
    const proxy = await startProxy(limits.server().port)
    const limiter = await limits.open({ url: `redis://127.0.0.1:${proxy.port}` })
    const keys = [ip(9), number(9), prefix(9), keyOf('sends_per_ip_day', person, 9)]
    const before = proxy.sent().length
    expect((await limiter.admit(keys)).kind).toBe('admitted')
    const sent = proxy.sent().slice(before)
    expect(sent.match(/\r\n(mget|get|multi|pttl)\r\n/g)).toEqual(['\r\nmget\r\n'])
    proxy.close()
  })

  it('keeps to the database of its URL', async () => {
    const other = await limits.open({ url: limits.server().url(3) })
    await other.admit([number(9)])
    expect(await counted('sends_per_number_burst')).toBeNull()
    expect(await limits.server().command('INFO', 'keyspace')).toMatch(/^db3:keys=1/m)
  })
})
