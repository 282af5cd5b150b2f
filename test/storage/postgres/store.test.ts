// The contracts of the store's ports, on PostgreSQL (READ COMMITTED).

import { afterAll, beforeAll, describe } from 'vitest'
import { describeAdminSessions } from '../../contract/admin-session-store.ts'
import { describeApiKeys } from '../../contract/api-key-store.ts'
import { describeEvents } from '../../contract/event-store.ts'
import { describeFactors } from '../../contract/factor-store.ts'
import { describeFactorUses } from '../../contract/factor-uses.ts'
import { describeClaims } from '../../contract/outbox-claims.ts'
import { describeSettling } from '../../contract/outbox-settling.ts'
import { describeGuesses, describeNumberLimit } from '../../contract/store-budgets.ts'
import { describeChecks } from '../../contract/store-checks.ts'
import { describeLifecycle } from '../../contract/store-lifecycle.ts'
import { describeIdempotency, describeSessions } from '../../contract/store-sessions.ts'
import type { Stores } from '../../contract/stores.ts'
import { type OpenStore, openStore } from './fixture.ts'

describe('on PostgreSQL', () => {
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store?.close())
  const factory = (): Stores => store
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
