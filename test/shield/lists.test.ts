// Entries as they are made and ended, where what follows their commit fails.

import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { createLists } from '../../src/shield/lists.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'

it('an entry is made, and ended, though the store is away when this process would read it', async () => {
  const directory = makeDirectory()
  const store = await openStore(`${directory.path}/store.db`)
  onTestFinished(async () => {
    await store.close()
    directory.remove()
  })
  const lists = createLists({
    store: store.lists,
    book: { refresh: () => Promise.reject(new StoreUnavailableError('gone')) },
    keyring: createKeyring([randomBytes(32)]),
    clock: { now: () => Date.UTC(2026, 10, 30) },
  })
  const actor = { keyId: 'key_1', clientIp: null, userAgent: null }
  const made = await lists.make({
    ...{ service: null, effect: 'refuse', by: 'prefix', value: '+22507' },
    ...{ reason: 'pumping', endsAt: null, rule: null, isShared: false, actor },
  })
  if (made.kind !== 'made') return expect.fail(made.kind)
  const by = { service: null, reason: '', actor }
  expect(await lists.end(made.entry.id, by)).toMatchObject({ id: made.entry.id })
})
