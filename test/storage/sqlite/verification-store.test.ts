// The contract of VerificationStore, on SQLite.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInput, mac, newVerification, T0 } from '../../contract/rows.ts'
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

  it('an ended row holds no session slot and no code', async () => {
    const slot = { slots: [mac()], authenticated: false, decoy: false }
    const record = newVerification()
    await store.verifications.create(createInput(record, { slot }))
    const held = () =>
      store.client
        .prepare(
          'SELECT session_slot slot, codes.* FROM verifications v LEFT JOIN codes ON verification_seq = seq WHERE id = ?',
        )
        .get(record.id)
    expect(held()).toMatchObject({ slot: slot.slots[0], code_hash: record.codeHash })
    await store.steps.cancel({ id: record.id, service: record.service, now: T0 })
    expect(held()).toMatchObject({ slot: null, verification_seq: null })
  })
})
