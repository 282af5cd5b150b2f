// What every Outbox keeps when a provider reports of a try: found by our id or its own, moved forward only, beside whatever else
// moves the delivery. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { createCosts } from '../../src/admin/costs.ts'
import type { ClaimedDelivery, NextAfter, Outbox } from '../../src/delivery/outbox-ports.ts'
import type { ReceiptState } from '../../src/delivery/receipts/ports.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import {
  claim,
  claimOne,
  ERROR,
  emptyOutbox,
  eventsOf,
  LEASE_MS,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { ACTOR, MINUTE, T0 } from './rows.ts'
import { guess, keyOf, type Stores, type StoresFactory, start, typesOf } from './stores.ts'

const OTHER: ReturnType<NextAfter> = {
  ...{ provider: 'other', tried: 'acme!', isNewRound: false, notBefore: 0, roundLength: 2 },
}
const LOST = { code: '30007', message: 'the message was filtered' }

type Reported = Parameters<Outbox['receive']>[0]

function receive(
  { outbox }: Stores,
  of: Partial<Reported['key']>,
  state: ReceiptState,
  now: number,
  change: Partial<Reported['reported']> = {},
) {
  const error = state === 'undelivered' ? LOST : null
  const reported = { state, error, fault: null, at: null, ...change }
  const key = { provider: 'acme', tryId: null, reference: null, ...of }
  return outbox.receive({ key, reported, now, next: () => OTHER })
}

const settleSent = (stores: Stores, claimed: ClaimedDelivery<string>, now: number) => {
  const sent = { ...SENT, reference: claimed.tryId.slice(-20), mayFailOver: true }
  return stores.outbox.settle(settlement(claimed, now, sent))
}

/** Accepted a second ago. */
async function sent(stores: Stores, change: Parameters<typeof start>[1] = {}) {
  await emptyOutbox(stores)
  const record = await start(stores, change)
  const claimed = await claimOne(stores, T0)
  await settleSent(stores, claimed, T0 + 100)
  return { record, claimed, of: { tryId: claimed.tryId } }
}

const deliveryOf = async ({ verifications }: Stores, { id }: VerificationRecord) =>
  (await verifications.deliveriesOf(id))[0]
/** In the lane of the other provider, by it. */
const claimOther = ({ outbox }: Stores, now: number) =>
  outbox.claim({
    ...{ now, lanes: [{ channel: 'sms', provider: 'other', limit: 5 }], leaseMs: LEASE_MS },
    ...{ minRemainingMs: 20_000, plan: () => ({ ...sendAll(), provider: 'other' }) },
  })
const resend = (stores: Stores, record: VerificationRecord, now: number) =>
  stores.steps.resend({
    ...keyOf(record),
    ...{ now, expectedSends: 1, channel: 'sms' as const, actor: ACTOR, idempotency: null },
  })

export function describeReceipts(factory: StoresFactory): void {
  describe('C26: receipts', () => {
    it('I16: move a try forward only, and the delivery with it', async () => {
      const stores = factory()
      const { record, of } = await sent(stores)
      const kinds: string[] = []
      for (const state of ['sent', 'delivered', 'delivered', 'undelivered', 'sent'] as const)
        kinds.push((await receive(stores, of, state, T0 + 1_000)).kind)
      expect(kinds).toEqual(['moved', 'moved', 'known', 'known', 'known'])
      expect(await deliveryOf(stores, record)).toMatchObject({
        ...{ status: 'delivered', deliveredAt: T0 + 1_000, sentAt: T0 + 100, error: null },
      })
      expect((await typesOf(stores, record.id)).slice(-2)).toEqual([
        'delivery.sent',
        'delivery.delivered',
      ])
    })

    it('I18: what the provider charges takes the place of our price, once, in its own currency', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await start(stores)
      const claimed = await claimOne(stores, T0)
      const price = { micros: 7_900, currency: 'USD' }
      const cost = { channel: 'sms', country: 'US', parts: 1, price } as const
      await stores.outbox.settle({ ...settlement(claimed, T0 + 100, SENT), cost })
      const charge = { micros: 66_600, currency: 'EUR', parts: 2 }
      const of = { tryId: claimed.tryId }
      for (const state of ['delivered', 'delivered', 'undelivered'] as const)
        await receive(stores, of, state, T0 + 1_000, { charge })
      const sums = createCosts({ events: stores.events })
      // A receipt of the next day, too: it is of the day of its message.
      const range = { service: record.service, since: T0, until: T0 + 200 }
      const { lines } = await sums(range)
      expect(lines.filter(({ provider }) => provider === 'acme')).toMatchObject([
        ...[{ currency: 'EUR', messages: 1, parts: 2, micros: 66_600, channel: 'sms' }],
      ])
    })

    it('C55: are found by the provider’s own id, and only among its tries', async () => {
      const stores = factory()
      const { record, claimed } = await sent(stores)
      const reference = claimed.tryId.slice(-20)
      const strangers = [
        receive(stores, { reference, provider: 'other' }, 'delivered', T0 + 500),
        receive(stores, { tryId: claimed.tryId, provider: 'other' }, 'delivered', T0 + 500),
        receive(stores, { reference: 'another' }, 'delivered', T0 + 500),
        receive(stores, { tryId: `${claimed.tryId}9` }, 'delivered', T0 + 500),
        receive(stores, { tryId: "att_' or 1=1_1_1", reference }, 'delivered', T0 + 500),
      ]
      expect(await Promise.all(strangers)).toEqual(strangers.map(() => ({ kind: 'unknown' })))
      expect(await deliveryOf(stores, record)).toMatchObject({ status: 'sent' })
      expect(await receive(stores, { reference }, 'delivered', T0 + 500)).toMatchObject({
        ...{
          kind: 'moved',
          channel: 'sms',
          of: 'real',
          from: 'acme',
          afterMs: 500,
          requeued: null,
        },
      })
    })

    it('before our own answer: they are the answer, and the worker’s changes nothing more', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await start(stores)
      const claimed = await claimOne(stores, T0)
      await receive(stores, { tryId: claimed.tryId }, 'delivered', T0 + 50)
      expect(await settleSent(stores, claimed, T0 + 100)).toBe('fenced')
      expect(await deliveryOf(stores, record)).toMatchObject({
        ...{ status: 'delivered', sentAt: T0 + 50, tries: 1 },
      })
      expect((await typesOf(stores, record.id)).slice(-2)).toEqual([
        'delivery.sent',
        'delivery.delivered',
      ])
    })

    it('I16: delivered cancels the try that is planned after one without an answer', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await start(stores)
      const claimed = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(claimed, T0 + 100, retryAt(T0 + 2_000)))
      expect(await deliveryOf(stores, record)).toMatchObject({ status: 'queued', error: ERROR })
      await receive(stores, { tryId: claimed.tryId }, 'delivered', T0 + 1_000)
      expect(await claim(stores, T0 + 3_000, sendAll)).toEqual([])
      expect(await deliveryOf(stores, record)).toMatchObject({ status: 'delivered', error: null })
    })

    it('I15: a code that arrived stays good, whatever becomes of its messages', async () => {
      const stores = factory()
      const failed = { kind: 'failed', error: ERROR, fault: 'recipient', ambiguous: true } as const
      const lose: Record<string, (stores: Stores) => Promise<VerificationRecord>> = {
        'the last send failed': async () => {
          await emptyOutbox(stores)
          const record = await start(stores, { maxSends: 1 })
          await stores.outbox.settle(settlement(await claimOne(stores, T0), T0 + 1, failed))
          return record
        },
        'it was told undelivered': async () => {
          const { record, of } = await sent(stores, { maxSends: 1 })
          await receive(stores, of, 'undelivered', T0 + 1_000, { fault: 'recipient' })
          return record
        },
        'its worker died, and nobody may try it again': async () => {
          await emptyOutbox(stores)
          const record = await start(stores, { maxSends: 1 })
          await claimOne(stores, T0)
          const error = { code: 'too_many_sends', message: 'it may have gone out often enough' }
          await claim(stores, T0 + LEASE_MS, () => ({ kind: 'fail', error }))
          return record
        },
      }
      for (const [what, losing] of Object.entries(lose)) {
        const record = await losing(stores)
        const lost = await stores.verifications.find('default', record.id)
        expect(lost, what).toMatchObject({ status: 'pending', codeSealed: null })
        expect(lost?.codeHash, what).toEqual(expect.any(String))
        const checked = await stores.steps.check({ ...keyOf(record), ...guess(true, T0 + MINUTE) })
        expect(checked, what).toMatchObject({ kind: 'approved' })
      }
    })

    it('I14, I18: undelivered goes to the next provider, the same code as a message more', async () => {
      const stores = factory()
      const { record, of } = await sent(stores, { maxSends: 1 })
      expect(
        await receive(stores, of, 'undelivered', T0 + 1_000, { fault: 'message' }),
      ).toMatchObject({
        ...{ kind: 'moved', channel: 'sms', of: 'real', from: 'acme' },
        ...{ afterMs: 1_000, requeued: 'other' },
      })
      expect(await deliveryOf(stores, record)).toMatchObject({ status: 'queued', error: LOST })
      const [again, ...more] = await claimOther(stores, T0 + 1_000)
      expect(more).toEqual([])
      expect(again).toMatchObject({
        ...{ tryNumber: 2, ambiguous: 1, mayHaveGone: 1, sends: 1, tried: 'acme!' },
        ...{ codeSealed: record.codeSealed, wordedAt: T0 },
      })
      if (!again) throw new Error('not claimed')
      // The first one did arrive: what is told of the second is a double.
      await receive(stores, of, 'delivered', T0 + 2_000)
      expect(await settleSent(stores, again, T0 + 2_100)).toBe('fenced')
      const second = { provider: 'other', tryId: again.tryId }
      expect((await receive(stores, second, 'delivered', T0 + 3_000)).kind).toBe('moved')
      expect((await eventsOf(stores, record.id)).at(-1)).toMatchObject({
        ...{ type: 'delivery.delivered', details: { provider: 'other', double: true } },
      })
    })

    it('I7: the sealed code stays for that, and goes with the last thing that can happen', async () => {
      const stores = factory()
      for (const state of ['delivered', 'undelivered'] as const) {
        const { record, of } = await sent(stores, { maxSends: 1 })
        const codeOf = async () =>
          (await stores.verifications.find('default', record.id))?.codeSealed
        expect(await codeOf()).toEqual(record.codeSealed)
        await receive(stores, of, state, T0 + 1_000, { fault: 'recipient' })
        expect(await codeOf()).toBeNull()
      }
    })

    it('by fault of the recipient: the send is over', async () => {
      const stores = factory()
      const { record, of } = await sent(stores)
      await receive(stores, of, 'undelivered', T0 + 1_000, { fault: 'recipient' })
      expect(await deliveryOf(stores, record)).toMatchObject({ status: 'undelivered', error: LOST })
      expect(await claimOther(stores, T0 + MINUTE)).toEqual([])
    })

    it.each(['approved', 'canceled', 'resent'] as const)(
      'I17: beside its end nothing goes out, in either order: %s',
      async (end) => {
        const stores = factory()
        const { record, of } = await sent(stores)
        const finish = () => {
          if (end === 'resent') return resend(stores, record, T0 + MINUTE)
          const { check, cancel } = stores.steps
          const step = { ...keyOf(record), ...guess(true, T0 + MINUTE) }
          return end === 'approved' ? check(step) : cancel(step)
        }
        const lost = () => receive(stores, of, 'undelivered', T0 + MINUTE)
        const isFirst = Math.random() < 0.5
        await Promise.all(isFirst ? [lost(), finish()] : [finish(), lost()])
        expect(await claimOther(stores, T0 + MINUTE)).toEqual([])
        expect(['undelivered', 'canceled']).toContain((await deliveryOf(stores, record))?.status)
        // The other order, one after another.
        expect((await receive(stores, of, 'delivered', T0 + 2 * MINUTE)).kind).toBe('moved')
        expect(await claimOther(stores, T0 + 2 * MINUTE)).toEqual([])
        expect(await deliveryOf(stores, record)).toMatchObject({ status: 'delivered' })
      },
    )

    it('twenty at once move it once', async () => {
      const stores = factory()
      const { record, of } = await sent(stores)
      const all = Array.from({ length: 20 }, (_, n) =>
        receive(stores, of, n % 2 === 0 ? 'undelivered' : 'delivered', T0 + 1_000),
      )
      const moved = (await Promise.all(all)).filter(({ kind }) => kind === 'moved')
      expect(moved.length).toBeLessThanOrEqual(2)
      expect(await deliveryOf(stores, record)).toMatchObject({ status: 'delivered' })
      expect(await claimOther(stores, T0 + 1_000)).toEqual([])
    })
  })
}
