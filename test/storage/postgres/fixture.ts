// A real store on a database of its own, whose times are the tests'.
// It must not replace any part of the store.

import { resolve } from 'node:path'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'

export const MIGRATIONS = resolve(import.meta.dirname, '../../../drizzle/postgres')

export type OpenStore = Store & { database: Database }

export async function openStore(): Promise<OpenStore> {
  const database = await createDatabase()
  await prepareDatabase({ url: database.url, migrationsFolder: MIGRATIONS })
  const store = await createPostgresStore({ url: database.url, clock: 'caller' })
  return {
    ...store,
    database,
    async close() {
      await store.close()
      await database.drop()
    },
  }
}
