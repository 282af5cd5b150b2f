// What every VerificationStore keeps: resend, cancel, list and sweep. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { InvalidCursorError } from '../../src/kernel/errors.ts'
import { resendAt, type VerificationRecord } from '../../src/verification/state.ts'
import { decideStart } from '../../src/verification/transitions.ts'
import { claimOne, ERROR, emptyOutbox, eventsOf, settlement } from './outbox-steps.ts'
import { ACTOR, createInput, HOUR, MINUTE, mac, newVerification, T0 } from './rows.ts'
import { guess, keyOf, type StoresFactory, start, typesOf } from './stores.ts'

/** Then the next message need not wait. */
const isLostNow = (record: VerificationRecord | undefined) =>
  record !== undefined && resendAt(record, record.lastSendAt) === record.lastSendAt

export function describeLifecycle(factory: StoresFactory): void {
  describe('resend, cancel, list, sweep', () => {
    const resendOf = (record: VerificationRecord, expectedSends = 1, now = T0 + MINUTE) => ({
      ...keyOf(record),
      now,
      expectedSends,
      channel: 'email' as const,
      actor: ACTOR,
      idempotency: null,
    })

    it('a resend replaces the delivery that waits; a second one on the same row is stale', async () => {
      const stores = factory()
      const { verifications } = stores
      const record = await start(stores)
      const outcomes = await Promise.all([
        stores.steps.resend(resendOf(record)),
        stores.steps.resend(resendOf(record)),
      ])
      expect(outcomes.map((o) => o?.kind).sort()).toEqual(['refused', 'resent'])
      expect(outcomes.find((o) => o?.kind === 'resent')).toMatchObject({
        record: {
          sends: 2,
          channel: 'email',
          lastSendAt: T0 + MINUTE,
          expiresAt: record.expiresAt,
        },
      })
      expect(await verifications.deliveriesOf(record.id)).toMatchObject([
        { id: `dlv_${record.id.slice(4)}_1`, status: 'canceled', channel: 'sms' },
        { id: `dlv_${record.id.slice(4)}_2`, status: 'queued', channel: 'email' },
      ])
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'verification.resent',
        'delivery.canceled',
      ])
    })

    it('C66: reports whether the newest send was lost: permanently refused, and no try may have gone out', async () => {
      const stores = factory()
      const { verifications } = stores
      const isLost = async ({ id }: VerificationRecord) =>
        isLostNow(await verifications.find('default', id))
      await emptyOutbox(stores)
      const settle = async (record: VerificationRecord, ambiguous: boolean) => {
        const claimed = await claimOne(stores, record.createdAt)
        const failed = { kind: 'failed', error: ERROR, fault: null, ambiguous } as const
        await stores.outbox.settle(settlement(claimed, T0 + 500, failed))
      }
      const refused = await start(stores)
      expect([isLostNow(refused), await isLost(refused)]).toEqual([false, false])
      await settle(refused, false)
      expect(await isLost(refused)).toBe(true)
      const again = await stores.steps.resend(resendOf(refused))
      expect(again).toMatchObject({ kind: 'resent' })
      expect(await isLost(refused)).toBe(false)
      await emptyOutbox(stores)
      const unclear = await start(stores)
      await settle(unclear, true)
      expect(await isLost(unclear)).toBe(false)
    })

    it('C50: the log records that a start went to a landline', async () => {
      const stores = factory()
      const detailsAfter = async (isLandline: boolean) => {
        const record = newVerification()
        const change = decideStart(record, isLandline)
        await stores.verifications.create(createInput(record, { change }))
        return (await eventsOf(stores, record.id))[0]?.details
      }
      const plain = await detailsAfter(false)
      expect(plain).not.toHaveProperty('number_type')
      expect(await detailsAfter(true)).toEqual({ ...plain, number_type: 'landline' })
    })

    it('I4: a resend renews no attempt', async () => {
      const stores = factory()
      const record = await start(stores)
      await stores.steps.check({ ...keyOf(record), ...guess(false) })
      expect(await stores.steps.resend(resendOf(record))).toMatchObject({
        kind: 'resent',
        record: { attempts: 1, failed: 1, maxAttempts: record.maxAttempts },
      })
    })

    it('nothing is resent when ended, too late, without a send left, or unknown', async () => {
      const stores = factory()
      const record = await start(stores)
      const late = resendOf(record, 1, record.expiresAt - MINUTE + 1)
      expect((await stores.steps.resend(late))?.kind).toBe('refused')
      const full = await start(stores, { maxSends: 1 })
      expect((await stores.steps.resend(resendOf(full)))?.kind).toBe('refused')
      expect(await stores.steps.resend({ ...resendOf(record), service: 'x' })).toEqual({
        kind: 'gone',
      })
      await stores.steps.cancel({ ...keyOf(record), ...guess(true) })
      expect(await stores.steps.resend(resendOf(record))).toMatchObject({
        kind: 'refused',
        refusal: { error: 'verification_canceled' },
      })
    })

    it('cancel is idempotent, and refuses an approved verification', async () => {
      const stores = factory()
      const cancel = (record: VerificationRecord) =>
        stores.steps.cancel({ ...keyOf(record), ...guess(true, T0 + 9) })
      const record = await start(stores)
      expect(await cancel(record)).toMatchObject({ kind: 'ended', record: { status: 'canceled' } })
      expect((await cancel(record)).kind).toBe('ended')
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'verification.canceled',
        'delivery.canceled',
      ])
      const approved = await start(stores)
      await stores.steps.check({ ...keyOf(approved), ...guess(true) })
      expect((await cancel(approved)).kind).toBe('refused')
      expect((await cancel({ ...record, service: 'x' })).kind).toBe('gone')
    })

    it('lists newest first, page by page, across keys of the ring', async () => {
      const stores = factory()
      const budgetIndexes = [mac(), mac()]
      const ids: string[] = []
      for (let n = 0; n < 7; n += 1) {
        const budgetIndex = budgetIndexes[n % 2] ?? mac()
        // Pairs at one moment: the order must hold without a difference in time.
        const record = await start(stores, { budgetIndex, createdAt: T0 + Math.floor(n / 2) })
        ids.unshift(record.id)
      }
      const found: string[] = []
      let cursor: string | null = null
      do {
        const query: { cursor: string | null } = { cursor }
        const page = await stores.verifications.list({
          service: 'default',
          budgetIndexes,
          limit: 3,
          ...query,
        })
        found.push(...page.items.map((item) => item.id))
        cursor = page.nextCursor
      } while (cursor !== null)
      expect(found).toEqual(ids)
      const bad = { service: 'default', budgetIndexes, cursor: 'x', limit: 3 }
      await expect(stores.verifications.list(bad)).rejects.toThrow(InvalidCursorError)
    })

    it('sweep ends the expired after the grace, and the spent whose settling never came', async () => {
      const stores = factory()
      const { verifications } = stores
      const created = T0 + 1000 * HOUR
      const record = await start(stores, { createdAt: created })
      const spent = await start(stores, { createdAt: created, maxAttempts: 1 })
      await stores.steps.charge({ ...keyOf(spent), ...guess(false, created + 1) })
      const sweep = (now: number) => verifications.sweep({ now, graceMs: 10_000, limit: 500 })
      await sweep(created + 10_000)
      const statuses = async () =>
        Promise.all(
          [record, spent].map(async ({ id }) => (await verifications.find('default', id))?.status),
        )
      expect(await statuses()).toEqual(['pending', 'pending'])
      await sweep(created + 10_001)
      expect(await statuses()).toEqual(['pending', 'max_attempts_reached'])
      await sweep(record.expiresAt + 9_999)
      expect(await statuses()).toEqual(['pending', 'max_attempts_reached'])
      await sweep(record.expiresAt + 10_000)
      expect(await statuses()).toEqual(['expired', 'max_attempts_reached'])
      expect(await verifications.find('default', record.id)).toMatchObject({
        codeHash: null,
        codeSealed: null,
        deliveries: [{ send: 1, status: 'canceled', ambiguous: false }],
      })
      expect((await typesOf(stores, record.id)).slice(-2)).toEqual([
        'verification.expired',
        'delivery.canceled',
      ])
    })

    it('sweep erases a sealed code that cannot be sent any more, and is bounded', async () => {
      const stores = factory()
      const { verifications } = stores
      const created = T0 + 2000 * HOUR
      const records = [
        await start(stores, { createdAt: created }),
        await start(stores, { createdAt: created }),
        await start(stores, { createdAt: created }),
      ]
      const expiresAt = created + 10 * MINUTE
      const sweep = (now: number) => verifications.sweep({ now, graceMs: 10_000, limit: 2 })
      while ((await sweep(created)) > 0);
      expect(await sweep(expiresAt - 20_000)).toBe(0)
      expect(await sweep(expiresAt - 19_999)).toBe(2)
      expect(await sweep(expiresAt - 19_999)).toBe(1)
      for (const { id } of records)
        expect(await verifications.find('default', id)).toMatchObject({
          status: 'pending',
          codeSealed: null,
          codeHash: expect.any(String),
        })
    })
  })
}
