import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTogether } from '../../src/storage/together.ts'
import { claim, SENT, sendAll, settlement } from '../contract/outbox-steps.ts'
import { T0 } from '../contract/rows.ts'
import { start } from '../contract/stores.ts'
import { makeDirectory, openStore } from './sqlite/fixture.ts'

describe('calls together', () => {
  it('are one call in a turn, and one after it for all that come during it: each gets its own answer', async () => {
    const calls: (readonly number[])[] = []
    const during: Promise<number | undefined>[] = []
    const double = createTogether(async (inputs: readonly number[]) => {
      calls.push(inputs)
      if (calls.length === 1) during.push(double(4), double(5))
      return inputs.map((input) => input * 2)
    })
    expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6])
    expect(await Promise.all(during)).toEqual([8, 10])
    expect(calls).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
  })

  it('are at most a hundred', async () => {
    const sizes: number[] = []
    const same = createTogether(async (inputs: readonly number[]) => {
      sizes.push(inputs.length)
      return inputs
    })
    const all = Array.from({ length: 250 }, (_, n) => n)
    expect(await Promise.all(all.map(same))).toEqual(all)
    expect(sizes).toEqual([100, 100, 50])
  })

  it('fail together, and no other with them', async () => {
    let calls = 0
    const same = createTogether(async (inputs: readonly number[]) => {
      calls += 1
      if (calls === 1) throw new Error('away')
      return inputs
    })
    const outcomes = await Promise.allSettled([same(1), same(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await same(3)).toBe(3)
  })
})

describe('results that are written together', () => {
  it('C22: one that cannot be written fails the others once, and not again', async () => {
    const directory = makeDirectory()
    const store = await openStore(join(directory.path, 'store.db'))
    for (let n = 0; n < 3; n += 1) await start(store)
    const [broken, ...others] = await claim(store, T0, sendAll)
    if (!broken) throw new Error('not claimed')
    store.client.exec(`CREATE TRIGGER broken BEFORE UPDATE ON deliveries
      WHEN old.token = '${broken.token}' BEGIN SELECT raise(ABORT, 'broken'); END`)
    const settleAll = () =>
      Promise.allSettled(
        [broken, ...others].map((one) => store.outbox.settle(settlement(one, T0 + 1, SENT))),
      )
    const states = async () => (await settleAll()).map(({ status }) => status)
    expect(await states()).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await states()).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    await store.close()
    directory.remove()
  })
})
