// What every store keeps when it claims a start's message in the start's own commit: handed over once and only then, with
// the lease that any claim has. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { afterEach, describe, expect, it } from 'vitest'
import type { ClaimedDelivery, HeldPlace, Plan } from '../../src/delivery/outbox-ports.ts'
import type { NewVerification } from '../../src/verification/state.ts'
import { newFront } from './front.ts'
import {
  claim,
  claimOne,
  ERROR,
  emptyOutbox,
  LEASE_MS,
  nextDueAt,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { createInput, mac, newFactorVerification, newVerification, T0 } from './rows.ts'
import { idempotency, keyOf, LIMIT, type Stores, type StoresFactory, typesOf } from './stores.ts'

type Taken = { claimed: ClaimedDelivery<string>; isStored: Promise<boolean> }

/** A worker with one place more than it has taken: what it was given, and how many places came back. */
function serve(stores: Stores, plan: HeldPlace<string>['plan'] = sendAll) {
  const held = { taken: [] as Taken[], given: 0, back: 0 }
  const isStored = async ({ verificationId }: ClaimedDelivery<string>) =>
    (await stores.verifications.find('default', verificationId)) !== undefined
  stores.outbox.serve<string>(() => {
    held.given += 1
    return {
      ...{ leaseMs: LEASE_MS, minRemainingMs: 20_000, plan },
      take: (claimed) => void held.taken.push({ claimed, isStored: isStored(claimed) }),
      giveBack: () => {
        held.back += 1
      },
    }
  })
  return held
}

const create = (
  { verifications }: Stores,
  record: NewVerification,
  change: Parameters<typeof createInput>[1] = {},
) => verifications.create(createInput(record, change))

export function describeStartClaims(factory: StoresFactory): void {
  describe('a start whose process has a place for its message', () => {
    afterEach(() => factory().outbox.serve(() => null))

    it('C89: hands a mail over with where its link leads', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { taken } = serve(stores)
      const fronts = [newFront({ linkBindingMac: null }), newFront(), newFront({ link: false })]
      for (const front of [...fronts, undefined])
        await create(stores, newVerification({ channel: 'email' }), { front })
      await create(stores, newVerification(), { front: newFront() })
      const links = taken.map(({ claimed }) => claimed.link)
      expect(links).toEqual(['page', 'login', null, null, null])
    })

    it('claims it in its commit, as a worker would, and hands it over after it', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { taken } = serve(stores)
      const record = newVerification()
      expect(await create(stores, record)).toMatchObject({ kind: 'created', isDue: false })
      const [first, ...more] = taken
      if (!first || more.length > 0) throw new Error(`taken ${taken.length}`)
      expect(await first.isStored).toBe(true)
      const { claimed } = first
      expect(claimed).toMatchObject({
        ...{ verificationId: record.id, sendNumber: 1, sends: 1, channel: 'sms', kind: 'real' },
        ...{ tryNumber: 1, tries: 0, ambiguous: 0, reclaimed: false, wordedAt: null },
        ...{ provider: 'acme', prepared: 'ready', startedAt: T0, leaseUntil: T0 + LEASE_MS },
        ...{ recipientSealed: record.recipientSealed, codeSealed: record.codeSealed },
      })
      expect(await stores.verifications.deliveriesOf(record.id)).toMatchObject([
        { status: 'sending', provider: 'acme', tries: 1, queuedAt: T0, sentAt: null },
      ])
      expect(await stores.outbox.settle(settlement(claimed, T0 + 2, SENT))).toBe('settled')
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'delivery.attempted',
        'delivery.sent',
      ])
    })

    it('C23: nobody else has it before its lease ends; whoever claims it then counts the try', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { taken } = serve(stores)
      const record = newVerification()
      await create(stores, record)
      expect(await nextDueAt(stores.outbox)).toBe(T0 + LEASE_MS)
      expect(await claim(stores, T0 + LEASE_MS - 1, sendAll)).toEqual([])
      const second = await claimOne(stores, T0 + LEASE_MS)
      expect(second).toMatchObject({ tryNumber: 2, ambiguous: 1, reclaimed: true, wordedAt: T0 })
      const now = T0 + LEASE_MS + 1
      const [first] = taken.map(({ claimed }) => settlement(claimed, now, SENT))
      expect(first && (await stores.outbox.settle(first))).toBe('fenced')
    })

    it('C39: one that is released is due at once, and its try was none', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { taken } = serve(stores)
      const record = newVerification()
      await create(stores, record)
      await stores.outbox.release(taken.map(({ claimed }) => claimed))
      expect(await claimOne(stores, T0 + 1)).toMatchObject({ tryNumber: 1, reclaimed: false })
    })

    it('I5: what was not made is not handed over, and its place comes back', async () => {
      const stores = factory()
      const { verifications } = stores
      const slot = { slots: [mac()], authenticated: false, decoy: false }
      const write = idempotency<never>()
      const first = newVerification()
      await verifications.create(createInput(first, { slot, idempotency: write as never }))
      const held = serve(stores)
      const none = { limit: LIMIT(0), name: 'guesses_per_number_hour' as const }
      const attempts = [
        [{ slot }, 'continued'],
        [{ idempotency: write as never }, 'answered_before'],
        [{ guesses: { ...createInput(first).guesses, limits: [none] } }, 'guesses_refused'],
      ] as const
      for (const [change, kind] of attempts)
        expect((await verifications.create(createInput(newVerification(), change))).kind).toBe(kind)
      await expect(create(stores, newVerification({ id: first.id }))).rejects.toThrow()
      expect(held).toEqual({ taken: [], given: 4, back: 4 })
    })

    it('I6: what the plan does not send, or comes too late, is left to a worker', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const plans: Plan<string>[] = [
        { kind: 'fail', error: ERROR },
        { kind: 'give_back', delayMs: 5_000 },
        sendAll(),
      ]
      const held = serve(stores, () => plans.shift() ?? sendAll())
      const records = [{}, {}, { expiresAt: T0 + 19_999 }].map(newVerification)
      for (const record of records) {
        expect(await create(stores, record)).toMatchObject({ kind: 'created', isDue: true })
        const [delivery] = await stores.verifications.deliveriesOf(record.id)
        expect(delivery).toMatchObject({ status: 'queued', provider: null, tries: 0 })
        expect(await typesOf(stores, record.id)).toEqual(['verification.started'])
      }
      expect(held).toEqual({ taken: [], given: 3, back: 3 })
    })

    it('asks for no place where there is no message, and queues where there is no place', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const held = serve(stores)
      const made = await create(stores, newFactorVerification())
      expect([made, held.given]).toMatchObject([{ kind: 'created', isDue: false }, 0])
      stores.outbox.serve(() => null)
      const record = newVerification()
      expect(await create(stores, record)).toMatchObject({ kind: 'created', isDue: true })
      expect((await claimOne(stores, T0)).verificationId).toBe(record.id)
    })

    it('I6: a cancellation finds it claimed, and a retry of it is not planned', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const { taken } = serve(stores)
      const made = await create(stores, newVerification())
      if (made.kind !== 'created') throw new Error(made.kind)
      await stores.steps.cancel({ ...keyOf(made.record), now: T0 + 1 })
      const result = retryAt(T0 + 9_000)
      for (const { claimed } of taken)
        expect(await stores.outbox.settle(settlement(claimed, T0 + 2, result))).toBe('settled')
      expect(await stores.verifications.deliveriesOf(made.record.id)).toMatchObject([
        { status: 'canceled', tries: 1 },
      ])
    })
  })
}
