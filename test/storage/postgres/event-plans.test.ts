// The contract of the event log under plans that PostgreSQL takes on another day: which join it takes for an append hangs on
// how large it believes the tables to be, and a join keeps no order.

import { afterAll, beforeAll, describe } from 'vitest'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { describeEvents } from '../../contract/event-store.ts'
import { createSteps } from '../../contract/steps.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { MIGRATIONS } from './fixture.ts'

describe.each([
  ['merging', ['hashjoin', 'nestloop']],
  ['hashing', ['mergejoin', 'nestloop']],
  ['looping', ['mergejoin', 'hashjoin']],
])('events on PostgreSQL, %s', (_, ways) => {
  let database: Database
  let store: Store
  beforeAll(async () => {
    database = await createDatabase()
    for (const way of ways)
      await database.query(`alter database ${database.name} set enable_${way} = off`)
    await prepareDatabase({ url: database.url, migrationsFolder: MIGRATIONS })
    store = await createPostgresStore({ url: database.url, clock: 'caller' })
  })
  afterAll(async () => {
    await store?.close()
    await database?.drop()
  })
  describeEvents(() => ({ ...store, steps: createSteps(store.verifications) }))
})
