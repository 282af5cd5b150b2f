import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { MINUTE, T0 } from '../../contract/rows.ts'
import { start } from '../../contract/stores.ts'
import { describeAttempts } from '../../contract/verification-reads.ts'
import { makeDirectory, type OpenStore, openStore } from './fixture.ts'

describe('on SQLite', () => {
  const directory = makeDirectory()
  let store: OpenStore
  afterAll(async () => {
    await store.close()
    directory.remove()
  })
  describeAttempts(async () => {
    store = await openStore(join(directory.path, 'reads.db'))
    const fill = async (count: number) => {
      const one = (n: number) => start(store, { createdAt: T0 + 2 * MINUTE + n * 100 })
      for (let n = 0; n < count; n += 500)
        await Promise.all(Array.from({ length: 500 }, (_, i) => one(n + i)))
    }
    return { store, fill }
  })
})
