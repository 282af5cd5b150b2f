// The log is followed though its newest rows are erased and their numbers given again.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventRecord, LogPosition } from '../../../src/events/types.ts'
import { ACTOR, T0 } from '../../contract/rows.ts'
import { makeDirectory, type OpenStore, openStore } from './fixture.ts'

const directory = makeDirectory()
let store: OpenStore
beforeAll(async () => {
  store = await openStore(join(directory.path, 'store.db'))
})
afterAll(async () => {
  await store.close()
  directory.remove()
})

const append = (at: number) =>
  store.events.append([
    {
      ...{ ...ACTOR, at, type: 'request.refused', verificationId: null },
      ...{ budgetIndex: null, details: {} },
    },
  ])
const eraseFrom = (sequence: number) =>
  store.client.prepare('delete from events where seq >= ?').run(sequence)

describe('following the log on SQLite', () => {
  let position: LogPosition
  const read = async () => {
    const found = await store.events.follow(position, 100)
    ;({ position } = found)
    return found.items.map(({ at }: EventRecord) => at - T0)
  }

  it('continues where the newest rows were erased and nothing was added', async () => {
    for (let n = 1; n <= 3; n += 1) await append(T0 + n)
    ;({ position } = await store.events.follow(null, 100))
    eraseFrom(3)
    await read()
    expect(await read()).toEqual([])
    await append(T0 + 4)
    expect(await read()).toEqual([4])
  })

  it('delivers an event that got the number of an erased row', async () => {
    eraseFrom(3)
    await append(T0 + 5)
    expect(await read()).toContain(5)
    expect(await read()).toEqual([])
  })

  it('begins again with an emptied log', async () => {
    eraseFrom(0)
    expect(await read()).toEqual([])
    await append(T0 + 6)
    expect(await read()).toEqual([6])
  })
})
