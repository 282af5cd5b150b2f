import { join } from 'node:path'
import { afterEach, describe } from 'vitest'
import { describeRetention } from '../../contract/retention.ts'
import { makeDirectory, openStore } from './fixture.ts'

describe('on SQLite', () => {
  const endings: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
  })
  describeRetention(async () => {
    const directory = makeDirectory()
    const store = await openStore(join(directory.path, 'retention.db'))
    endings.push(
      () => directory.remove(),
      () => store.close(),
    )
    return { store, read: async (sql) => store.client.prepare(sql).all() as never }
  })
})
