// What every VerificationStore keeps: what a recipient may guess and check (I4). Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { GuessQuery } from '../../src/verification/limit-ports.ts'
import type { NewVerification, VerificationRecord } from '../../src/verification/state.ts'
import { createInput, HOUR, MINUTE, mac, newVerification, T0 } from './rows.ts'
import { guess, keyOf, LIMIT, type Stores, type StoresFactory, start, typesOf } from './stores.ts'

export function describeNumberLimit(factory: StoresFactory): void {
  describe('check_per_number', () => {
    const perNumber = (budgetIndex: Uint8Array, max: number) => ({
      limit: LIMIT(max, 600),
      budgetIndexes: [mac(), budgetIndex],
      authenticated: false,
    })

    it('sums the charges of a recipient’s rows, and refuses without charging', async () => {
      const stores = factory()
      const budgetIndex = mac()
      const a = await start(stores, { budgetIndex })
      const b = await start(stores, { budgetIndex })
      const ask = (r: VerificationRecord, now: number) =>
        stores.steps.charge({ ...keyOf(r), now, numberLimit: perNumber(budgetIndex, 3) })
      expect((await ask(a, T0 + 1))?.kind).toBe('changed')
      expect((await ask(a, T0 + 2))?.kind).toBe('changed')
      expect((await ask(b, T0 + 3))?.kind).toBe('changed')
      expect(await ask(b, T0 + 4)).toEqual({ kind: 'number_limited', retryAt: T0 + 2 + 600_000 })
      expect(await stores.verifications.find('default', b.id)).toMatchObject({ attempts: 1 })
    })

    it('does not count other services’, authenticated ones’ or older attempts', async () => {
      const stores = factory()
      const budgetIndex = mac()
      const others = [
        await start(stores, { budgetIndex, service: 'other' }),
        await start(stores, { budgetIndex, authenticated: true }),
        await start(stores, { budgetIndex }),
      ]
      for (const record of others)
        await stores.steps.charge({ ...keyOf(record), ...guess(false, T0) })
      const record = await start(stores, { budgetIndex, createdAt: T0 + MINUTE })
      const input = { ...keyOf(record), numberLimit: perNumber(budgetIndex, 1) }
      const within = await stores.steps.charge({ ...input, now: T0 + 600_000 - 1 })
      expect(within?.kind).toBe('number_limited')
      const after = await stores.steps.charge({ ...input, now: T0 + 600_000 })
      expect(after?.kind).toBe('changed')
    })

    it('reports first that a verification has ended', async () => {
      const stores = factory()
      const record = await start(stores)
      await stores.steps.cancel({ ...keyOf(record), ...guess(true) })
      const input = { ...keyOf(record), now: T0 + 3, numberLimit: perNumber(record.budgetIndex, 0) }
      expect(await stores.steps.charge(input)).toMatchObject({ kind: 'refused' })
    })
  })
}

export function describeGuesses(factory: StoresFactory): void {
  describe('guess budget', () => {
    const asks = (record: NewVerification, max: number): Partial<GuessQuery> => ({
      budgetIndexes: [record.budgetIndex],
      now: record.createdAt,
      limits: [{ name: 'guesses_per_number_hour', limit: LIMIT(max) }],
    })
    const tryStart = (stores: Stores, record: NewVerification, max: number) => {
      const input = createInput(record)
      const guesses = { ...input.guesses, ...asks(record, max) }
      return stores.verifications.create({ ...input, guesses })
    }

    it('I4: open ones count in full, so parallel starts never reserve more than the limit', async () => {
      const stores = factory()
      const budgetIndex = mac()
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => tryStart(stores, newVerification({ budgetIndex }), 20)),
      )
      expect(outcomes.filter((o) => o.kind === 'created')).toHaveLength(4)
      expect(outcomes.find((o) => o.kind === 'guesses_refused')).toEqual({
        kind: 'guesses_refused',
        refusal: {
          name: 'guesses_per_number_hour',
          limit: LIMIT(20),
          // One that is open gives back what it did not use when it expires.
          retryAt: T0 + 600_000,
        },
      })
    })

    it('reports when enough guesses are free again: open ones at their expiry, charged ones when they leave the window', async () => {
      const stores = factory()
      const budgetIndex = mac()
      const first = await start(stores, { budgetIndex })
      for (let n = 0; n < 5; n += 1) await stores.steps.charge({ ...keyOf(first), ...guess(false) })
      await start(stores, { budgetIndex })
      const ask = (max: number) =>
        stores.verifications.checkGuessBudget({
          ...createInput(newVerification({ budgetIndex })).guesses,
          limits: [{ name: 'guesses_per_number_hour', limit: LIMIT(max) }],
        })
      expect(await ask(10)).toMatchObject({ retryAt: T0 + 600_000 })
      expect(await ask(9)).toMatchObject({ retryAt: T0 + 2 * HOUR })
    })

    it('approved ones count attempts - 1, ended ones their attempts, until they leave the window', async () => {
      const stores = factory()
      const { verifications } = stores
      const budgetIndex = mac()
      const approved = await start(stores, { budgetIndex })
      for (const valid of [false, false, true])
        await stores.steps.check({ ...keyOf(approved), ...guess(valid) })
      const canceled = await start(stores, { budgetIndex })
      await stores.steps.check({ ...keyOf(canceled), ...guess(false) })
      await stores.steps.cancel({ ...keyOf(canceled), ...guess(true) })
      const ask = (max: number, now: number) =>
        verifications.checkGuessBudget({
          ...createInput(newVerification({ budgetIndex })).guesses,
          limits: [{ name: 'guesses_per_number_day', limit: LIMIT(max) }],
          now,
        })
      expect(await ask(8, T0 + 5)).toBeUndefined()
      expect(await ask(7, T0 + 5)).toMatchObject({ name: 'guesses_per_number_day' })
      expect(await ask(7, T0 + 2 * HOUR - 1)).toBeDefined()
      expect(await ask(7, T0 + 2 * HOUR)).toBeUndefined()
    })

    it('an expired one that nobody swept counts its attempts, not all it allowed', async () => {
      const stores = factory()
      const record = await start(stores)
      await stores.steps.charge({ ...keyOf(record), ...guess(false) })
      const ask = (now: number) =>
        stores.verifications.checkGuessBudget({
          ...createInput(newVerification({ budgetIndex: record.budgetIndex })).guesses,
          limits: [{ name: 'guesses_per_number_hour', limit: LIMIT(6) }],
          now,
        })
      expect(await ask(record.expiresAt - 1)).toBeDefined()
      expect(await ask(record.expiresAt)).toBeUndefined()
    })

    it('a refused start leaves nothing behind', async () => {
      const stores = factory()
      const record = newVerification()
      expect((await tryStart(stores, record, 4)).kind).toBe('guesses_refused')
      expect(await stores.verifications.find('default', record.id)).toBeUndefined()
      expect(await typesOf(stores, record.id)).toEqual([])
    })
  })
}
