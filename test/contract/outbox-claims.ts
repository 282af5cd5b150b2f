// What every Outbox keeps when it is claimed from: leases, fencing, I6. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { DueDelivery, Plan } from '../../src/delivery/outbox-ports.ts'
import { CHANNELS } from '../../src/kernel/channel.ts'
import { newFront } from './front.ts'
import {
  claim,
  claimOne,
  ERROR,
  emptyOutbox,
  eventsOf,
  LEASE_MS,
  nextDueAt,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { createInput, newVerification, T0 } from './rows.ts'
import { guess, keyOf, type StoresFactory, start, typesOf } from './stores.ts'

export function describeClaims(factory: StoresFactory): void {
  describe('claim', () => {
    it('gives each due row to one claimer, with a lease, a token and a try id', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const records = await Promise.all(Array.from({ length: 6 }, () => start(stores)))
      expect(await nextDueAt(stores.outbox)).toBe(T0)
      expect(await claim(stores, T0 - 1, sendAll)).toEqual([])
      expect(await claim(stores, T0, sendAll, 'email')).toEqual([])
      const [a, b] = await Promise.all([
        claim(stores, T0, sendAll, 'sms', 4),
        claim(stores, T0, sendAll, 'sms', 4),
      ])
      // Two and four, or three each: engines without one writer hand out row by row, and pass over what is locked.
      for (const claims of [a, b]) expect(claims.length).toBeLessThanOrEqual(4)
      const all = [...a, ...b]
      expect(all).toHaveLength(6)
      expect(new Set(all.map((c) => c.verificationId))).toEqual(new Set(records.map((r) => r.id)))
      expect(new Set(all.map((c) => c.token)).size).toBe(6)
      expect(await nextDueAt(stores.outbox)).toBe(T0 + LEASE_MS)
      const record = records.find((r) => r.id === all[0]?.verificationId)
      expect(all[0]).toMatchObject({
        tryId: `att_${record?.id.slice(4)}_1_1`,
        deliveryId: `dlv_${record?.id.slice(4)}_1`,
        tryNumber: 1,
        tries: 0,
        prepared: 'ready',
        provider: 'acme',
        reclaimed: false,
        leaseUntil: T0 + LEASE_MS,
        recipientSealed: record?.recipientSealed,
        codeSealed: record?.codeSealed,
        ...{ country: record?.country, authenticated: false, clientIp: record?.clientIp },
        ...{ tried: '', lane: null, mayHaveGone: 0, maxSends: 5, hasNext: false },
      })
    })

    it('C89: a mail with a link says where it leads, at its start and at each later send; others have none', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const ids: Record<string, string> = {}
      const asked = {
        page: { channel: 'email', front: newFront({ linkBindingMac: null }) },
        login: { channel: 'email', front: newFront() },
        none: { channel: 'email', front: newFront({ link: false }) },
        nothing: { channel: 'email', front: undefined },
        text: { channel: 'sms', front: newFront() },
      } as const
      for (const [name, { channel, front }] of Object.entries(asked)) {
        const record = newVerification({ channel })
        await stores.verifications.create(createInput(record, { front }))
        ids[record.id] = name
      }
      const linksAt = async (now: number) => {
        const mails = await claim(stores, now, sendAll, 'email')
        const all = [...mails, ...(await claim(stores, now, sendAll))]
        return Object.fromEntries(all.map((one) => [ids[one.verificationId], one.link]))
      }
      const expected = { page: 'page', login: 'login', none: null, nothing: null, text: null }
      expect(await linksAt(T0)).toEqual(expected)
      // Their worker died.
      expect(await linksAt(T0 + LEASE_MS)).toEqual(expected)
    })

    it('I6: an ended, replaced or late delivery is not claimed, and its event says so', async () => {
      const stores = factory()
      const { verifications } = stores
      await emptyOutbox(stores)
      const late = await start(stores, { expiresAt: T0 + 20_000 })
      const inTime = await start(stores, { expiresAt: T0 + 20_001 })
      const claimed = await claim(stores, T0 + 1, sendAll)
      expect(claimed.map((c) => c.verificationId)).toEqual([inTime.id])
      expect(await verifications.deliveriesOf(late.id)).toMatchObject([
        { status: 'failed', error: { code: 'expired_before_sent' } },
      ])
      expect(await typesOf(stores, late.id)).toEqual(['verification.started', 'delivery.failed'])
      // Held by a worker that died; the verification was canceled meanwhile.
      await stores.steps.cancel({ ...keyOf(inTime), ...guess(true) })
      expect(await claim(stores, T0 + 1 + LEASE_MS, sendAll)).toEqual([])
      expect(await verifications.deliveriesOf(inTime.id)).toMatchObject([{ status: 'canceled' }])
      expect(await nextDueAt(stores.outbox)).toBeUndefined()
    })

    it('C23: an expired lease is claimed again, logged, and fences the first worker', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await start(stores)
      const first = await claimOne(stores, T0)
      expect(await claim(stores, T0 + LEASE_MS - 1, sendAll)).toEqual([])
      const second = await claimOne(stores, T0 + LEASE_MS)
      expect(second).toMatchObject({ tryNumber: 2, tries: 1, ambiguous: 1, reclaimed: true })
      const now = T0 + LEASE_MS + 1
      expect(await stores.outbox.settle(settlement(first, now, SENT))).toBe('fenced')
      expect(await stores.verifications.deliveriesOf(record.id)).toMatchObject([
        { status: 'sending', tries: 2 },
      ])
      expect(await stores.outbox.settle(settlement(second, now, SENT))).toBe('settled')
      expect(await stores.outbox.settle(settlement(second, now, SENT))).toBe('fenced')
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'delivery.attempted',
        'delivery.reclaimed',
        'delivery.attempted',
        'delivery.sent',
      ])
    })

    it('C67: every later try learns the same time since when one may have gone out', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      await start(stores)
      const temporary = (at: number) => ({ ...retryAt(at), ambiguous: false })
      const said = []
      const results = [temporary, retryAt, temporary, retryAt, temporary]
      for (const [n, result] of results.entries()) {
        const now = T0 + n * 1_000
        const claimed = await claimOne(stores, now)
        said.push([claimed.startedAt - T0, claimed.wordedAt && claimed.wordedAt - T0])
        await stores.outbox.settle(settlement(claimed, now + 100, result(now + 1_000)))
      }
      expect(said).toEqual([
        [0, null],
        [1_000, null],
        [2_000, 1_000],
        [3_000, 1_000],
        [4_000, 1_000],
      ])
    })

    it('C67: a try whose worker died may have gone out, too', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      await start(stores)
      await claimOne(stores, T0 + 10)
      for (const n of [1, 2])
        expect(await claimOne(stores, T0 + 10 + n * LEASE_MS)).toMatchObject({
          ...{ startedAt: T0 + 10 + n * LEASE_MS, wordedAt: T0 + 10, ambiguous: n },
        })
    })

    it('I18: tells how many tries of the verification may have gone out, those of other sends included', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const record = await start(stores)
      const first = await claimOne(stores, T0)
      await stores.outbox.settle(settlement(first, T0 + 1, retryAt(T0 + 2)))
      expect(await claimOne(stores, T0 + 2)).toMatchObject({ ambiguous: 1, mayHaveGone: 1 })
      const resend = {
        ...keyOf(record),
        now: T0 + 60_000,
        expectedSends: 1,
        channel: 'sms' as const,
      }
      await stores.steps.resend(resend)
      const claims = await claim(stores, T0 + 60_000, sendAll)
      const second = claims.find(({ sendNumber }) => sendNumber === 2)
      if (!second) throw new Error('not claimed')
      // Both tries of the first, whose lease ran out.
      expect(second.mayHaveGone).toBe(2)
      await stores.outbox.settle(settlement(second, T0 + 60_001, retryAt(T0 + 60_002)))
      const again = await claim(stores, T0 + 60_002, sendAll)
      expect(again.map(({ ambiguous, mayHaveGone }) => [ambiguous, mayHaveGone])).toEqual([[1, 3]])
      for (const one of again) await stores.outbox.settle(settlement(one, T0 + 60_003, SENT))
      const third = { ...resend, now: T0 + 120_000, expectedSends: 2 }
      await stores.steps.resend(third)
      // One that was accepted is one more.
      const [last] = await claim(stores, T0 + 120_000, sendAll)
      expect(last).toMatchObject({ sendNumber: 3, ambiguous: 0, mayHaveGone: 4 })
    })

    it('C22: a plan that throws fails its row only, and the error is not stored', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const poisoned = await start(stores)
      const others = await Promise.all(Array.from({ length: 20 }, () => start(stores)))
      const claimed = await claim(stores, T0, (due) => {
        if (due.verificationId === poisoned.id) throw new Error('the code is 987654')
        return sendAll()
      })
      expect(claimed).toHaveLength(others.length)
      const [delivery] = await stores.verifications.deliveriesOf(poisoned.id)
      expect(delivery).toMatchObject({ status: 'failed', error: { code: 'plan_failed' } })
      expect(JSON.stringify(await eventsOf(stores, poisoned.id))).not.toContain('987654')
    })

    it('obeys a plan that fails a row or gives it back', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      const [failing, foreign] = [await start(stores), await start(stores)]
      const plan = (due: DueDelivery): Plan<string> =>
        due.verificationId === failing.id
          ? { kind: 'fail', error: ERROR }
          : { kind: 'give_back', delayMs: 5_000 }
      expect(await claim(stores, T0, plan)).toEqual([])
      expect(await stores.verifications.deliveriesOf(failing.id)).toMatchObject([
        { status: 'failed', error: ERROR, tries: 0 },
      ])
      expect(await stores.verifications.deliveriesOf(foreign.id)).toMatchObject([
        { status: 'queued', tries: 0, error: null },
      ])
      expect(await nextDueAt(stores.outbox)).toBe(T0 + 5_000)
    })

    it('reports what waits in each channel: due, and planned for later', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      for (let n = 0; n < 3; n += 1) await start(stores, { createdAt: T0 - n * 1_000 })
      await start(stores, { channel: 'email' })
      const [first] = await claim(stores, T0 - 2_000, sendAll)
      if (!first) throw new Error('nothing was due')
      await stores.outbox.settle(settlement(first, T0, retryAt(T0 + 5_000)))
      const depths = await stores.outbox.depths(T0 + 500)
      expect(depths).toContainEqual({ channel: 'sms', due: 2, retrying: 1, oldestDueMs: 1_500 })
      expect(depths).toContainEqual({ channel: 'email', due: 1, retrying: 0, oldestDueMs: 500 })
      expect(depths).toHaveLength(CHANNELS.length)
    })

    it('looks past dead rows: an outage’s leftovers do not delay a live one', async () => {
      const stores = factory()
      await emptyOutbox(stores)
      for (let n = 0; n < 5; n += 1) await start(stores, { expiresAt: T0 + 1_000 })
      const live = await start(stores, { createdAt: T0 + 1 })
      const claimed = await claim(stores, T0 + 1, sendAll, 'sms', 2)
      expect(claimed.map((c) => c.verificationId)).toEqual([live.id])
    })
  })
}
