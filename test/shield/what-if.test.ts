// C84: the what-if over a month of honest people and one attack, on both engines: it names the attack and nobody else.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWhatIf, type WhatIf } from '../../src/admin/shield.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'
import type { ShieldRule } from '../../src/kernel/shield-rules.ts'
import { networkKey } from '../../src/limits/client-address.ts'
import type { StoppedStart } from '../../src/shield/replay.ts'
import type { Store } from '../../src/storage/store.ts'
import { openStore as openPostgres } from '../storage/postgres/fixture.ts'
import { makeDirectory, openStore as openSqlite } from '../storage/sqlite/fixture.ts'
import { BEGIN, COUNTED, makeMonth, PUMPED } from './month.ts'
import { keyring, writeToPostgres, writeToSqlite } from './write-month.ts'

const MONTH = makeMonth({ people: 1_000, seed: 22 })
const UNTIL = BEGIN + 31 * DAY_MS
const startOf = new Map(MONTH.starts.map((start) => [start.id, start]))

const whatIfOf = (store: Store) =>
  createWhatIf({ log: store.shield, keyring, networkOf: networkKey })

function describeMonth(open: () => Promise<Store>): void {
  let store: Store
  let found: WhatIf
  const stopped: StoppedStart[] = []
  const of = (rule: ShieldRule) => found.rules.find((one) => one.rule === rule)
  beforeAll(async () => {
    store = await open()
    found = await whatIfOf(store)({
      ...{ service: null, since: BEGIN, until: UNTIL },
      onStopped: (start) => stopped.push(start),
    })
  })
  afterAll(() => store?.close())

  it('names the blocks of the attack, and its countries', () => {
    expect(
      of('prefix')
        ?.values.map(({ value }) => value)
        .toSorted(),
    ).toEqual([...PUMPED, COUNTED])
    expect(of('sequential')?.values.map(({ value }) => value)).toEqual([COUNTED])
    expect(of('country')?.values.map(({ value }) => value)).toEqual(['LV'])
  })

  it('names nothing of honest people: who try again, travel, share a NAT, move in together, or met an outage', () => {
    expect(MONTH.starts.filter(({ isOfAttack }) => !isOfAttack).length).toBeGreaterThan(2_500)
    for (const rule of ['conversion', 'network', 'domain', 'address'] as const)
      expect(of(rule)).toMatchObject({ stops: 0, starts: 0, values: [] })
    const honest = stopped.flatMap(({ verificationId }) => {
      const start = startOf.get(verificationId)
      return start?.isOfAttack === false ? [start] : []
    })
    // New here, in a pumped block, while it was pumped; those who were known are not stopped.
    expect(honest.map(({ to }) => to.slice(-4)).toSorted()).toEqual(['1804', '6105', '9206'])
  })

  it('tells its figures: starts, approved ones among them, money', () => {
    const { starts, approved, costs } = found.all
    const money = starts * 80_000
    expect({ starts, approved, costs }).toEqual({
      ...{ starts: stopped.length, approved: 3 },
      costs: [{ micros: money, currency: 'EUR' }],
    })
    // Of 510, ten and a few more of each block have gone out before it was noticed, and after each end.
    expect(starts).toBeGreaterThan(420)
    expect(starts).toBeLessThan(513)
    const prefixes = of('prefix')
    expect(prefixes?.starts).toBe(prefixes?.values.reduce((sum, one) => sum + one.starts, 0))
    expect(prefixes?.costs).toEqual([{ micros: (prefixes?.starts ?? 0) * 80_000, currency: 'EUR' }])
    expect(found).toMatchObject({ isComplete: true, events: MONTH.events.length })
  })

  it('reads the span that is asked for, one rule, and no more than it may', async () => {
    const whatIf = whatIfOf(store)
    const day = BEGIN + 17 * DAY_MS
    const before = { service: null, since: day - DAY_MS, until: day }
    expect(await whatIf(before)).toMatchObject({ all: { starts: 0 }, isComplete: true })
    const own = { service: 'default', since: day, until: day + DAY_MS, rules: ['prefix'] as const }
    expect((await whatIf(own)).rules).toMatchObject([{ rule: 'prefix', approved: 3 }])
    expect(await whatIf({ ...own, service: 'another' })).toMatchObject({ starts: 0 })
    const cut = await whatIf({ service: null, since: BEGIN, until: UNTIL, maxEvents: 500 })
    expect(cut).toMatchObject({ events: 500, isComplete: false })
  })
}

describe('C84: the what-if over a month, on SQLite', () => {
  const directory = makeDirectory()
  describeMonth(async () => {
    const store = await openSqlite(join(directory.path, 'store.db'))
    writeToSqlite(store.client, MONTH)
    return store
  })
  afterAll(directory.remove)
})

describe('C84: the what-if over a month, on PostgreSQL', () => {
  describeMonth(async () => {
    const store = await openPostgres()
    await writeToPostgres(store.database, MONTH)
    return store
  })
})
