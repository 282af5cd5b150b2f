// The contracts of Outbox, EventStore and ApiKeyStore, on SQLite.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeAdminSessions } from '../../contract/admin-session-store.ts'
import { describeApiKeys } from '../../contract/api-key-store.ts'
import { describeEvents } from '../../contract/event-store.ts'
import { describeClaims } from '../../contract/outbox-claims.ts'
import { describeReceipts } from '../../contract/outbox-receipts.ts'
import { describeSettling } from '../../contract/outbox-settling.ts'
import { T0 } from '../../contract/rows.ts'
import { describeStartClaims } from '../../contract/start-claims.ts'
import { type Stores, start } from '../../contract/stores.ts'
import { describeWebhooks } from '../../contract/webhooks.ts'
import { makeDirectory, type OpenStore, openStore } from './fixture.ts'

describe('on SQLite', () => {
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
  describeClaims(factory)
  describeSettling(factory)
  describeReceipts(factory)
  describeStartClaims(factory)
  describeEvents(factory)
  describeApiKeys(() => store.apiKeys)
  describeAdminSessions(() => store.adminSessions)
  describeWebhooks(() => store)

  it('returns the newest time for the clock: 0 in a new file, and it survives a restart', async () => {
    const path = join(directory.path, 'clock.db')
    const first = await openStore(path)
    expect(await first.newestTime()).toBe(0)
    await start(first, { createdAt: T0 + 77 })
    await first.close()
    const second = await openStore(path)
    expect(await second.newestTime()).toBe(T0 + 77)
    await second.close()
  })
})
