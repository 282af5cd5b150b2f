// The contract of VerificationStore, on SQLite.

import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeGuesses, describeNumberLimit } from '../../contract/store-budgets.ts'
import { describeChecks } from '../../contract/store-checks.ts'
import { describeLifecycle } from '../../contract/store-lifecycle.ts'
import { describeIdempotency, describeSessions } from '../../contract/store-sessions.ts'
import type { Stores } from '../../contract/stores.ts'
import { makeDirectory, type OpenStore, openStore } from './fixture.ts'

describe('VerificationStore on SQLite', () => {
  const directory = makeDirectory()
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore(join(directory.path, 'store.db'))
  })
  afterAll(async () => {
    await store.close()
    directory.remove()
  })
  const factory = (): Stores => store
  describeChecks(factory)
  describeNumberLimit(factory)
  describeGuesses(factory)
  describeIdempotency(factory)
  describeSessions(factory)
  describeLifecycle(factory)
})
