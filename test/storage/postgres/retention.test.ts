import { afterEach, describe } from 'vitest'
import { describeRetention } from '../../contract/retention.ts'
import { openStore } from './fixture.ts'

describe('on PostgreSQL', () => {
  const endings: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
  })
  describeRetention(async () => {
    const store = await openStore()
    endings.push(() => store.close())
    // Numbers come as texts on a stranger's connection, unless the driver was told.
    const read = async (sql: string) =>
      (await store.database.query(sql)).map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
          ]),
        ),
      )
    return { store, read }
  })
})
