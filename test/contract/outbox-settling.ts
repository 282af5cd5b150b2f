// What every Outbox keeps when a send is settled or released. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import {
  claim,
  claimOne,
  ERROR,
  emptyOutbox,
  eventsOf,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { ACTOR, HOUR, MINUTE, T0 } from './rows.ts'
import { guess, keyOf, type StoresFactory, start } from './stores.ts'

export function describeSettling(factory: StoresFactory): void {
  describe('settle and release', () => {
    it('sent: status, time, event; the sealed code goes with the last possible send', async () => {
      const stores = factory()
      const { verifications } = stores
      await emptyOutbox(stores)
      const record = await start(stores, { maxSends: 2 })
      const claimed = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(claimed, T0 + 120, SENT))
      expect(await verifications.find('default', record.id)).toMatchObject({
        deliveries: [{ send: 1, status: 'sent', ambiguous: false }],
        codeSealed: record.codeSealed,
      })
      await stores.steps.resend({
        ...keyOf(record),
        now: T0 + MINUTE,
        expectedSends: 1,
        channel: 'sms',
        actor: ACTOR,
        idempotency: null,
      })
      const last = await claimOne(stores, T0 + MINUTE)
      expect(last.sendNumber).toBe(2)
      await stores.outbox.settle(settlement(last, T0 + MINUTE + 1, SENT))
      expect(await verifications.find('default', record.id)).toMatchObject({
        codeSealed: null,
        codeHash: expect.any(String),
      })
      expect((await eventsOf(stores, record.id)).at(-1)).toMatchObject({
        type: 'delivery.sent',
        details: { provider: 'acme', send: 2, attempt: 1, duration_ms: 120 },
      })
    })

    it('retry: due again at its time, with what went wrong', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await start(stores)
      const claimed = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(claimed, T0 + 100, retryAt(T0 + 2_100)))
      expect(await stores.verifications.deliveriesOf(record.id)).toMatchObject([
        { status: 'queued', error: ERROR, tries: 1, sentAt: null },
      ])
      expect((await eventsOf(stores, record.id)).at(-1)).toMatchObject({
        type: 'delivery.retrying',
        details: { error: ERROR.code, retry_in_ms: 2_000 },
      })
      expect(await claim(stores, T0 + 2_099, sendAll)).toEqual([])
      expect(await claimOne(stores, T0 + 2_100)).toMatchObject({ tryNumber: 2, ambiguous: 1 })
    })

    it('I6: no retry is scheduled past expiry, for an ended or a replaced one', async () => {
      const stores = factory()
      const { verifications, outbox } = stores
      await emptyOutbox(stores)
      const [late, ended, replaced] = [
        await start(stores),
        await start(stores),
        await start(stores),
      ]
      const claims = new Map(
        (await claim(stores, T0, sendAll)).map((c) => [c.verificationId, c] as const),
      )
      const retry = (id: string, at: number) => {
        const claimed = claims.get(id)
        if (!claimed) throw new Error('not claimed')
        return outbox.settle(settlement(claimed, T0 + 5, retryAt(at)))
      }
      await stores.steps.cancel({ ...keyOf(ended), ...guess(true) })
      await stores.steps.resend({
        ...keyOf(replaced),
        now: T0 + MINUTE,
        expectedSends: 1,
        channel: 'email',
        actor: ACTOR,
        idempotency: null,
      })
      await retry(late.id, late.expiresAt - 19_999)
      await retry(ended.id, T0 + 10)
      await retry(replaced.id, T0 + 10)
      const statuses = async (id: string) =>
        (await verifications.deliveriesOf(id)).map((delivery) => delivery.status)
      expect(await statuses(late.id)).toEqual(['failed'])
      expect(await statuses(ended.id)).toEqual(['canceled'])
      expect(await statuses(replaced.id)).toEqual(['canceled', 'queued'])
      expect(await claim(stores, T0 + HOUR, sendAll)).toEqual([])
    })

    it('C25: an approval cancels what waits, and leaves what a worker holds to settle', async () => {
      const stores = factory()
      const { verifications } = stores
      await emptyOutbox(stores)
      const [waiting, held] = [await start(stores), await start(stores, { createdAt: T0 - 1 })]
      const claimed = await claimOne(stores, T0 - 1)
      for (const record of [waiting, held]) {
        await stores.steps.check({ ...keyOf(record), ...guess(true) })
      }
      expect(await verifications.deliveriesOf(waiting.id)).toMatchObject([{ status: 'canceled' }])
      await stores.outbox.settle(settlement(claimed, T0 + 3, SENT))
      expect(await verifications.find('default', held.id)).toMatchObject({
        status: 'approved',
        deliveries: [{ send: 1, status: 'sent', ambiguous: false }],
      })
    })

    it('C24: results that come together: each is written and answered as if it had come alone', async () => {
      const stores = factory()
      const { outbox } = stores
      await emptyOutbox(stores)
      for (let n = 0; n < 4; n += 1) await start(stores)
      const claims = await claim(stores, T0, sendAll)
      const [sent, retried, ended, released] = claims
      if (!sent || !retried || !ended || !released) throw new Error('not claimed')
      await stores.steps.cancel({ id: ended.verificationId, service: 'default', ...guess(true) })
      await outbox.release([released])
      const [retry, late] = [retryAt(T0 + 900), retryAt(T0 + 901)]
      const outcomes = await Promise.all([
        outbox.settle(settlement(sent, T0 + 5, SENT)),
        outbox.settle(settlement(retried, T0 + 6, retry)),
        outbox.settle(settlement(ended, T0 + 7, late)),
        outbox.settle(settlement(released, T0 + 8, SENT)),
      ])
      expect(outcomes).toEqual(['settled', 'settled', 'settled', 'fenced'])
      const statuses = claims.map(async ({ verificationId }) => {
        const [delivery] = await stores.verifications.deliveriesOf(verificationId)
        return delivery?.status
      })
      expect(await Promise.all(statuses)).toEqual(['sent', 'queued', 'canceled', 'queued'])
    })

    it('release: due at once, the try not counted, its row gone', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      await start(stores)
      const claimed = await claimOne(stores, T0)
      await stores.outbox.release([{ ...claimed, token: 'another' }])
      expect(await claim(stores, T0 + 1, sendAll)).toEqual([])
      await stores.outbox.release([claimed])
      expect(await claimOne(stores, T0 + 1)).toMatchObject({
        tryNumber: 1,
        ambiguous: 0,
        reclaimed: false,
      })
    })

    it('C49: reports the results of the newest real messages, of each answered try', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const at = T0 + 20_000 * MINUTE
      const begin = (more: object) =>
        start(stores, { createdAt: at, expiresAt: at + HOUR, ...more })
      const failed = (ambiguous: boolean) =>
        ({ kind: 'failed', error: ERROR, fault: 'destination', ambiguous }) as const
      const results = [SENT, failed(false), failed(true), retryAt(at + HOUR - MINUTE)]
      const records = []
      for (const result of results) {
        records.push(await begin({}))
        await stores.outbox.settle(settlement(await claimOne(stores, at), at + 120, result))
      }
      const decoy = await begin({ kind: 'decoy' })
      await stores.outbox.settle(settlement(await claimOne(stores, at), at + 120, SENT))
      const held = await begin({})
      await claimOne(stores, at)
      const past = await stores.outbox.pastSends()
      const kinds = records.map(({ id }) => past.filter((one) => one.verificationId === id))
      expect(kinds.map((list) => list.map(({ result }) => result.kind))).toEqual([
        ['accepted'],
        ['permanent'],
        ['ambiguous'],
        ['ambiguous'],
      ])
      expect(kinds[1]?.[0]).toMatchObject({
        ...{ id: `att_${records[1]?.id.slice(4)}_1_1`, channel: 'sms', provider: 'acme' },
        ...{ at: at + 120, durationMs: 120, result: { error: ERROR, fault: 'destination' } },
        recipientSealed: records[1]?.recipientSealed,
      })
      const waits = kinds.map(([one]) => [one?.tryNumber, one?.waitMs])
      const wait = HOUR - MINUTE - 120
      expect(waits).toEqual([
        [1, null],
        [1, null],
        [1, null],
        [1, wait],
      ])
      for (const { id } of [decoy, held])
        expect(past.some((one) => one.verificationId === id)).toBe(false)
    })
  })
}
