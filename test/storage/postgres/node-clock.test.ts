// The clock of a node follows the database's, and where it is ahead nothing waits for it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClock, STEERED_RATE } from '../../../src/kernel/clock.ts'
import { startDatabaseClock } from '../../../src/storage/postgres/database-clock.ts'
import type { Query } from '../../../src/storage/postgres/pool.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import { claim, sendAll } from '../../contract/outbox-steps.ts'
import { createInput, MINUTE, newVerification, T0 } from '../../contract/rows.ts'
import { type OpenStore, openStore } from './fixture.ts'

let store: OpenStore
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.close())

describe('the clock of a node', () => {
  /** A database whose clock is right; `monotonic` is the node's. */
  const setUp = async (askedAt: () => number, monotonic: () => number) => {
    const query: Query = async () => [{ ms: askedAt() }] as never
    const database = await startDatabaseClock(query, monotonic)
    database.stop()
    const clock = createClock({
      wallMs: database.wallMs,
      monotonicMs: monotonic,
      aheadRate: STEERED_RATE,
    })
    return { database, clock }
  }

  it('does not run away from the database’s where its quartz is fast by 50 µs in a second', async () => {
    const at = { true: T0, monotonic: 0 }
    const { database, clock } = await setUp(
      () => at.true,
      () => at.monotonic,
    )
    for (let seconds = 0; seconds < 86_400; seconds += 10) {
      at.true += 10_000
      at.monotonic += 10_000.5
      await database.ask()
      clock.now()
    }
    expect(clock.now() - at.true).toBeLessThan(50)
  })

  it('does not stay ahead of the database’s after one answer whose question was slow', async () => {
    const at = { true: T0, monotonic: 0 }
    const pass = (ms: number) => {
      at.true += ms
      at.monotonic += ms
    }
    let slowMs = 0
    const { database, clock } = await setUp(
      () => {
        pass(slowMs)
        return at.true
      },
      () => at.monotonic,
    )
    // Long enough for such an answer to be followed.
    pass(240_000)
    slowMs = 240
    await database.ask()
    clock.now()
    slowMs = 0
    for (let n = 0; n < 10; n += 1) {
      pass(10_000)
      await database.ask()
    }
    expect(clock.now() - at.true).toBeLessThan(20)
  })

  it('may be ahead: a message is due at once anyway', async () => {
    const node = await createPostgresStore({ url: store.database.url })
    const now = Math.floor(node.wallMs?.() ?? 0) + MINUTE
    const record = newVerification({
      createdAt: now,
      expiresAt: now + 5 * MINUTE,
      channel: 'email',
    })
    await node.verifications.create(createInput(record))
    const claimed = await claim(node, now, sendAll, 'email')
    await node.close()
    expect(claimed).toHaveLength(1)
  })
})
