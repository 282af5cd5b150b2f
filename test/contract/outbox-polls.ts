// What every store keeps of questions to providers: planned while somebody waits, leased by one node, and none after the end.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { ClaimedDelivery, NextAfter, SettleDelivery } from '../../src/delivery/outbox-ports.ts'
import type { ClaimedPoll } from '../../src/delivery/receipts/poll-ports.ts'
import { decideStart } from '../../src/verification/transitions.ts'
import { claimOne, emptyOutbox, SENT, settlement } from './outbox-steps.ts'
import { createInput, MINUTE, newVerification, T0 } from './rows.ts'
import { guess, keyOf, type Stores, type StoresFactory, start } from './stores.ts'

const POLL_LEASE_MS = 15_000
const SECOND = 1_000
const HANDED = T0 + 100
const OTHER: ReturnType<NextAfter> = {
  ...{ provider: 'other', tried: 'acme', isNewRound: false, notBefore: 0, roundLength: 2 },
}
const CHAIN = [{ send: -1, channel: 'email', provider: 'acme', timeoutMs: 40_000 }] as const

/** Nobody waits, where a test does not say who. */
type Who = { next?: NextAfter; hasWebhook?: boolean }
const waiting = ({ next = () => undefined, hasWebhook = false }: Who) => ({
  next,
  hasWebhook: () => hasWebhook,
})
const FAILOVER: Who = { next: () => OTHER }
const WEBHOOK: Who = { hasWebhook: true }

const claim = ({ outbox }: Stores, now: number, who: Who, limit = 100): Promise<ClaimedPoll[]> =>
  outbox.claimPolls({ provider: 'acme', limit, now, leaseMs: POLL_LEASE_MS, ...waiting(who) })
const settle = ({ outbox }: Stores, poll: ClaimedPoll, now: number, who: Who) =>
  outbox.settlePoll(poll, { now, ...waiting(who) })
const dueAt = async ({ outbox }: Stores) => (await outbox.pollsDue(['acme', 'other']))[0]?.at
const view = ({ outbox }: Stores, verificationId: string, now: number, service = 'default') =>
  outbox.view({ verificationId, service, providers: ['acme'], now })

const receive = ({ outbox }: Stores, tryId: string, state: 'sent' | 'delivered', now: number) =>
  outbox.receive({
    key: { provider: 'acme', tryId, reference: null },
    reported: { state, error: null, fault: null, at: null },
    ...{ now, next: () => undefined },
  })

/** Polls of other tests are claimed by nobody, and dropped. */
async function empty(stores: Stores): Promise<void> {
  await emptyOutbox(stores)
  while ((await dueAt(stores)) !== undefined) await claim(stores, T0 + 10 ** 12, {})
}

type Handed = Partial<Extract<SettleDelivery['result'], { kind: 'sent' }>>
const handOver = (stores: Stores, claimed: ClaimedDelivery<unknown>, change: Handed = {}) => {
  const reference = claimed.tryId.slice(-20)
  const sent = { ...SENT, reference, mayBeAsked: { hasWebhook: false }, ...change }
  return stores.outbox.settle({ ...settlement(claimed, HANDED, sent), durationMs: HANDED - T0 })
}

const BY_WEBHOOK = { mayBeAsked: { hasWebhook: true } }

/** Handed over at HANDED. */
async function sent(
  stores: Stores,
  change: Handed = BY_WEBHOOK,
  given: Parameters<typeof start>[1] = {},
) {
  await empty(stores)
  const record = await start(stores, given)
  const claimed = await claimOne(stores, T0)
  await handOver(stores, claimed, change)
  return { record, claimed }
}

async function startChain(stores: Stores) {
  await empty(stores)
  const record = newVerification()
  const input = createInput(record, { change: decideStart(record, false, 'acme', CHAIN) })
  const outcome = await stores.verifications.create(input)
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  return outcome.record
}

export function describePolls(factory: StoresFactory): void {
  describe('C26: questions to providers', () => {
    it.each<[string, Handed, boolean]>([
      ['nobody', {}, false],
      ['a failover', { mayFailOver: true }, true],
      ['a webhook', BY_WEBHOOK, true],
    ])('are planned with the hand-over where %s waits', async (_, change, isPlanned) => {
      const stores = factory()
      await sent(stores, change)
      expect(await dueAt(stores)).toBe(isPlanned ? HANDED + 5 * SECOND : undefined)
    })

    it('none of a provider that cannot be asked', async () => {
      const stores = factory()
      await empty(stores)
      await start(stores)
      const { outbox } = stores
      const plain = { ...SENT, mayFailOver: true }
      await outbox.settle(settlement(await claimOne(stores, T0), HANDED, plain))
      expect(await dueAt(stores)).toBeUndefined()
    })

    it('while a step waits: from the hand-over until it goes out', async () => {
      const stores = factory()
      await startChain(stores)
      await handOver(stores, await claimOne(stores, T0))
      expect(await dueAt(stores)).toBe(HANDED + 5 * SECOND)
      const [poll] = await claim(stores, HANDED + 5 * SECOND, {})
      expect(poll).toMatchObject({ provider: 'acme', channel: 'sms', kind: 'real', tryNumber: 1 })
      await settle(stores, poll as ClaimedPoll, HANDED + 6 * SECOND, {})
      expect(await dueAt(stores)).toBe(HANDED + 10 * SECOND)
      const lanes = [{ channel: 'email' as const, provider: 'acme', limit: 1 }]
      const [step] = await stores.outbox.claim({
        ...{ now: HANDED + 41 * SECOND, lanes, leaseMs: 30_000, minRemainingMs: 20_000 },
        plan: () => ({ kind: 'send', provider: 'acme', prepared: 'ready' }),
      })
      if (!step) return expect.fail('no step is due')
      const now = HANDED + 41 * SECOND
      await stores.outbox.begin(step, { now, admission: 'admitted' })
      expect(await claim(stores, now, {})).toEqual([])
      expect(await dueAt(stores)).toBeUndefined()
    })

    it('come 5, 10, 20, 40 and 80 s after the hand-over, and then no more', async () => {
      const stores = factory()
      const { claimed } = await sent(stores)
      const times: number[] = []
      for (let at = await dueAt(stores); at !== undefined; at = await dueAt(stores)) {
        times.push(at - HANDED)
        expect(await claim(stores, at - 1, WEBHOOK)).toEqual([])
        const [poll] = await claim(stores, at, WEBHOOK)
        expect(poll).toMatchObject({
          tryId: claimed.tryId,
          reference: claimed.tryId.slice(-20),
          leaseUntil: at + POLL_LEASE_MS,
        })
        await settle(stores, poll as ClaimedPoll, at + 200, WEBHOOK)
      }
      expect(times).toEqual([5_000, 10_000, 20_000, 40_000, 80_000])
    })

    it('I17: none is planned past the end, and none goes out once it has ended', async () => {
      const stores = factory()
      await sent(stores, BY_WEBHOOK, { expiresAt: HANDED + 30 * SECOND })
      const [poll] = await claim(stores, HANDED + 25 * SECOND, WEBHOOK)
      await settle(stores, poll as ClaimedPoll, HANDED + 26 * SECOND, WEBHOOK)
      expect(await dueAt(stores)).toBeUndefined()

      await sent(stores, BY_WEBHOOK, { expiresAt: HANDED + 30 * SECOND })
      expect(await claim(stores, HANDED + 31 * SECOND, WEBHOOK)).toEqual([])
      expect(await dueAt(stores)).toBeUndefined()

      const { record } = await sent(stores)
      await stores.steps.check({ ...keyOf(record), ...guess(true, HANDED + SECOND) })
      expect(await claim(stores, HANDED + 5 * SECOND, WEBHOOK)).toEqual([])
      expect(await dueAt(stores)).toBeUndefined()
    })

    it('I17: an answer that comes after the end plans nothing more', async () => {
      const stores = factory()
      const { record } = await sent(stores)
      const [poll] = await claim(stores, HANDED + 5 * SECOND, WEBHOOK)
      const now = HANDED + 6 * SECOND
      await stores.steps.check({ ...keyOf(record), ...guess(true, now) })
      await settle(stores, poll as ClaimedPoll, now, WEBHOOK)
      expect(await dueAt(stores)).toBeUndefined()
    })

    it('are of one node at a time; after its lease another one asks', async () => {
      const stores = factory()
      await sent(stores)
      const at = HANDED + 5 * SECOND
      const claims = await Promise.all([1, 2, 3].map(() => claim(stores, at, WEBHOOK)))
      expect(claims.map(({ length }) => length).sort()).toEqual([0, 0, 1])
      expect(await claim(stores, at + POLL_LEASE_MS - 1, WEBHOOK)).toEqual([])
      const [again] = await claim(stores, at + POLL_LEASE_MS, WEBHOOK)
      expect(again).toMatchObject({ leaseUntil: at + 2 * POLL_LEASE_MS })
      // The first one was only slow: its lease is over, and it plans nothing.
      await settle(stores, claims.flat()[0] as ClaimedPoll, at + POLL_LEASE_MS + 1, WEBHOOK)
      expect(await dueAt(stores)).toBe(at + 2 * POLL_LEASE_MS)
    })

    it('go to one provider alone, the oldest first, no more than there are places', async () => {
      const stores = factory()
      await empty(stores)
      const order: string[] = []
      for (const late of [2, 0, 1]) {
        await start(stores)
        const claimed = await claimOne(stores, T0)
        const result = { ...SENT, reference: `r${late}`, ...BY_WEBHOOK }
        await stores.outbox.settle(settlement(claimed, HANDED + late, result))
      }
      const now = HANDED + 6 * SECOND
      const other = { provider: 'other', limit: 9, now, leaseMs: 1, ...waiting(WEBHOOK) }
      expect(await stores.outbox.claimPolls(other)).toEqual([])
      for (const limit of [2, 9])
        for (const poll of await claim(stores, now, WEBHOOK, limit)) order.push(`${poll.reference}`)
      expect(order).toEqual(['r0', 'r1', 'r2'])
    })

    it('I16: end once a receipt has said what became of it, also while one is asked', async () => {
      const stores = factory()
      const { claimed } = await sent(stores)
      await receive(stores, claimed.tryId, 'sent', HANDED + SECOND)
      expect(await dueAt(stores)).toBe(HANDED + 5 * SECOND)
      await receive(stores, claimed.tryId, 'delivered', HANDED + 2 * SECOND)
      expect(await dueAt(stores)).toBeUndefined()

      const other = await sent(stores)
      const [poll] = await claim(stores, HANDED + 5 * SECOND, WEBHOOK)
      await receive(stores, other.claimed.tryId, 'delivered', HANDED + 6 * SECOND)
      await settle(stores, poll as ClaimedPoll, HANDED + 6 * SECOND, WEBHOOK)
      expect(await dueAt(stores)).toBeUndefined()
    })

    it('a receipt and an answer at the same moment move it once', async () => {
      const stores = factory()
      const { record, claimed } = await sent(stores)
      const now = HANDED + 5 * SECOND
      const both = await Promise.all(
        [1, 2, 3, 4].map(() => receive(stores, claimed.tryId, 'delivered', now)),
      )
      expect(both.map(({ kind }) => kind).sort()).toEqual(['known', 'known', 'known', 'moved'])
      const page = await stores.events.list({
        ...{ service: null, verificationId: record.id, cursor: null, limit: 100 },
      })
      expect(page.items.filter(({ type }) => type === 'delivery.delivered')).toHaveLength(1)
    })

    it('a failover waits for as long as one is possible', async () => {
      const stores = factory()
      const expiresAt = HANDED + 60 * SECOND
      const { record } = await sent(stores, { mayFailOver: true }, { expiresAt, maxSends: 1 })
      const [first] = await claim(stores, HANDED + 5 * SECOND, FAILOVER)
      await settle(stores, first as ClaimedPoll, HANDED + 6 * SECOND, FAILOVER)
      const [second] = await claim(stores, HANDED + 11 * SECOND, FAILOVER)
      expect(second).toMatchObject({ verificationId: record.id })
      // Under 45 s are left.
      await settle(stores, second as ClaimedPoll, HANDED + 16 * SECOND, FAILOVER)
      expect(await dueAt(stores)).toBeUndefined()
    })

    it('a look at it plans the next one, once, in its service only', async () => {
      const stores = factory()
      const { record } = await sent(stores, {})
      await view(stores, record.id, HANDED + SECOND, 'another')
      expect(await dueAt(stores)).toBeUndefined()
      await view(stores, record.id, HANDED + 7 * SECOND)
      const at = (await dueAt(stores)) ?? 0
      expect(at - HANDED).toBe(10_000)
      const [poll] = await claim(stores, at, {})
      expect(poll).toMatchObject({ verificationId: record.id })
      await view(stores, record.id, at)
      await settle(stores, poll as ClaimedPoll, at, {})
      expect(await dueAt(stores)).toBeUndefined()
      // Long after the last time of all others.
      await view(stores, record.id, HANDED + 2 * MINUTE)
      expect((await dueAt(stores)) as number).toBe(HANDED + 20 * SECOND + 2 * MINUTE)
      await claim(stores, T0 + 10 ** 12, {})
    })

    it('a look plans none of what is known, was not taken, or has ended', async () => {
      const stores = factory()
      const { record, claimed } = await sent(stores, {})
      await receive(stores, claimed.tryId, 'delivered', HANDED + SECOND)
      await view(stores, record.id, HANDED + 2 * SECOND)
      const unnamed = await sent(stores, { reference: null })
      await view(stores, unnamed.record.id, HANDED + 2 * SECOND)
      const ended = await sent(stores, {})
      const approved = { ...keyOf(ended.record), ...guess(true, HANDED + SECOND) }
      await stores.steps.check(approved)
      await view(stores, ended.record.id, HANDED + 2 * SECOND)
      await view(stores, 'vrf_00000000000000000000000000000000', HANDED + 2 * SECOND)
      expect(await dueAt(stores)).toBeUndefined()
    })
  })
}
