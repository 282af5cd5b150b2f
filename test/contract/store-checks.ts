// What every VerificationStore keeps of a check: one commit of the attempt and its verdict (I1-I3). Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { HASH_DEADLINE_MS } from '../../src/verification/policy.ts'
import { ACTOR, T0 } from './rows.ts'
import { guess, keyOf, type StoresFactory, start, typesOf } from './stores.ts'

const SPENT = { kind: 'refused', error: 'max_attempts_reached' }

export function describeChecks(factory: StoresFactory): void {
  describe('check', () => {
    it('I2: 50 wrong guesses at once are at most max_attempts, each charged and judged in one', async () => {
      const stores = factory()
      const record = await start(stores)
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => stores.steps.check({ ...keyOf(record), ...guess(false) })),
      )
      expect(outcomes.filter((o) => o.kind === 'wrong')).toHaveLength(5)
      expect(outcomes.filter((o) => o.kind !== 'wrong')).toEqual(Array(45).fill(SPENT))
      const after = await stores.verifications.find(record.service, record.id)
      expect(after).toMatchObject({ attempts: 5, failed: 5, status: 'max_attempts_reached' })
    })

    it('I2: at most max_attempts are charged where nothing is judged, and what is charged stays charged', async () => {
      const stores = factory()
      const record = await start(stores)
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => stores.steps.charge({ ...keyOf(record), now: T0 + 1 })),
      )
      expect(outcomes.filter(({ kind }) => kind === 'changed')).toHaveLength(5)
      expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(45)
      const after = await stores.verifications.find(record.service, record.id)
      expect(after).toMatchObject({ attempts: 5, failed: 0, status: 'pending' })
      expect(await stores.steps.check({ ...keyOf(record), ...guess(true) })).toEqual(SPENT)
    })

    it('I1: 50 right answers at once are one approval and one event', async () => {
      const stores = factory()
      const record = await start(stores, { maxAttempts: 10 })
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => stores.steps.check({ ...keyOf(record), ...guess(true) })),
      )
      expect(outcomes.filter((o) => o.kind === 'approved')).toHaveLength(1)
      const others = outcomes.filter((o) => o.kind !== 'approved')
      expect(others).toEqual(Array(49).fill({ kind: 'refused', error: 'verification_approved' }))
      const types = await typesOf(stores, record.id)
      expect(types.filter((type) => type === 'verification.approved')).toHaveLength(1)
      const after = await stores.verifications.find(record.service, record.id)
      expect(after).toMatchObject({ attempts: 1, failed: 0 })
    })

    it('I3: a wrong one does not end it under the last attempt that an older program has charged', async () => {
      const stores = factory()
      const record = await start(stores, { maxAttempts: 2 })
      await stores.steps.charge({ ...keyOf(record), now: T0 + 1 })
      const wrong = await stores.steps.check({ ...keyOf(record), ...guess(false) })
      expect(wrong).toMatchObject({ kind: 'wrong', record: { status: 'pending', failed: 1 } })
    })

    it('ends with the last wrong one, erases hash and code, and logs it', async () => {
      const stores = factory()
      const record = await start(stores, { maxAttempts: 1 })
      const outcome = await stores.steps.check({ ...keyOf(record), ...guess(false) })
      expect(outcome).toMatchObject({
        kind: 'wrong',
        record: {
          status: 'max_attempts_reached',
          codeHash: null,
          codeSealed: null,
          endedAt: T0 + 2,
          deliveries: [{ send: 1, status: 'canceled', ambiguous: false }],
        },
      })
      const after = await stores.verifications.find(record.service, record.id)
      expect(after).toEqual('record' in outcome && outcome.record)
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'check.incorrect',
        'verification.max_attempts_reached',
        'delivery.canceled',
      ])
    })

    it('records attempt and attempts_remaining in the log', async () => {
      const stores = factory()
      const record = await start(stores)
      await stores.steps.check({ ...keyOf(record), ...guess(false) })
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

    it.each([true, false])(
      'charges nothing that has expired, ended, is unknown or another service’s (right: %s)',
      async (valid) => {
        const stores = factory()
        const { verifications, steps } = stores
        const record = await start(stores)
        const late = { ...keyOf(record), ...guess(valid, record.expiresAt) }
        const expired = { kind: 'refused', error: 'verification_expired' }
        expect(await steps.check(late)).toEqual(expired)
        const other = { id: record.id, service: 'other', ...guess(valid) }
        expect(await steps.check(other)).toEqual({ kind: 'gone' })
        expect(await verifications.find('other', record.id)).toBeUndefined()
        expect(await verifications.find('default', record.id)).toMatchObject({ attempts: 0 })
      },
    )

    it.each([true, false])(
      'a check admitted in time is judged within the deadline of a hash, though its expiry has come meanwhile (right: %s)',
      async (valid) => {
        const stores = factory()
        const record = await start(stores)
        const admittedAt = record.expiresAt - 1
        const check = (now: number) =>
          stores.steps.check({ ...keyOf(record), admittedAt, ...guess(valid, now) })
        const expired = { kind: 'refused', error: 'verification_expired' }
        expect(await check(admittedAt + HASH_DEADLINE_MS + 1)).toEqual(expired)
        expect((await check(admittedAt + HASH_DEADLINE_MS)).kind).toBe(valid ? 'approved' : 'wrong')
      },
    )
  })
}
