import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeLimiter, keyOf, remaining } from '../contract/limiter.ts'
import { PATIENCE_MS } from '../long.ts'
import { startCountingProxy } from '../postgres/counting-proxy.ts'
import { hasPgBouncer, type PgBouncer, startPgBouncer } from '../postgres/pgbouncer.ts'
import { type AdmitTask, admitTogether } from './admit-process.ts'
import { useLimitsDatabase } from './postgres-fixture.ts'

const limits = useLimitsDatabase({ deadlineMs: PATIENCE_MS })
let person = ''
beforeEach(() => {
  person = randomUUID()
})
afterEach(() => void vi.useRealTimers())

const ip = (max: number) => keyOf('sends_per_ip_burst', person, max)
const number = (max: number, windowSeconds = 600) =>
  keyOf('sends_per_number_burst', person, max, windowSeconds)
const prefix = (max: number) => keyOf('sends_per_prefix_hour', person, max, 3_600)

describeLimiter('PostgreSQL', () => limits.open())

describe.skipIf(!hasPgBouncer)(
  hasPgBouncer ? 'through PgBouncer' : 'through PgBouncer (skipped: it is not installed)',
  () => {
    let bouncer: PgBouncer
    beforeAll(async () => {
      bouncer = await startPgBouncer(limits.database().url)
    })
    afterAll(() => bouncer.stop())
    describeLimiter('PgBouncer', () => limits.open({ url: bouncer.url, pooler: 'transaction' }))
  },
)

describe('the limiter on PostgreSQL', () => {
  const task = (times: number, more: Partial<AdmitTask> = {}): AdmitTask => ({
    ...{ engine: 'postgres', at: limits.database().url, keys: [number(5)], times, ...more },
  })

  it('C15: four processes with 50 each at a limit of 5 admit exactly 5', async () => {
    expect(await admitTogether(Array.from({ length: 4 }, () => task(50)))).toBe(5)
  })

  it('C15: nor do they deadlock, whatever the order of their keys', async () => {
    const keys = [ip(400), number(400), prefix(150)]
    const orders = [keys, keys.toReversed(), [number(400), prefix(150), ip(400)], keys]
    expect(await admitTogether(orders.map((order) => task(50, { keys: order })))).toBe(150)
  })

  it('C16: parallel admissions that are refused leave the other budget exactly as it was', async () => {
    const nodes = [await limits.open(), await limits.open()]
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => nodes[n % 2]?.admit([ip(100), number(5)])),
    )
    expect(remaining(await (await limits.open()).admit([ip(100)]))).toEqual([94])
  })

  describe.each([
    ['ahead', 600_000],
    ['behind', -600_000],
  ])('of a node whose wall is ten minutes %s', (_name, aheadMs) => {
    it('the windows end when they do for the others', async () => {
      const keys = [number(5, 60)]
      const off = (times: number) => admitTogether([task(times, { keys, aheadMs })])
      const right = await limits.open()
      expect(await off(2)).toBe(2)
      const [row] = await limits
        .database()
        .query<{ left: number }>(
          `select expire / 1000.0 - extract(epoch from now()) as left from limit_counters where key like '%' || $1`,
          [person],
        )
      expect(Number(row?.left)).toBeGreaterThan(50)
      expect(Number(row?.left)).toBeLessThanOrEqual(60)
      expect(remaining(await right.admit(keys))).toEqual([2])
      expect(await off(20)).toBe(2)
      expect((await right.admit(keys)).kind).toBe('refused')
    })

    it('it reports how long to wait, no more and no less', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs })
      const limiter = await limits.open()
      const admitted = await limiter.admit([number(1, 60)])
      const refused = await limiter.admit([number(1, 60)])
      const seconds = [
        admitted.kind === 'admitted' ? admitted.budgets[0]?.resetSeconds : 0,
        refused.kind === 'refused' ? refused.retryAfterSeconds : 0,
      ]
      for (const wait of seconds) {
        expect(wait).toBeGreaterThan(50)
        expect(wait).toBeLessThanOrEqual(60)
      }
    })
  })

  it('a window that has ended begins again with its full budget, whatever the wall clock says', async () => {
    const limiter = await limits.open()
    for (let n = 0; n < 3; n += 1) await limiter.admit([number(3)])
    await limits
      .database()
      .query(
        `update limit_counters set expire = extract(epoch from now()) * 1000 - 1 where key like '%' || $1`,
        [person],
      )
    expect(remaining(await limiter.admit([number(3)]))).toEqual([2])
  })

  it('holds counters of one row for one round trip a key, and two more', async () => {
    const url = new URL(limits.database().url)
    const proxy = await startCountingProxy(Number(url.port))
    url.port = String(proxy.port)
    const limiter = await limits.open({ url: url.href, size: 1 })
    proxy.takeRoundTrips()
    await limiter.admit([ip(9), number(9), prefix(9)])
    expect(proxy.takeRoundTrips()).toBe(5)
    proxy.close()
  })

  it('counts right where the server isolates transactions more than needed', async () => {
    const { name, query } = limits.database()
    await query(`alter database ${name} set default_transaction_isolation = 'serializable'`)
    try {
      expect(await admitTogether([task(50), task(50)])).toBe(5)
    } finally {
      await query(`alter database ${name} reset default_transaction_isolation`)
    }
  })
})
