// The store's contracts through PgBouncer in transaction mode, where each statement may meet another connection.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgres } from '../../../src/storage/postgres/open.ts'
import type { Store } from '../../../src/storage/store.ts'
import { describeClaims } from '../../contract/outbox-claims.ts'
import { describeSettling } from '../../contract/outbox-settling.ts'
import { describeGuesses } from '../../contract/store-budgets.ts'
import { describeChecks } from '../../contract/store-checks.ts'
import { describeIdempotency, describeSessions } from '../../contract/store-sessions.ts'
import type { Stores } from '../../contract/stores.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { hasPgBouncer, type PgBouncer, startPgBouncer } from '../../postgres/pgbouncer.ts'
import { MIGRATIONS } from './fixture.ts'

const TO_OPEN = { migrationsFolder: MIGRATIONS, clock: 'caller' } as const
const title = hasPgBouncer
  ? 'through PgBouncer'
  : 'through PgBouncer (skipped: it is not installed)'

describe.skipIf(!hasPgBouncer)(title, () => {
  let database: Database
  let bouncer: PgBouncer
  let store: Store
  beforeAll(async () => {
    database = await createDatabase()
    bouncer = await startPgBouncer(database.url)
    const { url } = bouncer
    store = await openPostgres({ ...TO_OPEN, url, pooler: 'transaction' })
  })
  afterAll(async () => {
    await store?.close()
    await bouncer?.stop()
    await database?.drop()
  })
  const factory = (): Stores => store
  describeChecks(factory)
  describeGuesses(factory)
  describeIdempotency(factory)
  describeSessions(factory)
  describeClaims(factory)
  describeSettling(factory)

  it('says what is missing where it is not told of the pooler', async () => {
    await expect(openPostgres({ ...TO_OPEN, url: bouncer.url })).rejects.toThrow(
      /set DATABASE_POOLER=transaction/,
    )
  })
})
