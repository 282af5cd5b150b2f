// What every VerificationStore keeps: charge and settle (I1-I3). Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { ACTOR, T0 } from './rows.ts'
import { charged, keyOf, type StoresFactory, settled, start, typesOf } from './stores.ts'

export function describeChecks(factory: StoresFactory): void {
  describe('check', () => {
    it('I2: charges at most max_attempts, and what is charged stays charged', async () => {
      const stores = factory()
      const record = await start(stores)
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () =>
          stores.verifications.charge({ ...keyOf(record), ...charged() }),
        ),
      )
      expect(outcomes.filter((o) => o?.kind === 'charged')).toHaveLength(5)
      expect(outcomes.filter((o) => o?.kind === 'not_chargeable')).toHaveLength(45)
      const after = await stores.verifications.find(record.service, record.id)
      expect(after).toMatchObject({ attempts: 5, failed: 0, status: 'pending' })
    })

    it('I1: 50 right answers settled at once are one approval and one event', async () => {
      const stores = factory()
      const record = await start(stores, { maxAttempts: 10 })
      await stores.verifications.charge({ ...keyOf(record), ...charged() })
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () =>
          stores.verifications.settle({ ...keyOf(record), ...settled(true) }),
        ),
      )
      expect(outcomes.filter((o) => o.kind === 'approved')).toHaveLength(1)
      expect(outcomes.filter((o) => o.kind === 'lost')).toHaveLength(49)
      const types = await typesOf(stores, record.id)
      expect(types.filter((type) => type === 'verification.approved')).toHaveLength(1)
    })

    it('I3: the wrong last attempt settled first does not end it under the right one', async () => {
      const stores = factory()
      const record = await start(stores, { maxAttempts: 2 })
      for (let n = 0; n < 2; n += 1)
        await stores.verifications.charge({ ...keyOf(record), ...charged() })
      const wrong = await stores.verifications.settle({ ...keyOf(record), ...settled(false) })
      expect(wrong).toMatchObject({ kind: 'wrong', record: { status: 'pending', failed: 1 } })
      const right = await stores.verifications.settle({ ...keyOf(record), ...settled(true) })
      expect(right).toMatchObject({ kind: 'approved', record: { status: 'approved' } })
    })

    it('ends with the last wrong one, erases hash and code, and says so', async () => {
      const stores = factory()
      const record = await start(stores, { maxAttempts: 1 })
      await stores.verifications.charge({ ...keyOf(record), ...charged() })
      const outcome = await stores.verifications.settle({ ...keyOf(record), ...settled(false) })
      expect(outcome).toMatchObject({
        kind: 'wrong',
        record: {
          status: 'max_attempts_reached',
          codeHash: null,
          codeSealed: null,
          endedAt: T0 + 2,
          deliveryStatus: 'canceled',
        },
      })
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'check.incorrect',
        'verification.max_attempts_reached',
        'delivery.canceled',
      ])
    })

    it('tells attempt and attempts_remaining in the log', async () => {
      const stores = factory()
      const record = await start(stores)
      await stores.verifications.charge({ ...keyOf(record), ...charged() })
      await stores.verifications.settle({ ...keyOf(record), ...settled(false) })
      const page = await stores.events.list({
        service: 'default',
        verificationId: record.id,
        types: ['check.incorrect'],
        cursor: null,
        limit: 5,
      })
      expect(page.items).toMatchObject([
        { ...ACTOR, details: { attempt: 1, attempts_remaining: 4 }, reference: record.reference },
      ])
    })

    it('charges nothing that has expired, ended, is unknown or another service’s', async () => {
      const stores = factory()
      const { verifications } = stores
      const record = await start(stores)
      const late = { ...keyOf(record), ...charged(record.expiresAt) }
      expect(await verifications.charge(late)).toMatchObject({ kind: 'not_chargeable' })
      const other = { id: record.id, service: 'other', ...charged() }
      expect(await verifications.charge(other)).toBeUndefined()
      expect(await verifications.find('other', record.id)).toBeUndefined()
      expect(await verifications.find('default', record.id)).toMatchObject({ attempts: 0 })
    })

    it('a check charged in time is approved though its expiry has come meanwhile', async () => {
      const stores = factory()
      const record = await start(stores)
      await stores.verifications.charge({ ...keyOf(record), ...charged(record.expiresAt - 1) })
      const late = settled(true, record.expiresAt + 5)
      const outcome = await stores.verifications.settle({ ...keyOf(record), ...late })
      expect(outcome.kind).toBe('approved')
    })
  })
}
