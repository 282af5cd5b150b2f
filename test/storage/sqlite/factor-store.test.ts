// The contracts of the factors, on SQLite, over one connection and over two on one file.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approveWith, enrol, useOf } from '../../contract/factor-steps.ts'
import { describeFactors } from '../../contract/factor-store.ts'
import { describeFactorUses } from '../../contract/factor-uses.ts'
import { makeDirectory, type OpenStore, openStore } from './fixture.ts'

describe('factors on SQLite', () => {
  const directory = makeDirectory()
  let store: OpenStore
  let other: OpenStore
  beforeAll(async () => {
    store = await openStore(join(directory.path, 'store.db'))
    other = await openStore(join(directory.path, 'store.db'))
  })
  afterAll(async () => {
    await Promise.all([store.close(), other.close()])
    directory.remove()
  })
  describeFactors(() => store)
  describeFactorUses(() => store)

  it('C11: one step for 20 verifications at once, over two connections, is one approval', async () => {
    const app = await enrol(store)
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => approveWith(n % 2 ? store : other, useOf(app, 7))),
    )
    expect(outcomes.filter(({ kind }) => kind === 'approved')).toHaveLength(1)
    const wrong = outcomes.flatMap((one) => (one.kind === 'wrong' ? one.record : []))
    expect(wrong).toHaveLength(19)
    for (const { service, id } of wrong)
      expect(await store.verifications.find(service, id)).toMatchObject({ status: 'pending' })
  })
})
