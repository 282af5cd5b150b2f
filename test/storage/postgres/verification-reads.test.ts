import { afterAll, describe } from 'vitest'
import { MINUTE, T0 } from '../../contract/rows.ts'
import { start } from '../../contract/stores.ts'
import { describeAttempts } from '../../contract/verification-reads.ts'
import { type OpenStore, openStore } from './fixture.ts'

describe('on PostgreSQL', () => {
  let store: OpenStore
  afterAll(() => store.close())
  describeAttempts(async () => {
    store = await openStore()
    const fill = async (count: number) => {
      const one = (n: number) => start(store, { createdAt: T0 + 2 * MINUTE + n * 100 })
      for (let n = 0; n < count; n += 8)
        await Promise.all(Array.from({ length: 8 }, (_, i) => one(n + i)))
    }
    return { store, fill }
  })
})
