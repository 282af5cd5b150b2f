// The contracts of the store's ports on SQLite as the service opens it: written in a thread of its own, read in this one.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from '../../src/service/databases.ts'
import type { Store } from '../../src/storage/store.ts'
import { describeAdminSessions } from '../contract/admin-session-store.ts'
import { describeApiKeys } from '../contract/api-key-store.ts'
import { describeEvents } from '../contract/event-store.ts'
import { describeFactors } from '../contract/factor-store.ts'
import { describeFactorUses } from '../contract/factor-uses.ts'
import { describeClaims } from '../contract/outbox-claims.ts'
import { describeSettling } from '../contract/outbox-settling.ts'
import { createSteps } from '../contract/steps.ts'
import { describeGuesses, describeNumberLimit } from '../contract/store-budgets.ts'
import { describeChecks } from '../contract/store-checks.ts'
import { describeLifecycle } from '../contract/store-lifecycle.ts'
import { describeIdempotency, describeSessions } from '../contract/store-sessions.ts'
import type { Stores } from '../contract/stores.ts'
import { makeDirectory } from '../storage/sqlite/fixture.ts'

const warnings: string[] = []
const logger = { warn: (_: object, message: string) => warnings.push(message) }

const open = (directory: string) =>
  openDatabases(
    {
      store: { kind: 'sqlite', path: join(directory, 'countersign.db'), synchronous: 'normal' },
      limits: { kind: 'sqlite', path: join(directory, 'limits.db') },
    },
    logger,
  )

describe('SQLite in a thread', () => {
  const directory = makeDirectory()
  let store: Store
  let stores: Stores
  beforeAll(async () => {
    const databases = await open(directory.path)
    await databases.limiter.close()
    store = databases.store
    stores = { ...store, steps: createSteps(store.verifications) }
  })
  afterAll(async () => {
    await store.close()
    directory.remove()
  })
  const factory = (): Stores => stores
  describeChecks(factory)
  describeNumberLimit(factory)
  describeGuesses(factory)
  describeIdempotency(factory)
  describeSessions(factory)
  describeLifecycle(factory)
  describeFactors(factory)
  describeFactorUses(factory)
  describeClaims(factory)
  describeSettling(factory)
  describeEvents(factory)
  describeApiKeys(() => store.apiKeys)
  describeAdminSessions(() => store.adminSessions)
})

describe('the thread of SQLite', () => {
  it('hands over what it could not open, as a sentence for the operator', async () => {
    await expect(open('/dev/null/data')).rejects.toThrow(
      /give DATABASE_URL another path|\/dev\/null/,
    )
  })

  it('ends with the store, and the file is whole without its log', async () => {
    const directory = makeDirectory()
    const { store, limiter } = await open(directory.path)
    await limiter.close()
    await Promise.all([store.close(), store.close()])
    await expect(store.verifications.purgeAnswers({ now: 1, limit: 1 })).rejects.toThrow(
      'the database is closed',
    )
    directory.remove()
  })
})
