// The log is followed though transactions commit in another order than their events are numbered.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogPosition } from '../../../src/events/types.ts'
import { createFollow } from '../../../src/storage/postgres/event-follow.ts'
import { createPool, createQuery } from '../../../src/storage/postgres/pool.ts'
import { ACTOR, T0 } from '../../contract/rows.ts'
import { type OpenStore, openStore } from './fixture.ts'

describe('following the log on PostgreSQL', () => {
  let store: OpenStore
  let late: pg.Client
  let pool: ReturnType<typeof createPool>
  let now = 0
  let follow: ReturnType<typeof createFollow>
  beforeAll(async () => {
    store = await openStore()
    const { url } = store.database
    late = new pg.Client({ connectionString: url })
    await late.connect()
    pool = createPool({ url })
    follow = createFollow(createQuery(pool), () => now)
  })
  afterAll(async () => {
    await late?.end()
    await pool?.end()
    await store?.close()
  })

  const append = (n: number) =>
    store.events.append([
      {
        ...{ ...ACTOR, at: T0 + n, type: 'request.refused', verificationId: null },
        ...{ budgetIndex: null, details: { n } },
      },
    ])
  const insertLate = (n: number) =>
    late.query(
      `insert into events (at, type, service, details) values ($1, 'request.refused', 'late', $2)`,
      [T0 + n, JSON.stringify({ n })],
    )
  let position: LogPosition
  const read = async () => {
    const found = await follow(position, 100)
    ;({ position } = found)
    return found.items.map(({ details }) => details.n)
  }

  it('delivers an event that was numbered first and committed last', async () => {
    ;({ position } = await follow(null, 100))
    await late.query('begin')
    await insertLate(1)
    await append(2)
    await append(3)
    expect(await read()).toEqual([2, 3])
    expect(await read()).toEqual([])
    const mark = await store.events.mark()
    await late.query('commit')
    expect(await store.events.mark()).not.toBe(mark)
    expect(await read()).toEqual([1])
    expect(await read()).toEqual([])
  })

  it('delivers one that was being written when the following began', async () => {
    await late.query('begin')
    await insertLate(4)
    await append(5)
    ;({ position } = await follow(null, 100))
    expect(await read()).toEqual([])
    await late.query('commit')
    expect(await read()).toEqual([4])
  })

  it('gives up a number that was never used, after ten seconds', async () => {
    await late.query('begin')
    await insertLate(6)
    await late.query('rollback')
    await append(7)
    expect(await read()).toEqual([7])
    expect(position.awaited).toHaveLength(1)
    now += 9_999
    await read()
    expect(position.awaited).toHaveLength(1)
    now += 1
    await read()
    expect(position.awaited).toEqual([])
  })

  /** As a point-in-time recovery leaves the log: numbers are given again. */
  async function goBackTo(n: number) {
    await late.query('delete from events where at > $1', [T0 + n])
    await late.query(
      `select setval(pg_get_serial_sequence('events', 'seq'), (select max(seq) from events))`,
    )
  }

  it('C72: continues in a restored log, and misses nothing', async () => {
    await append(8)
    await append(9)
    ;({ position } = await follow(null, 100))
    await goBackTo(8)
    expect((await read()).at(-1)).toBe(8)
    await append(9)
    await append(10)
    expect(await read()).toEqual([9, 10])
    await goBackTo(8)
    await append(10)
    expect((await read()).slice(-2)).toEqual([8, 10])
    await append(11)
    expect(await read()).toEqual([11])
    expect(await read()).toEqual([])
  })

  it('continues in a log that was emptied', async () => {
    await append(11)
    ;({ position } = await follow(null, 100))
    await late.query('delete from events')
    expect(await read()).toEqual([])
    await append(12)
    expect(await read()).toEqual([12])
  })
})
