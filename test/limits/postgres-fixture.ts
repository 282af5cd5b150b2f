// A migrated database of its own on the run's server, and limiters over it as nodes open them.
// It must not replace any part of the limiter.

import { afterAll, beforeAll } from 'vitest'
import {
  openPostgresLimiter,
  type PostgresLimiter,
  type PostgresLimiterOptions,
} from '../../src/limits/postgres-limiter.ts'
import { prepareDatabase } from '../../src/storage/postgres/open.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { MIGRATIONS } from '../storage/postgres/fixture.ts'

export const silent = { warn() {} }

export type LimitsDatabase = {
  database(): Database
  /** As a node that starts; closed at the end. */
  open(options?: Partial<PostgresLimiterOptions>): Promise<PostgresLimiter>
}

/** @param usual of every limiter: the patience of those that test no fault */
export function useLimitsDatabase(usual: Partial<PostgresLimiterOptions> = {}): LimitsDatabase {
  let database: Database
  const opened: PostgresLimiter[] = []
  beforeAll(async () => {
    database = await createDatabase()
    await prepareDatabase({ url: database.url, migrationsFolder: MIGRATIONS })
  })
  afterAll(async () => {
    for (const limiter of opened) await limiter.close().catch(() => undefined)
    await database.drop()
  })
  return {
    database: () => database,
    async open(options) {
      const limiter = await openPostgresLimiter({
        ...{ url: database.url, size: 5, logger: silent, ...usual },
        ...options,
      })
      opened.push(limiter)
      return limiter
    },
  }
}
