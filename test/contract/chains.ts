// What every store keeps of a chain: each step goes out once, in its time, counted as a send, or not at all.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { ClaimedDelivery, StepAdmission } from '../../src/delivery/outbox-ports.ts'
import type { ReceiptState } from '../../src/delivery/receipts/ports.ts'
import { decideAdvance, decideStart } from '../../src/verification/transitions.ts'
import {
  ERROR,
  emptyOutbox,
  eventsOf,
  LEASE_MS,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { ACTOR, createInput, newVerification, T0 } from './rows.ts'
import { guess, keyOf, type Stores, type StoresFactory } from './stores.ts'

const CHAIN = [
  { send: -1, channel: 'email', provider: 'acme', timeoutMs: 20_000 },
  { send: -2, channel: 'sms', provider: 'acme', timeoutMs: 40_000 },
] as const
/** 15 s and a time-out. */
const AT_LATEST = T0 + 35_000

const LANES = (['sms', 'email'] as const).flatMap((channel) =>
  [null, 'acme'].map((provider) => ({ channel, provider, limit: 100 })),
)
const claimAll = ({ outbox }: Stores, now: number) =>
  outbox.claim({ now, lanes: LANES, leaseMs: LEASE_MS, minRemainingMs: 20_000, plan: sendAll })

async function claimOne(stores: Stores, now: number): Promise<ClaimedDelivery<string>> {
  const [claimed, ...others] = await claimAll(stores, now)
  if (!claimed || others.length > 0) throw new Error(`claimed ${others.length + 1}`)
  return claimed
}

async function begin(stores: Stores, now: number, admission: StepAdmission = 'admitted') {
  return stores.outbox.begin(await claimOne(stores, now), { now, admission })
}

async function startChain(stores: Stores, change: Parameters<typeof newVerification>[0] = {}) {
  const record = newVerification(change)
  const input = createInput(record, { change: decideStart(record, false, 'acme', CHAIN) })
  const outcome = await stores.verifications.create(input)
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  return outcome.record
}

const find = async ({ verifications }: Stores, id: string) =>
  (await verifications.find('default', id)) ?? expect.fail('is gone')
const nextOf = async (stores: Stores, id: string) => (await find(stores, id)).nextStep
const detailsOf = async (stores: Stores, id: string, type: string) =>
  (await eventsOf(stores, id)).filter((one) => one.type === type).map(({ details }) => details)

const advance = (stores: Stores, id: string, now: number, expectedSends: number) =>
  find(stores, id).then((record) =>
    stores.verifications.change({
      ...{ record, now, actor: ACTOR, idempotency: null },
      decide: decideAdvance(expectedSends, () => null),
    }),
  )

const receive = (
  { outbox }: Stores,
  { tryId }: ClaimedDelivery<string>,
  state: ReceiptState,
  now: number,
) =>
  outbox.receive({
    key: { provider: 'acme', tryId, reference: null },
    reported: { state, error: null, fault: 'recipient', at: null },
    ...{ now, next: () => undefined },
  })

export function describeChains(factory: StoresFactory): void {
  describe('a chain', () => {
    it('a step is told, is no delivery yet, and counts from the hand-over of the message before', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores)
      const waiting = { channel: 'email', at: AT_LATEST, timeoutMs: 20_000 }
      expect(await find(stores, id)).toMatchObject({
        ...{ sends: 1, deliveries: [{ send: 1 }], nextStep: waiting },
      })
      expect(await stores.verifications.deliveriesOf(id)).toHaveLength(1)
      const first = await claimOne(stores, T0)
      expect(first).toMatchObject({ sendNumber: 1, hasNext: true })
      await stores.outbox.settle(settlement(first, T0 + 500, SENT))
      expect(await nextOf(stores, id)).toMatchObject({ at: T0 + 20_500 })
      expect(await claimAll(stores, T0 + 20_499)).toEqual([])
      expect(await claimOne(stores, T0 + 20_500)).toMatchObject({ sendNumber: -1 })
    })

    it('a step that begins is a send like any other, and the next one waits after it', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores)
      const first = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(first, T0 + 5, retryAt(T0 + 90_000)))
      const sent = await begin(stores, AT_LATEST)
      expect(sent).toMatchObject({ sendNumber: 2, channel: 'email', tryNumber: 1 })
      expect(await find(stores, id)).toMatchObject({
        ...{ sends: 2, channel: 'email', lastSendAt: AT_LATEST },
        nextStep: { channel: 'sms', at: AT_LATEST + 15_000 + 40_000 },
      })
      // What was planned for the message before it goes out no more.
      expect(await stores.verifications.deliveriesOf(id)).toMatchObject([
        { channel: 'sms', status: 'canceled' },
        { channel: 'email', status: 'sending', tries: 1 },
      ])
      if (!sent) return expect.fail('was not begun')
      await stores.outbox.settle(settlement(sent, AT_LATEST + 9, SENT))
      expect(await nextOf(stores, id)).toMatchObject({ at: AT_LATEST + 40_009 })
      const last = await begin(stores, AT_LATEST + 40_009)
      expect(last).toMatchObject({ sendNumber: 3, channel: 'sms', hasNext: false })
      expect(await nextOf(stores, id)).toBeNull()
      expect(await detailsOf(stores, id, 'delivery.canceled')).toEqual([
        { channel: 'sms', send: 1, reason: 'replaced' },
      ])
    })

    it('goes on at once where the message before failed for good, and by a call', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores)
      const failed = { kind: 'failed', error: ERROR, fault: 'recipient', ambiguous: false } as const
      const first = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(first, T0 + 5, failed))
      expect(await begin(stores, T0 + 5)).toMatchObject({ sendNumber: 2 })
      await advance(stores, id, T0 + 6, 2)
      expect(await begin(stores, T0 + 6)).toMatchObject({ sendNumber: 3, channel: 'sms' })
    })

    it('a receipt ends the chain, or makes the next step due at once', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores)
      const first = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(first, T0, { ...SENT, mayFailOver: true }))
      await receive(stores, first, 'undelivered', T0 + 900)
      const second = await begin(stores, T0 + 900)
      expect(second).toMatchObject({ sendNumber: 2, channel: 'email' })
      // The first one after all: nothing follows.
      await receive(stores, first, 'delivered', T0 + 950)
      expect(await find(stores, id)).toMatchObject({ nextStep: null, sends: 2 })
      expect(await detailsOf(stores, id, 'delivery.canceled')).toEqual([
        { channel: 'sms', step: 3, reason: 'delivered' },
      ])
      expect((await claimAll(stores, T0 + 500_000)).map((one) => one.sendNumber)).toEqual([2])
    })

    it('a step that a limit refuses is left out with its event; limits that are away put it off', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores)
      await stores.outbox.settle(settlement(await claimOne(stores, T0), T0, SENT))
      const at = T0 + 20_000
      expect(await begin(stores, at, 'unavailable')).toBeUndefined()
      expect(await claimAll(stores, at + 29_999)).toEqual([])
      expect(await begin(stores, at + 30_000, 'refused')).toBeUndefined()
      expect(await detailsOf(stores, id, 'delivery.skipped')).toEqual([
        { channel: 'email', step: 2, error: 'limited' },
      ])
      // Nothing of it was counted, and the next one is due.
      expect(await find(stores, id)).toMatchObject({ sends: 1, nextStep: { channel: 'sms' } })
      expect(await begin(stores, at + 30_000)).toMatchObject({ sendNumber: 2, channel: 'sms' })
    })

    it('I18: a step counts in max_sends, and the sealed code goes with the last', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores, { maxSends: 2 })
      await stores.outbox.settle(settlement(await claimOne(stores, T0), T0, SENT))
      const second = await begin(stores, AT_LATEST)
      if (!second) return expect.fail('was not begun')
      await stores.outbox.settle(settlement(second, AT_LATEST, SENT))
      expect((await find(stores, id)).codeSealed).not.toBeNull()
      expect(await claimAll(stores, AT_LATEST + 40_000)).toEqual([])
      expect(await detailsOf(stores, id, 'delivery.skipped')).toEqual([
        { channel: 'sms', step: 3, error: 'max_sends_reached' },
      ])
      expect(await find(stores, id)).toMatchObject({ sends: 2, codeSealed: null, nextStep: null })
    })

    it('I17: with the end no step goes out, not even a leased one', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const [waiting, leased] = [await startChain(stores), await startChain(stores)]
      await claimAll(stores, T0)
      const both = await claimAll(stores, AT_LATEST)
      const claim = both.find(({ verificationId }) => verificationId === leased.id)
      if (!claim) return expect.fail('was not due')
      for (const record of [waiting, leased])
        await stores.steps.check({ ...keyOf(record), ...guess(true, AT_LATEST) })
      const input = { now: AT_LATEST, admission: 'admitted' } as const
      expect(await stores.outbox.begin(claim, input)).toBeUndefined()
      expect(await find(stores, leased.id)).toMatchObject({ sends: 1, nextStep: null })
      expect(await detailsOf(stores, waiting.id, 'delivery.canceled')).toContainEqual({
        ...{ channel: 'sms', step: 3, reason: 'approved' },
      })
    })

    it('a worker that died with a lease, or drained, leaves the step to the next one', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      await startChain(stores)
      await stores.outbox.settle(settlement(await claimOne(stores, T0), T0, SENT))
      const lost = await claimOne(stores, AT_LATEST)
      expect(await claimAll(stores, AT_LATEST + LEASE_MS - 1)).toEqual([])
      const again = await claimOne(stores, AT_LATEST + LEASE_MS)
      await stores.outbox.release([again])
      const now = AT_LATEST + LEASE_MS + 1
      const held = await claimOne(stores, now)
      const input = { now, admission: 'admitted' } as const
      expect(await stores.outbox.begin(lost, input)).toBeUndefined()
      expect(await stores.outbox.begin(held, input)).toMatchObject({ sendNumber: 2 })
      expect(await stores.outbox.begin(held, input)).toBeUndefined()
    })

    it('C54: a resend puts the step off, whoever has found it due', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await startChain(stores)
      await stores.outbox.settle(settlement(await claimOne(stores, T0), T0, SENT))
      const claim = await claimOne(stores, AT_LATEST)
      const resent = { ...keyOf(record), now: AT_LATEST, expectedSends: 1, channel: 'sms' } as const
      await stores.steps.resend({ ...resent, provider: 'acme' })
      const input = { now: AT_LATEST, admission: 'admitted' } as const
      expect(await stores.outbox.begin(claim, input)).toBeUndefined()
      expect(await find(stores, record.id)).toMatchObject({
        ...{ sends: 2, nextStep: { channel: 'email', at: AT_LATEST + 35_000 } },
      })
      expect(await claimOne(stores, AT_LATEST)).toMatchObject({ sendNumber: 2, channel: 'sms' })
    })

    it('C54: a step that a worker has leased keeps its lease, whoever asks for it: nobody else counts it', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { id } = await startChain(stores)
      const first = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(first, T0, { ...SENT, mayFailOver: true }))
      const leased = await claimOne(stores, AT_LATEST)
      await advance(stores, id, AT_LATEST, 1)
      await receive(stores, first, 'undelivered', AT_LATEST + 1)
      expect(await claimAll(stores, AT_LATEST + LEASE_MS - 1)).toEqual([])
      const input = { now: AT_LATEST + 2, admission: 'admitted' } as const
      expect(await stores.outbox.begin(leased, input)).toMatchObject({ sendNumber: 2 })
    })

    it('C54: its time, a receipt, a call for it, a resend, an approval and a cancelation at one moment', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const now = AT_LATEST
      const race = async (n: number) => {
        const record = await startChain(stores)
        const { id } = record
        const first = await claimOne(stores, T0)
        await stores.outbox.settle(settlement(first, T0, { ...SENT, mayFailOver: true }))
        const worker = async () => {
          for (const claim of await claimAll(stores, now))
            if (claim.sendNumber < 0)
              await stores.outbox.begin(claim, { now, admission: 'admitted' })
        }
        const resend = () =>
          stores.steps.resend({ ...keyOf(record), now, expectedSends: 1, channel: 'sms' })
        const ending =
          n % 2 === 0
            ? () => stores.steps.check({ ...keyOf(record), ...guess(true, now) })
            : () => stores.steps.cancel({ ...keyOf(record), now })
        const calls: (() => Promise<unknown>)[] = [
          worker,
          worker,
          () => advance(stores, id, now, 1),
          resend,
        ]
        const receipt = () => receive(stores, first, 'delivered', now)
        const racers = [calls, [...calls, ending], [...calls, receipt]][n % 3] ?? calls
        const order = racers.map((_, i) => racers[(i + n) % racers.length] ?? worker)
        await Promise.all(order.map((call) => call()))
        const after = await find(stores, id)
        const sent = await detailsOf(stores, id, 'delivery.attempted')
        const steps = sent.flatMap(({ step }) => (step === undefined ? [] : [step]))
        // No step twice, none before its turn, and every send has its row.
        expect(steps).toEqual([2, 3].slice(0, steps.length))
        expect(after.deliveries.map(({ send }) => send).sort()).toEqual(
          Array.from({ length: after.sends }, (_, i) => i + 1),
        )
        if (after.status !== 'pending' || racers.includes(receipt))
          expect(after.nextStep).toBeNull()
        await emptyOutbox(stores)
      }
      for (let n = 0; n < 12; n += 1) await race(n)
    })
  })
}
