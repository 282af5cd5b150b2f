// What a start leases to the worker of its own node: claimed without a look, and nobody's for longer than its lease.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHandOver } from '../../../src/storage/postgres/hand-over.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import {
  claim,
  claimOne,
  emptyOutbox,
  SENT,
  sendAll,
  settlement,
} from '../../contract/outbox-steps.ts'
import { HOUR, T0 } from '../../contract/rows.ts'
import { keyOf, start } from '../../contract/stores.ts'
import { type OpenStore, openStore } from './fixture.ts'

const PLANNING_MS = 5_000
/** Of `other`: a store on which no worker claims. */
let other: OpenStore
let node: Store
let places = 20
beforeAll(async () => {
  other = await openStore()
  node = await createPostgresStore({ url: other.database.url, clock: 'caller' })
  node.outbox.serve?.(() => places)
})
afterAll(async () => {
  await node.close()
  await other.close()
})
beforeEach(async () => {
  places = 20
  await emptyOutbox(other)
})

describe('a message of a start', () => {
  it('goes to the worker of its node, and is claimed and settled as any other', async () => {
    const record = await start(node)
    expect(await claim(other, T0 + 1, sendAll)).toEqual([])
    expect(await node.outbox.nextDueAt()).toBe(0)
    const [claimed, ...more] = await claim(node, T0 + 1, sendAll)
    expect(more).toEqual([])
    expect(claimed).toMatchObject({ verificationId: record.id, tryNumber: 1, wordedAt: null })
    expect(claimed?.recipientSealed).toEqual(record.recipientSealed)
    if (!claimed) return
    expect(await node.outbox.settle(settlement(claimed, T0 + 2, SENT))).toBe('settled')
    expect((await other.verifications.find('default', record.id))?.deliveries).toMatchObject([
      { status: 'sent' },
    ])
  })

  it('I5: is due again for every node where its own does not come to claim it', async () => {
    const record = await start(node)
    expect(await claim(other, T0 + PLANNING_MS - 1, sendAll)).toEqual([])
    const [claimed] = await claim(other, T0 + PLANNING_MS, sendAll)
    expect(claimed).toMatchObject({ verificationId: record.id, tryNumber: 1 })
    // Its own comes too late: the other one has it.
    expect(await claim(node, T0 + PLANNING_MS + 1, sendAll)).toEqual([])
  })

  it('I6: is not sent where its verification has ended meanwhile', async () => {
    const record = await start(node)
    await other.steps.cancel({ ...keyOf(record), now: T0 + 1 })
    expect(await claim(node, T0 + 2, sendAll)).toEqual([])
  })

  it('C23: is any node’s where this one has no place for it', async () => {
    places = 1
    const [first, second] = [await start(node), await start(node)]
    expect((await claimOne(other as never, T0 + 1)).verificationId).toBe(second.id)
    expect((await claim(node, T0 + 1, sendAll)).map((one) => one.verificationId)).toEqual([
      first.id,
    ])
  })
})

describe('what is due by itself', () => {
  it('C23: is claimed though new ones are handed over all the time', async () => {
    const before = await start(other)
    const record = await start(node)
    const claimed = await claim(node, T0 + 1, sendAll)
    expect(claimed.map((one) => one.verificationId).toSorted()).toEqual(
      [before.id, record.id].toSorted(),
    )
  })

  it('is looked for once a second, and at once where another node announces it', async () => {
    let monotonic = 0
    let looks = 0
    const handOver = createHandOver(() => monotonic)
    const nextDueAt = () =>
      handOver.nextDueAt(async () => {
        looks += 1
        return T0 + HOUR
      })
    handOver.serve(() => 20)
    for (let n = 0; n < 5; n += 1) expect(await nextDueAt()).toBe(T0 + HOUR)
    expect([looks, handOver.mayBeDue(T0), handOver.mayBeDue(T0 + HOUR)]).toEqual([1, false, true])
    monotonic += 1_000
    expect(handOver.mayBeDue(T0)).toBe(true)
    await nextDueAt()
    handOver.forget()
    await nextDueAt()
    expect(looks).toBe(3)
  })

  it('is announced to other nodes only where they may take it', () => {
    const handOver = createHandOver()
    handOver.serve(() => 1)
    expect([handOver.begin('sms') !== null, handOver.takeUntold()]).toEqual([true, false])
    expect(handOver.begin('sms')).toBeNull()
    handOver.open()
    expect([handOver.takeUntold(), handOver.takeUntold()]).toEqual([true, false])
  })
})
