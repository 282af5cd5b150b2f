// The bucket that nodes share: tokens for rows that are due, one statement, the same rule as in one process.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { bucketOf, takeFrom } from '../../../src/delivery/pace/bucket.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { decideStart } from '../../../src/verification/transitions.ts'
import { createInput, HOUR, MINUTE, newVerification, T0 } from '../../contract/rows.ts'
import { type OpenStore, openStore } from './fixture.ts'

let store: OpenStore
let other: Store
beforeAll(async () => {
  store = await openStore()
  // By the database's own clock, as a node.
  other = await createPostgresStore({ url: store.database.url })
})
afterAll(async () => {
  await other.close()
  await store.close()
})

const lane = { channel: 'sms' as const, provider: 'acme' }
const bucket = bucketOf({ messages: 10, perMs: 1_000 })
const take = (key: string, wanted: number, now: number, from: Store = store) =>
  from.pace?.take({ ...lane, ...bucket, key, wanted, now })

const begin = async (count: number, createdAt = T0) => {
  for (let n = 0; n < count; n += 1) {
    const record = newVerification({ createdAt })
    const change = decideStart(record, false, 'acme')
    await store.verifications.create(createInput(record, { change }))
  }
}

it('gives a token for a row that is due, and none where nothing is', async () => {
  expect(await take('due', 5, T0 + 1)).toEqual({ granted: 0, waitMs: 0 })
  await begin(2)
  expect(await take('due', 5, T0 - 1)).toEqual({ granted: 0, waitMs: 0 })
  // Two are due, and three tokens there: nothing waits.
  expect(await take('due', 5, T0 + 1)).toEqual({ granted: 2, waitMs: 0 })
  expect(await take('due', 5, T0 + 1)).toEqual({ granted: 1, waitMs: 100 })
  expect(await take('due', 5, T0 + 100)).toEqual({ granted: 0, waitMs: 1 })
  expect(await take('due', 1, T0 + 101)).toEqual({ granted: 1, waitMs: 0 })
})

it('has the rule of one process, whenever and for how many it is asked', async () => {
  await begin(30)
  let fullAt = 0
  let now = T0 + 10_000
  for (const [passed, wanted] of [
    [0, 2],
    [10, 20],
    [90, 20],
    [130, 1],
    [700, 20],
    [33, 4],
    [67, 4],
    [1, 4],
    [5_000, 20],
  ] as const) {
    now += passed
    const one = takeFrom(fullAt, bucket, wanted, now)
    fullAt = one.fullAt
    const expected = { granted: one.granted, waitMs: one.granted < wanted ? one.waitMs : 0 }
    expect(await take('rule', wanted, now)).toEqual(expected)
  }
})

it('a node whose clock is wrong goes by the database’s', async () => {
  await begin(3, Date.now() - MINUTE)
  expect(await take('clock', 3, 0, other)).toMatchObject({ granted: 3 })
  const again = await take('clock', 3, Date.now() + HOUR, other)
  expect(again?.granted).toBeLessThan(3)
})

it('gives each token once, whoever asks at the same time; each key has a bucket of its own', async () => {
  const taken = await Promise.all(Array.from({ length: 12 }, () => take('race', 1, T0 + 20_000)))
  expect(taken.reduce((sum, one) => sum + (one?.granted ?? 0), 0)).toBe(3)
  expect(await take('another', 3, T0 + 20_000)).toMatchObject({ granted: 3 })
})
