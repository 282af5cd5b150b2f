// What changed, read again and again: the hours of other days are read once an hour, and the answer is that of a fresh reading.

import { afterAll, describe, expect, it } from 'vitest'
import { createSummaries } from '../../src/admin/summary.ts'
import { type CountQuery, type CountRow, DIMENSIONS, LEVELS } from '../../src/counts/ports.ts'
import { EMPTY } from '../../src/counts/rows.ts'
import { DAY_MS, HOUR_MS } from '../../src/kernel/clock.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'

const HOUR = 1_800_000_000_000 - (1_800_000_000_000 % HOUR_MS)
const QUERY = { service: null, span: '24h', by: 'provider', only: null } as const
const KEPT_MS = 31_000

describe('what changed, kept', () => {
  const directory = makeDirectory()
  afterAll(() => directory.remove())

  async function setUp() {
    const store = await openStore(`${directory.path}/${Math.random()}.db`)
    const clock = { now: () => HOUR + 40 * 60_000 + passed }
    let passed = 0
    let isBehind = false
    const read: CountQuery[] = []
    const summaries = createSummaries({
      store: {
        ...store.counts,
        tallies: (query) => {
          read.push(query)
          return store.counts.tallies(query)
        },
      },
      counter: { catchUp: async () => ({ until: 0, isBehind }) },
      clock,
      monotonicMs: () => passed,
    })
    const add = async (at: number, tally: Partial<CountRow>) => {
      const { from, to } = await store.counts.next(1)
      const key = { level: LEVELS.hour, at, service: '', dimension: DIMENSIONS.all, value: '' }
      const counts = [{ ...key, ...EMPTY, ...tally }]
      expect(await store.counts.apply({ from, to, rows: { counts, costs: [], times: [] } })).toBe(
        true,
      )
    }
    for (let day = 1; day <= 14; day += 1)
      await add(HOUR - day * DAY_MS, { approved: 80, unapproved: 20 })
    return {
      add,
      /** Whether hours of other days were read for it. */
      async changesAfter(ms: number, behind = false) {
        passed += ms
        isBehind = behind
        read.length = 0
        const { changes } = await summaries.of(QUERY)
        const days = read.some(({ buckets }) => buckets.some(({ at }) => at < HOUR - 3 * DAY_MS))
        return { days, kinds: changes.map(({ kind, now }) => [kind, now]) }
      },
      close: () => store.close(),
    }
  }

  it('C77: hears of the running hour, and reads those of other days once an hour', async () => {
    const { add, changesAfter, close } = await setUp()
    expect(await changesAfter(0)).toEqual({ days: true, kinds: [] })
    await add(HOUR, { approved: 10, unapproved: 90 })
    const fallen = { days: false, kinds: [['conversion', 0.1]] }
    expect(await changesAfter(KEPT_MS)).toEqual(fallen)
    expect(await changesAfter(KEPT_MS)).toEqual(fallen)
    expect(await changesAfter(HOUR_MS / 2)).toEqual({ ...fallen, days: true })
    await close()
  })

  it('C77: keeps no hour of another day while the log is counted that it may add to', async () => {
    const { add, changesAfter, close } = await setUp()
    expect((await changesAfter(0, true)).days).toBe(true)
    for (let day = 1; day <= 14; day += 1) await add(HOUR - day * DAY_MS, { unapproved: 700 })
    await add(HOUR, { approved: 10, unapproved: 90 })
    expect(await changesAfter(KEPT_MS, false)).toEqual({ days: true, kinds: [] })
    await close()
  })
})
