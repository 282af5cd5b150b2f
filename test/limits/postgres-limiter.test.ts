// The Limiter's contract on PostgreSQL.

import { afterAll, beforeAll, describe } from 'vitest'
import { createPostgresLimiter } from '../../src/limits/postgres-limiter.ts'
import { prepareDatabase } from '../../src/storage/postgres/open.ts'
import { describeLimiter } from '../contract/limiter.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'

describe('on PostgreSQL', () => {
  let database: Database
  beforeAll(async () => {
    database = await createDatabase()
    await prepareDatabase({ url: database.url, migrationsFolder: 'drizzle/postgres' })
  })
  afterAll(() => database.drop())
  describeLimiter('PostgreSQL', async () => createPostgresLimiter({ url: database.url }))
})
