// The one clock of all nodes, and the bell between them.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ClaimedDelivery } from '../../../src/delivery/outbox-ports.ts'
import { startDatabaseClock } from '../../../src/storage/postgres/database-clock.ts'
import { sql } from '../../../src/storage/postgres/drizzle.ts'
import { startDueSignal } from '../../../src/storage/postgres/due-signal.ts'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createPool, createQuery, type Query } from '../../../src/storage/postgres/pool.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import { lanesOf } from '../../contract/outbox-steps.ts'
import { createInput, newVerification } from '../../contract/rows.ts'
import { createSteps } from '../../contract/steps.ts'
import { guess } from '../../contract/stores.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { MIGRATIONS } from './fixture.ts'

const MINUTE = 60_000
/** A round trip on a machine that is busy: its middle is taken for the moment of the answer. */
const NEAR_MS = 200
const NOW = sql`select cs_now_1(null) as ms`

let database: Database
let query: Query
let close: () => Promise<void>
beforeAll(async () => {
  database = await createDatabase()
  await prepareDatabase({ url: database.url, migrationsFolder: MIGRATIONS })
  const pool = createPool({ url: database.url })
  query = createQuery(pool)
  close = () => pool.end()
})
afterAll(async () => {
  await close()
  await database.drop()
})

describe('the database’s clock', () => {
  const databaseMs = async () => Number((await query<{ ms: number }>(NOW))[0]?.ms)

  it('is the clock of every process, whatever its own shows', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(0)
    const clock = await startDatabaseClock(query)
    const before = await databaseMs()
    const told = clock.wallMs()
    expect(told).toBeGreaterThanOrEqual(before - NEAR_MS)
    expect(told).toBeLessThanOrEqual((await databaseMs()) + NEAR_MS)
    clock.stop()
    vi.restoreAllMocks()
  })

  it('is carried on by the monotonic clock, and read again where it diverged', async () => {
    let monotonic = 0
    let elsewhere = 0
    const shifted: Query = async (statement) => {
      const rows = await query<{ ms: number }>(statement)
      return rows.map(({ ms }) => ({ ms: ms + elsewhere })) as never
    }
    const clock = await startDatabaseClock(shifted, () => monotonic)
    const first = clock.wallMs()
    monotonic += 1_000
    expect(clock.wallMs()).toBe(first + 1_000)
    elsewhere = 10 * MINUTE
    await clock.ask()
    expect(clock.wallMs() - first).toBeGreaterThanOrEqual(10 * MINUTE)
    clock.stop()
  })

  it('follows the last answer while none comes, and none that took too long', async () => {
    let monotonic = 0
    let tookMs = 0
    const slow: Query = async (statement) => {
      const rows = await query<{ ms: number }>(statement)
      monotonic += tookMs
      return rows.map(({ ms }) => ({ ms: ms + tookMs * 1000 })) as never
    }
    const clock = await startDatabaseClock(slow, () => monotonic)
    const first = clock.wallMs()
    tookMs = 300
    await clock.ask()
    expect(clock.wallMs()).toBe(first + 300)
    clock.stop()
  })

  it('is asked again at the start while answers are slow: the quickest of a few is followed', async () => {
    let monotonic = 0
    const trips = [400, 250, 5, 300]
    const slow: Query = async () => {
      const tookMs = trips.shift() ?? 0
      monotonic += tookMs
      // Read before a slow way back.
      return [{ ms: monotonic - tookMs }] as never
    }
    const clock = await startDatabaseClock(slow, () => monotonic)
    clock.stop()
    expect(clock.wallMs() - monotonic).toBe(-5)
    expect(trips).toEqual([300])
  })

  it('is not set by an answer that is less exact than what is known, until the way has been longer for a while', async () => {
    let monotonic = 0
    let tookMs = 1
    const slow: Query = async () => {
      monotonic += tookMs
      return [{ ms: monotonic - tookMs }] as never
    }
    const clock = await startDatabaseClock(slow, () => monotonic)
    clock.stop()
    tookMs = 100
    await clock.ask()
    expect(clock.wallMs() - monotonic).toBe(-1)
    monotonic += 100_000
    await clock.ask()
    expect(clock.wallMs() - monotonic).toBe(-100)
  })

  it('decides over a check and a lease: times of a node that is minutes off do not', async () => {
    const store = await createPostgresStore({ url: database.url })
    const now = Math.floor(store.wallMs?.() ?? 0)
    const live = newVerification({ createdAt: now, expiresAt: now + MINUTE })
    const dead = newVerification({ createdAt: now - MINUTE, expiresAt: now - 1_000 })
    for (const record of [live, dead]) await store.verifications.create(createInput(record))
    const steps = createSteps(store.verifications)
    const check = (id: string, admittedAt: number, at: number) =>
      steps.check({ id, service: 'default', admittedAt, ...guess(false, at) })
    expect((await check(live.id, now, now + 10 * MINUTE)).kind).toBe('wrong')
    const behind = now - 10 * MINUTE
    expect((await check(dead.id, behind, behind)).kind).toBe('refused')
    const claim = (at: number) =>
      store.outbox.claim({
        ...{ now: at, lanes: lanesOf('sms', 10), leaseMs: 30_000, minRemainingMs: 20_000 },
        plan: () => ({ kind: 'send', provider: 'acme', prepared: null }),
      })
    const [claimed, ...others] = await claim(now - 10 * MINUTE)
    expect([claimed?.verificationId, others.length]).toEqual([live.id, 0])
    expect(claimed?.leaseUntil).toBeGreaterThan(now + 29_000)
    // Ten minutes ahead the lease is not over: it is the database's.
    expect(await claim(now + 10 * MINUTE)).toEqual([])
    await store.close()
  })
})

describe('the claim of a start', () => {
  const LEASE_MS = 30_000
  const taken: ClaimedDelivery<null>[] = []
  const startAt = async (agoMs: number, leftMs: number) => {
    const store = await createPostgresStore({ url: database.url })
    store.outbox.serve<null>(() => ({
      ...{ leaseMs: LEASE_MS, minRemainingMs: 20_000, giveBack: () => {} },
      plan: () => ({ kind: 'send', provider: 'acme', prepared: null }),
      take: (claimed) => void taken.push(claimed),
    }))
    const now = Math.floor(store.wallMs?.() ?? 0)
    const times = { createdAt: now - agoMs, expiresAt: now + leftMs }
    const outcome = await store.verifications.create(createInput(newVerification(times)))
    await store.close()
    return { now, outcome }
  }

  it('has its lease from the database’s time, whatever the node’s clock shows', async () => {
    const { now, outcome } = await startAt(10 * MINUTE, 10 * MINUTE)
    expect(outcome).toMatchObject({ kind: 'created', isDue: false })
    const [claimed] = taken.splice(0)
    expect(claimed?.startedAt).toBeGreaterThanOrEqual(now - NEAR_MS)
    expect(claimed?.leaseUntil).toBe((claimed?.startedAt ?? 0) + LEASE_MS)
    const [row] = await query(sql`select d.due_at, t.started_at from deliveries d
      join send_attempts t using (verification_seq, send) where d.token = ${claimed?.token}`)
    expect(row).toEqual({ due_at: claimed?.leaseUntil, started_at: claimed?.startedAt })
  })

  it('I6: is none where too little time is left once the start has its locks', async () => {
    const { outcome } = await startAt(MINUTE, 10_000)
    expect(outcome).toMatchObject({ kind: 'created', isDue: true })
    expect(taken).toEqual([])
  })
})

describe('the bell', () => {
  it('is heard by the others, not by oneself, and once for many rings', async () => {
    const [one, two] = [startDueSignal(database, query), startDueSignal(database, query)]
    const heard = { one: 0, two: 0 }
    one.onAnnounced(() => {
      heard.one += 1
    })
    two.onAnnounced(() => {
      heard.two += 1
    })
    await vi.waitFor(async () => {
      one.announce()
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect(heard.two).toBeGreaterThan(0)
    }, 5_000)
    const before = heard.two
    for (let n = 0; n < 100; n += 1) one.announce()
    await vi.waitFor(() => expect(heard.two).toBe(before + 1))
    expect(heard.one).toBe(0)
    await Promise.all([one.close(), two.close()])
  })

  it('is heard again after its connection was ended', async () => {
    const [one, two] = [startDueSignal(database, query), startDueSignal(database, query)]
    let heard = 0
    two.onAnnounced(() => {
      heard += 1
    })
    const ring = () =>
      vi.waitFor(async () => {
        const before = heard
        one.announce()
        await new Promise((resolve) => setTimeout(resolve, 60))
        expect(heard).toBeGreaterThan(before)
      }, 8_000)
    await ring()
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign listen' and datname = current_database()",
    )
    await ring()
    await Promise.all([one.close(), two.close()])
  })
})
