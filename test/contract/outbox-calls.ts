// What every Outbox keeps when a provider asks what a call is to say: the code once, and only while the call is up; the sealed code
// stays for that and no longer. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { ClaimedDelivery } from '../../src/delivery/outbox-ports.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import { claim, emptyOutbox, eventsOf, retryAt, SENT, sendAll, settlement } from './outbox-steps.ts'
import { ACTOR, MINUTE, T0 } from './rows.ts'
import { guess, keyOf, type Stores, type StoresFactory, start } from './stores.ts'

type Calling = { record: VerificationRecord; claimed: ClaimedDelivery<string> }

async function claimCall(stores: Stores, now: number): Promise<ClaimedDelivery<string>> {
  const [claimed] = await claim(stores, now, sendAll, 'voice')
  if (!claimed) throw new Error('nothing was claimed')
  return claimed
}

/** By the last message that the verification may send; handed over a second ago. */
async function call(stores: Stores, change: Parameters<typeof start>[1] = {}): Promise<Calling> {
  await emptyOutbox(stores)
  const record = await start(stores, { channel: 'voice', maxSends: 1, ...change })
  const claimed = await claimCall(stores, T0)
  await stores.outbox.settle(settlement(claimed, T0 + 100, SENT))
  return { record, claimed }
}

const ask = (
  { outbox }: Stores,
  { claimed: { tryId } }: Pick<Calling, 'claimed'>,
  event: 'answered' | 'key',
  now = T0 + 20_000,
  provider = 'acme',
) => outbox.call({ key: { provider, tryId }, event, now })

const lost = ({ outbox }: Stores, { tryId }: ClaimedDelivery<string>, now: number) =>
  outbox.receive({
    key: { provider: 'acme', tryId, reference: null },
    reported: { state: 'undelivered', error: null, fault: 'recipient', at: null },
    ...{ now, next: () => undefined },
  })

const sealedOf = async ({ verifications }: Stores, { id }: VerificationRecord) =>
  (await verifications.find('default', id))?.codeSealed

export function describeCalls(factory: StoresFactory): void {
  describe('a call', () => {
    it('I7: hands out its code once a key was pressed, once; the key is the receipt', async () => {
      const stores = factory()
      const made = await call(stores)
      const { record } = made
      const about = { service: 'default', locale: record.locale }
      expect(await ask(stores, made, 'answered')).toEqual({ kind: 'prompt', ...about })
      expect(await ask(stores, made, 'answered')).toEqual({ kind: 'prompt', ...about })
      expect(await ask(stores, made, 'key')).toEqual({
        ...{ kind: 'code', ...about, verificationId: record.id, channel: 'voice' },
        ...{ codeSealed: record.codeSealed, afterMs: 20_000 },
      })
      for (const event of ['key', 'answered', 'key'] as const)
        expect(await ask(stores, made, event)).toEqual({ kind: 'over', ...about })
      const [delivery] = await stores.verifications.deliveriesOf(record.id)
      expect(delivery).toMatchObject({ status: 'delivered', deliveredAt: T0 + 20_000 })
      expect((await eventsOf(stores, record.id)).at(-1)).toMatchObject({
        ...{ type: 'delivery.delivered', details: { channel: 'voice', provider: 'acme' } },
      })
      expect(await sealedOf(stores, record)).toBeNull()
    })

    it('I7: twenty keys at once hand it out once', async () => {
      const stores = factory()
      const made = await call(stores)
      const all = await Promise.all(Array.from({ length: 20 }, () => ask(stores, made, 'key')))
      expect(all.filter(({ kind }) => kind === 'code')).toHaveLength(1)
      expect(all.filter(({ kind }) => kind === 'over')).toHaveLength(19)
    })

    it('before our own answer is stored it is up as well', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      await start(stores, { channel: 'voice' })
      const claimed = await claimCall(stores, T0)
      expect((await ask(stores, { claimed }, 'key', T0 + 50)).kind).toBe('code')
      expect(await stores.outbox.settle(settlement(claimed, T0 + 100, SENT))).toBe('fenced')
    })

    it('C55: of another provider, or of no try of ours, is not known', async () => {
      const stores = factory()
      const { claimed } = await call(stores)
      const strangers = [
        ask(stores, { claimed }, 'key', T0, 'other'),
        ask(stores, { claimed: { ...claimed, tryId: `${claimed.tryId}9` } }, 'key'),
        ask(stores, { claimed: { ...claimed, tryId: "att_' or 1=1_1_1" } }, 'key'),
      ]
      expect(await Promise.all(strangers)).toEqual(strangers.map(() => ({ kind: 'unknown' })))
      expect((await ask(stores, { claimed }, 'key')).kind).toBe('code')
    })

    it.each<[string, (stores: Stores, made: Calling) => Promise<unknown>]>([
      ['approved', ({ steps }, { record }) => steps.check({ ...keyOf(record), ...guess(true) })],
      ['canceled', ({ steps }, { record }) => steps.cancel({ ...keyOf(record), now: T0 + 5 })],
      ['over by its provider’s word', (stores, { claimed }) => lost(stores, claimed, T0 + 1_000)],
    ])('I17: tells nothing once it is %s', async (_, end) => {
      const stores = factory()
      const made = await call(stores)
      await end(stores, made)
      for (const event of ['answered', 'key'] as const)
        expect((await ask(stores, made, event)).kind).toBe('over')
      expect(await sealedOf(stores, made.record)).toBeNull()
    })

    it('I17: tells nothing once a newer message replaced it, or another try', async () => {
      const stores = factory()
      const made = await call(stores, { maxSends: 3 })
      const { record } = made
      await stores.steps.resend({
        ...keyOf(record),
        ...{ now: T0 + MINUTE, expectedSends: 1, channel: 'voice' },
        ...{ actor: ACTOR, idempotency: null },
      })
      expect((await ask(stores, made, 'key', T0 + MINUTE)).kind).toBe('over')
      const again = await claimCall(stores, T0 + MINUTE)
      await stores.outbox.settle(settlement(again, T0 + MINUTE, retryAt(T0 + MINUTE + 500)))
      const third = await claimCall(stores, T0 + MINUTE + 500)
      expect(third.tryNumber).toBe(2)
      expect((await ask(stores, { claimed: again }, 'key', T0 + MINUTE + 600)).kind).toBe('over')
      expect((await ask(stores, { claimed: third }, 'key', T0 + MINUTE + 600)).kind).toBe('code')
    })

    it('I7: keeps the sealed code while it may be asked, whatever ends beside it, and no longer', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      // A text whose worker hangs, then a call by the last message that is left.
      const record = await start(stores, { maxSends: 2 })
      const [text] = await claim(stores, T0, sendAll)
      if (!text) throw new Error('nothing was claimed')
      const resend = { now: T0 + MINUTE, expectedSends: 1, channel: 'voice' } as const
      await stores.steps.resend({
        ...{ ...keyOf(record), ...resend, actor: ACTOR, idempotency: null },
      })
      const claimed = await claimCall(stores, T0 + MINUTE)
      await stores.outbox.settle(settlement(claimed, T0 + MINUTE + 100, SENT))
      expect(await sealedOf(stores, record)).toEqual(record.codeSealed)
      // Its own end, and a late receipt.
      await stores.outbox.settle(settlement(text, T0 + MINUTE + 200, SENT))
      await lost(stores, text, T0 + MINUTE + 300)
      expect(await sealedOf(stores, record)).toEqual(record.codeSealed)
      expect((await ask(stores, { claimed }, 'answered', T0 + MINUTE + 400)).kind).toBe('prompt')
      await lost(stores, claimed, T0 + MINUTE + 500)
      expect(await sealedOf(stores, record)).toBeNull()
    })

    it('I7: a call of which nothing is heard loses its code to the sweeper', async () => {
      const stores = factory()
      const { record } = await call(stores)
      const now = record.expiresAt - 19_000
      await stores.verifications.sweep({ now, graceMs: 10_000, limit: 100 })
      expect(await sealedOf(stores, record)).toBeNull()
    })
  })
}
