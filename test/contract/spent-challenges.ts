// What every VerificationStore keeps: one start for a challenge. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { SpentChallenge } from '../../src/verification/challenge-ports.ts'
import type { CreateInput } from '../../src/verification/ports.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import { createInput, MINUTE, mac, newVerification, T0 } from './rows.ts'
import { idempotency, LIMIT, type StoresFactory } from './stores.ts'

const newChallenge = (): SpentChallenge => ({ id: randomBytes(16), keptUntil: T0 + 10 * MINUTE })

export function describeSpentChallenges(factory: StoresFactory): void {
  describe('challenges', () => {
    const create = (challenge: SpentChallenge, change: Partial<CreateInput> = {}) =>
      factory().verifications.create(createInput(newVerification(), { challenge, ...change }))
    const isSpent = ({ id }: SpentChallenge) => factory().verifications.isSpent(id)

    it('C85: 20 starts in parallel with one solution are one verification', async () => {
      const challenge = newChallenge()
      expect(await isSpent(challenge)).toBe(false)
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => create(challenge)))
      const kinds = outcomes.map(({ kind }) => kind).sort()
      expect(kinds).toEqual([...Array(19).fill('challenge_spent'), 'created'])
      expect(await isSpent(challenge)).toBe(true)
      expect((await create(newChallenge())).kind).toBe('created')
    })

    it('C85: the same request again under its key has its answer, not the news that its challenge is spent', async () => {
      const challenge = newChallenge()
      const write = idempotency<VerificationRecord>()
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () => create(challenge, { idempotency: write })),
      )
      const kinds = outcomes.map(({ kind }) => kind).sort()
      expect(kinds).toEqual([...Array(5).fill('answered_before'), 'created'])
      const other = await create(challenge, { idempotency: idempotency<VerificationRecord>() })
      expect(other.kind).toBe('challenge_spent')
    })

    it('C85: a start that something else refuses or continues spends nothing', async () => {
      const challenge = newChallenge()
      const record = newVerification()
      const guesses = {
        ...createInput(record).guesses,
        limits: [
          { name: 'guesses_per_number_hour' as const, limit: LIMIT(record.maxAttempts - 1) },
        ],
      }
      const refused = await factory().verifications.create(
        createInput(record, { challenge, guesses }),
      )
      expect(refused.kind).toBe('guesses_refused')
      const slot = { slots: [mac()], authenticated: false, decoy: false }
      expect((await create(newChallenge(), { slot })).kind).toBe('created')
      expect((await create(challenge, { slot })).kind).toBe('continued')
      expect(await isSpent(challenge)).toBe(false)
      expect((await create(challenge)).kind).toBe('created')
    })

    it('C85: it is forgotten when nobody accepts it any more, and not before', async () => {
      const { verifications } = factory()
      const challenge = newChallenge()
      await create(challenge)
      const purge = (now: number) => verifications.purgeAnswers({ now, limit: 1_000 })
      await purge(challenge.keptUntil - 1)
      expect(await isSpent(challenge)).toBe(true)
      expect(await purge(challenge.keptUntil)).toBeGreaterThan(0)
      expect(await isSpent(challenge)).toBe(false)
    })
  })
}
