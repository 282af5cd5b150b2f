// The contracts of Outbox, EventStore and ApiKeyStore, on SQLite.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideStepReleased } from '../../../src/delivery/steps.ts'
import { createSqliteEngine } from '../../../src/storage/sqlite/store.ts'
import { decideStart } from '../../../src/verification/transitions.ts'
import { describeAdminSessions } from '../../contract/admin-session-store.ts'
import { describeApiKeys } from '../../contract/api-key-store.ts'
import { describeChains } from '../../contract/chains.ts'
import { describeCounts } from '../../contract/counts.ts'
import { describeEvents } from '../../contract/event-store.ts'
import { describeBacklog } from '../../contract/outbox-backlog.ts'
import { describeCalls } from '../../contract/outbox-calls.ts'
import { describeClaims } from '../../contract/outbox-claims.ts'
import { describePolls } from '../../contract/outbox-polls.ts'
import { describeReceipts } from '../../contract/outbox-receipts.ts'
import { describeSettling } from '../../contract/outbox-settling.ts'
import { createInput, newVerification, T0 } from '../../contract/rows.ts'
import { describeStartClaims } from '../../contract/start-claims.ts'
import { type Stores, start } from '../../contract/stores.ts'
import { describeWebhooks } from '../../contract/webhooks.ts'
import { describeWeights } from '../../contract/weights.ts'
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
  describeBacklog(factory)
  describeWeights(() => store)
  describeSettling(factory)
  describeReceipts(factory)
  describePolls(factory)
  describeCalls(factory)
  describeChains(factory)
  describeStartClaims(factory)
  describeEvents(factory)
  describeApiKeys(() => store.apiKeys)
  describeAdminSessions(() => store.adminSessions)
  describeWebhooks(() => store)
  describeCounts(() => store)

  it('C54: a step that was put off between a look and a claim is not claimed', async () => {
    const record = newVerification()
    const step = { send: -1, channel: 'email', provider: 'acme', timeoutMs: 20_000 } as const
    const change = decideStart(record, false, 'acme', [step])
    await store.verifications.create(createInput(record, { change }))
    const claim = (now: number) =>
      createSqliteEngine(store.client).outbox.apply(
        [
          {
            ...{ verificationId: record.id, send: -1, token: null, status: 'waiting', tries: 0 },
            ...{ change: decideStepReleased(), answer: null },
          },
        ],
        now,
      )
    expect(await claim(T0 + 34_999)).toEqual([{ kind: 'fenced' }])
    expect(await claim(T0 + 35_000)).toEqual([{ kind: 'applied' }])
  })

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
