// C76: on PostgreSQL events commit in another order than they are numbered: each is counted once, by whichever process.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCounter } from '../../../src/counts/counter.ts'
import { fold } from '../../../src/counts/fold.ts'
import { createNames } from '../../../src/counts/names.ts'
import { type CountStore, DIMENSIONS, LEVELS } from '../../../src/counts/ports.ts'
import { createCounts, SUM_TEXTS } from '../../../src/storage/postgres/counts.ts'
import { createPool, createQuery } from '../../../src/storage/postgres/pool.ts'
import { ACTOR, HOUR, T0 } from '../../contract/rows.ts'
import { type OpenStore, openStore } from './fixture.ts'

const LOGGER = { info() {}, warn() {} }

describe('counting on PostgreSQL', () => {
  let store: OpenStore
  let late: pg.Client
  let pool: ReturnType<typeof createPool>
  let now = 0
  /** As another process would begin. */
  const begin = (): CountStore => createCounts(createQuery(pool), () => now)
  let counts: CountStore
  beforeAll(async () => {
    store = await openStore()
    const { url } = store.database
    late = new pg.Client({ connectionString: url })
    await late.connect()
    pool = createPool({ url })
    counts = begin()
  })
  afterAll(async () => {
    await late?.end()
    await pool?.end()
    await store?.close()
  })

  const append = (count: number) =>
    store.events.append([
      {
        ...{ ...ACTOR, at: T0, type: 'request.refused', verificationId: null, budgetIndex: null },
        details: { error: 'e', count },
      },
    ])
  const insertLate = (count: number) =>
    late.query(
      `insert into events (at, type, service, details) values ($1, 'request.refused', 'late', $2)`,
      [T0, JSON.stringify({ error: 'e', count })],
    )
  const count = async (by = counts) => {
    await createCounter({ store: by, clock: { now: () => T0 + HOUR }, logger: LOGGER }).catchUp()
    const buckets = [{ group: 0, level: LEVELS.ever, at: 0 }]
    const [row] = await by.tallies({ service: '', buckets, dimensions: [DIMENSIONS.all] })
    return row?.refused ?? 0
  }
  const awaited = async () => {
    const [row] = await store.database.query<{ awaited: string }>('select awaited from count_place')
    return row?.awaited
  }

  it('counts an event that was numbered first and committed last, though another process counts by then', async () => {
    await late.query('begin')
    await insertLate(100)
    await append(1)
    expect(await count()).toBe(1)
    expect(await awaited()).not.toBe('')
    const another = begin()
    await append(1)
    expect(await count(another)).toBe(2)
    await late.query('commit')
    expect([await count(begin()), await count(another), await count()]).toEqual([102, 102, 102])
  })

  it('gives up a number that was never used, after ten seconds of its own', async () => {
    await late.query('begin')
    await insertLate(100)
    await late.query('rollback')
    await append(1)
    const before = await count()
    const [missing] = (await counts.next(10)).from.awaited.slice(-1)
    const isAwaited = async (by: CountStore) =>
      (await by.next(10)).to.awaited.includes(missing ?? 0)
    expect(await isAwaited(counts)).toBe(true)
    now += 10_000
    expect(await isAwaited(counts)).toBe(false)
    // One that begins now does not know for how long it has been missing.
    const fresh = begin()
    expect(await isAwaited(fresh)).toBe(true)
    await append(1)
    expect(await count()).toBe(before + 1)
    expect((await counts.next(10)).from.awaited).not.toContain(missing)
  })

  it('counts a step once, though its reply was lost and it is sent again', async () => {
    await append(1)
    const before = await count()
    await append(5)
    const { from, events, to } = await counts.next(10)
    const step = { from, to, rows: fold(events, { now: T0 + HOUR, from, nameOf: createNames([]) }) }
    const both = await Promise.all([counts.apply(step), begin().apply(step)])
    expect(both.toSorted()).toEqual([false, true])
    expect(await counts.apply(step)).toBe(false)
    expect(await count()).toBe(before + 5)
  })

  it('steps to each minute, hour and day by the primary key, whatever the statistics say', async () => {
    await store.database.query(`insert into counts select 1, n * 3600000, s, d, '', 1, 1, 1, 1, 1, 1, 1, 1, 1
      from generate_series(1, 500) n, unnest(array['', 'a']) s, generate_series(0, 7) d`)
    for (const text of Object.values(SUM_TEXTS)) {
      const values = [[0, 0], [1, 1], [3600000, 7200000], 'a', [0, 3], '']
      const { rows } = await late.query(`explain ${text}`, values)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(/Index (?:Only )?Scan using count\w*_pk/)
      expect(plan).not.toMatch(/Seq Scan on count|Bitmap/)
    }
  })
})
