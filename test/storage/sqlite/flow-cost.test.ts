// What a start and its message cost the thread that writes: the calls into it, each of which is a message and a commit.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ClaimedDelivery } from '../../../src/delivery/outbox-ports.ts'
import { createStore } from '../../../src/storage/create-store.ts'
import { writtenElsewhere } from '../../../src/storage/engine-ports.ts'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'
import { createSqliteEngine } from '../../../src/storage/sqlite/store.ts'
import { newFront } from '../../contract/front.ts'
import { claimOne, LEASE_MS, SENT, sendAll, settlement } from '../../contract/outbox-steps.ts'
import { createInput, newVerification, T0 } from '../../contract/rows.ts'
import { start } from '../../contract/stores.ts'
import { MIGRATIONS, makeDirectory } from './fixture.ts'

type Port = Record<string, (...args: unknown[]) => Promise<unknown>>

it('two calls where the start claims its message, three where a worker does', async () => {
  const directory = makeDirectory()
  const path = join(directory.path, 'store.db')
  const engine = createSqliteEngine(await openDatabase({ path, migrationsFolder: MIGRATIONS }))
  const calls: string[] = []
  const ports = engine as unknown as Record<string, Port>
  const store = createStore(
    writtenElsewhere(engine, async (port, method, args) => {
      calls.push(`${port}.${method}`)
      return ports[port]?.[method]?.(...args)
    }),
  )
  const taken: ClaimedDelivery<string>[] = []
  store.outbox.serve<string>(() => ({
    ...{ leaseMs: LEASE_MS, minRemainingMs: 20_000, plan: sendAll, giveBack: () => {} },
    take: (claimed) => void taken.push(claimed),
  }))
  await start(store)
  const [claimed] = taken
  if (!claimed) throw new Error('not claimed')
  await store.outbox.settle(settlement(claimed, T0 + 1, SENT))
  expect(calls.splice(0)).toEqual(['verifications.create', 'outbox.apply'])

  // A trace goes with the start.
  const trace = { traceparent: `00-${'4b'.repeat(16)}-${'f0'.repeat(8)}-01`, tracestate: null }
  const input = createInput(newVerification())
  await store.verifications.create({ ...input, trace })
  expect(calls.splice(0)).toEqual(['verifications.create'])
  expect(await store.traces.of(input.record.id)).toMatchObject([{ ...trace, send: 1 }])

  // So does what it asks of the front door, and a check reads that without a message.
  const front = newFront({ nonce: 'n-0S6_WzA2Mj7qLf' })
  const asking = createInput(newVerification(), { front })
  await store.verifications.create(asking)
  const query = { service: 'default', now: T0, numberWindowMs: null, id: asking.record.id }
  expect(await store.verifications.findToCheck(query)).toMatchObject({
    asked: { nonce: front.nonce },
  })
  expect(calls.splice(0)).toEqual(['verifications.create'])

  store.outbox.serve(() => null)
  await start(store)
  const later = await claimOne(store as never, T0 + 2)
  await store.outbox.settle(settlement(later, T0 + 3, SENT))
  expect(calls).toEqual(['verifications.create', 'outbox.apply', 'outbox.apply'])
  await store.close()
  directory.remove()
})
