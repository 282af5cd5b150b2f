// Two stores on one file, as two processes have: the invariants hold between them.
// It must not rely on one event loop's order: each store commits by itself.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claim, sendAll } from '../../contract/outbox-steps.ts'
import { createInput, mac, newVerification, T0 } from '../../contract/rows.ts'
import { guess, idempotency, keyOf, type Stores, start, typesOf } from '../../contract/stores.ts'
import { makeDirectory, type OpenStore, openStore } from './fixture.ts'

describe('two stores on one file', () => {
  const directory = makeDirectory()
  const path = join(directory.path, 'shared.db')
  let stores: [OpenStore, OpenStore]
  beforeAll(async () => {
    stores = await Promise.all([openStore(path), openStore(path)])
  })
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()))
    directory.remove()
  })
  /** 25 calls on each, all at once. */
  const onBoth = <T>(call: (store: Stores) => Promise<T>) =>
    Promise.all(Array.from({ length: 50 }, (_, n) => call(stores[n % 2 === 0 ? 0 : 1])))

  it('I2: 50 wrong guesses are max_attempts guesses', async () => {
    const record = await start(stores[0])
    const outcomes = await onBoth(({ steps }) => steps.check({ ...keyOf(record), ...guess(false) }))
    expect(outcomes.filter((o) => o.kind === 'wrong')).toHaveLength(5)
  })

  it('I1: 50 right answers are one approval', async () => {
    const record = await start(stores[0])
    const outcomes = await onBoth(({ steps }) => steps.check({ ...keyOf(record), ...guess(true) }))
    expect(outcomes.filter((o) => o.kind === 'approved')).toHaveLength(1)
    const types = await typesOf(stores[1], record.id)
    expect(types.filter((type) => type === 'verification.approved')).toHaveLength(1)
  })

  it('I3: 200 rounds of a wrong one racing the right one, the last two attempts', async () => {
    for (let round = 0; round < 200; round += 1) {
      const record = await start(stores[0], { maxAttempts: 2 })
      const check = (store: Stores, valid: boolean) =>
        store.steps.check({ ...keyOf(record), ...guess(valid) })
      const [right] = await Promise.all([check(stores[0], true), check(stores[1], false)])
      expect(right.kind).toBe('approved')
    }
  })

  it('C47, C38: one session, or one key, is one verification', async () => {
    const slot = { slots: [mac()], authenticated: false, decoy: false }
    const bySession = await onBoth(({ verifications }) =>
      verifications.create(createInput(newVerification(), { slot })),
    )
    expect(bySession.filter((o) => o.kind === 'created')).toHaveLength(1)
    expect(bySession.filter((o) => o.kind === 'continued')).toHaveLength(49)
    const write = idempotency()
    const byKey = await onBoth(({ verifications }) =>
      verifications.create(createInput(newVerification(), { idempotency: write })),
    )
    expect(byKey.filter((o) => o.kind === 'created')).toHaveLength(1)
    expect(byKey.filter((o) => o.kind === 'answered_before')).toHaveLength(49)
  })

  it('I4: starts in parallel never reserve more guesses than the limit', async () => {
    const budgetIndex = mac()
    const outcomes = await onBoth(({ verifications }) => {
      const input = createInput(newVerification({ budgetIndex }))
      const limit = { max: 40, windowSeconds: 3600 }
      const limits = [{ name: 'guesses_per_number_hour' as const, limit }]
      return verifications.create({ ...input, guesses: { ...input.guesses, limits } })
    })
    expect(outcomes.filter((o) => o.kind === 'created')).toHaveLength(8)
  })

  it('C23: one delivery is claimed by one', async () => {
    await Promise.all(Array.from({ length: 30 }, () => start(stores[0], { channel: 'email' })))
    const claims = await onBoth((store) => claim(store, T0, sendAll, 'email', 3))
    const ids = claims.flat().map((claimed) => claimed.verificationId)
    expect(ids).toHaveLength(30)
    expect(new Set(ids).size).toBe(30)
  })

  it('C37: after the end and a sweep, hash and sealed code are nowhere in file and log', async () => {
    const [store] = stores
    const secret = `$argon2id$${mac().toString('hex')}`
    const record = await start(store, { codeHash: secret })
    const files = () =>
      ['', '-wal'].map((suffix) => readFileSync(`${path}${suffix}`, 'latin1')).join('')
    expect(files()).toContain(secret)
    await store.steps.check({ ...keyOf(record), ...guess(true) })
    await store.verifications.sweep({ now: T0, graceMs: 10_000, limit: 100 })
    expect(files()).not.toContain(secret)
    expect(files()).not.toContain(Buffer.from(record.codeSealed ?? []).toString('latin1'))
  })
})
