// What nobody foresaw of a start: its commit was not heard of, its provider answered what PostgreSQL does not keep.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { pickLocale } from '../../../src/delivery/templates/languages.ts'
import { createOtp } from '../../../src/factors/otp.ts'
import { createHasher } from '../../../src/hashing/hasher.ts'
import { createMint } from '../../../src/hashing/mint.ts'
import { createClock } from '../../../src/kernel/clock.ts'
import { StoreUnavailableError } from '../../../src/kernel/errors.ts'
import { createReference } from '../../../src/kernel/ids.ts'
import { createKeyedLock } from '../../../src/kernel/keyed-lock.ts'
import { createKeyring } from '../../../src/kernel/keyring.ts'
import { createChallenges } from '../../../src/shield/challenge.ts'
import { generateCode } from '../../../src/verification/comparison.ts'
import type { VerificationStore } from '../../../src/verification/ports.ts'
import { createVerificationService } from '../../../src/verification/service.ts'
import { claimOne, emptyOutbox, settlement } from '../../contract/outbox-steps.ts'
import { mac, T0 } from '../../contract/rows.ts'
import { start } from '../../contract/stores.ts'
import { comparersOf, testService } from '../../verification/world.ts'
import { type OpenStore, openStore } from './fixture.ts'

let store: OpenStore
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.close())

describe('a start whose commit went unconfirmed', () => {
  /** The first start is committed, and its node does not hear of it. */
  const deafOnce = (real: VerificationStore): VerificationStore => {
    let isDeaf = true
    return {
      ...real,
      async create(input) {
        const outcome = await real.create(input)
        if (!isDeaf) return outcome
        isDeaf = false
        throw new StoreUnavailableError('the connection ended')
      },
    }
  }

  it('gives no code back to the mint: its id is taken, and every later start that draws it is a 500', async () => {
    const keyring = createKeyring([Buffer.alloc(32, 7)])
    const hasher = createHasher({ keyring, memoryKib: 8, passes: 1, concurrency: 2, queueLimit: 8 })
    const clock = createClock()
    let made = 0
    // Busy with checks from then on, as in a crowd: the pool is not filled up in between.
    const hashWhenIdle: typeof hasher.hashWhenIdle = (code, id) =>
      made++ < 2 ? hasher.hashWhenIdle(code, id) : undefined
    const mint = createMint({
      ...{ hasher: { ...hasher, hashWhenIdle }, lengths: [6], size: 2, clock, generateCode },
    })
    mint.start()
    await vi.waitFor(() => expect(mint.level().ready).toBe(2))
    const service = createVerificationService({
      ...{
        store: deafOnce(store.verifications),
        front: store.front,
        hasher,
        mint,
        keyring,
        clock,
        generateCode,
      },
      compare: comparersOf({
        ...{ keyring, hasher, clock, wall: clock, factors: store.factors, otp: createOtp() },
      }),
      limiter: {
        admit: async () => ({ kind: 'admitted', budgets: [], counts: [] }),
        giveBack: async () => {},
      },
      refusals: { record: () => {} },
      challenges: createChallenges({ keyring, clock, tries: 8 }),
      judge: () => undefined,
      wake: () => {},
      lock: createKeyedLock(),
      hasPages: true,
      createReference,
      pickLocale,
      hasReceipts: () => false,
      pickProvider: () => 'acme',
      waitTooLong: async () => null,
      addressKey: (address) => address,
    })
    const begin = () =>
      service.start(
        { service: testService(), keyId: 'key_test' },
        {
          ...{
            to: `${mac().toString('hex')}@example.com`,
            session: null,
            channel: null,
            channels: null,
          },
          ...{
            country: null,
            locale: null,
            codeLength: null,
            ttlSeconds: null,
            metadata: {},
            challenge: null,
          },
          ...{ authenticated: false, decoy: false, purpose: 'login', idempotency: null },
          endUser: { clientIp: null, userAgent: null },
        },
      )
    await expect(begin()).rejects.toBeInstanceOf(StoreUnavailableError)
    const kinds = []
    for (let n = 0; n < 3; n += 1) kinds.push((await begin()).kind)
    mint.stop()
    expect(kinds).toEqual(['started', 'started', 'started'])
  })
})

describe('a provider’s answer', () => {
  it.each([
    ['a zero byte', 'SM\u00001'],
    ['half a character, cut at 128', 'SM\ud83d'],
  ])(
    'can be stored, though it holds %s: otherwise its lane stalls and the message goes out again',
    async (_, reference) => {
      await emptyOutbox(store)
      await start(store)
      const claimed = await claimOne(store, T0)
      const result = { kind: 'sent', reference } as const
      expect(await store.outbox.settle(settlement(claimed, T0 + 1, result))).toBe('settled')
    },
  )
})
