// A real store on a database of its own, whose times are the tests'.
// It must not replace any part of the store.

import { resolve } from 'node:path'
import pg from 'pg'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { CAUSES } from '../../contract/hooked.ts'
import { createSteps, type Steps } from '../../contract/steps.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'

export const MIGRATIONS = resolve(import.meta.dirname, '../../../drizzle/postgres')

export type OpenStore = Store & { steps: Steps; database: Database }

export async function openStore(): Promise<OpenStore> {
  const database = await createDatabase()
  await prepareDatabase({ url: database.url, migrationsFolder: MIGRATIONS })
  const store = await createPostgresStore({
    url: database.url,
    clock: 'caller',
    causes: CAUSES,
  })
  return {
    ...store,
    steps: createSteps(store.verifications),
    database,
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

/** Another node in the middle of something: what it holds until its `commit`, and who waits for it. */
export async function openOther({ url, query }: Database) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    query: (text: string, values: unknown[] = []) => client.query(text, values),
    async hold(text: string, value: unknown) {
      await client.query('begin')
      await client.query(text, [value])
    },
    commit: () => client.query('commit'),
    /** How many connections wait for a lock. */
    async waiting() {
      const [row] = await query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return row?.n
    },
    close: () => client.end(),
  }
}
export type OtherNode = Awaited<ReturnType<typeof openOther>>

/** What `hold` takes: the row of a verification. */
export const rowOf = ({ id }: { id: string }): [text: string, value: unknown] => [
  'select 1 from verifications where id = $1 for update',
  id,
]
