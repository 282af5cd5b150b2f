// What every VerificationStore keeps: idempotency and sessions. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { IdempotencyWrite } from '../../src/verification/answer-ports.ts'
import type { NewVerification, VerificationRecord } from '../../src/verification/state.ts'
import { claimOne, ERROR, emptyOutbox, settlement } from './outbox-steps.ts'
import { ACTOR, createInput, HOUR, MINUTE, mac, newVerification, T0 } from './rows.ts'
import type { CheckEffect } from './steps.ts'
import {
  guess,
  idempotency,
  keyOf,
  type Stores,
  type StoresFactory,
  start,
  typesOf,
} from './stores.ts'

export function describeIdempotency(factory: StoresFactory): void {
  describe('Idempotency-Key', () => {
    it('C38: 20 creates in parallel under one key are one verification', async () => {
      const stores = factory()
      const budgetIndex = mac()
      const write = idempotency<VerificationRecord>()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () =>
          stores.verifications.create(
            createInput(newVerification({ budgetIndex }), { idempotency: write }),
          ),
        ),
      )
      expect(outcomes.filter((o) => o.kind === 'created')).toHaveLength(1)
      const page = { service: 'default', budgetIndexes: [budgetIndex], cursor: null, limit: 50 }
      expect((await stores.verifications.list(page)).items).toHaveLength(1)
      const replay = outcomes.find((o) => o.kind === 'answered_before')
      expect(replay?.kind === 'answered_before' && replay.stored).toMatchObject({
        fingerprint: write.fingerprint,
        answer: Buffer.from('"answered"'),
      })
    })

    it('C38: a check repeated under its key changes nothing, whatever the code was', async () => {
      const stores = factory()
      const { verifications } = stores
      const record = await start(stores)
      const write = idempotency<CheckEffect>()
      const input = { ...keyOf(record), ...guess(true), idempotency: write }
      expect((await stores.steps.check(input)).kind).toBe('approved')
      expect((await stores.steps.check(input)).kind).toBe('answered_before')
      const wrong = await stores.steps.check({ ...input, valid: false })
      expect(wrong.kind).toBe('answered_before')
      expect(await verifications.find('default', record.id)).toMatchObject({
        attempts: 1,
        failed: 0,
      })
      const other = await start(stores)
      const again = {
        ...keyOf(other),
        ...guess(false),
        idempotency: idempotency<CheckEffect>(),
      }
      expect((await stores.steps.check(again)).kind).toBe('wrong')
      expect((await stores.steps.check(again)).kind).toBe('answered_before')
      expect(await verifications.find('default', other.id)).toMatchObject({ attempts: 1 })
    })

    it('is found under any key of the ring until its time is over, then purged', async () => {
      const { verifications } = factory()
      const write = idempotency<VerificationRecord>({ expiresAt: T0 + HOUR })
      const { key } = write
      await verifications.create(createInput(newVerification(), { idempotency: write }))
      const rotated = { ...key, keyMacs: [mac(), ...key.keyMacs] }
      expect(await verifications.findAnswer(rotated, T0)).toBeDefined()
      expect(await verifications.findAnswer({ ...key, route: 'check' }, T0)).toBeUndefined()
      expect(await verifications.findAnswer({ ...key, service: 'other' }, T0)).toBeUndefined()
      expect(await verifications.findAnswer(key, T0 + HOUR)).toBeUndefined()
      expect(await verifications.purgeAnswers({ now: T0 + HOUR - 1, limit: 10 })).toBe(0)
      expect(await verifications.purgeAnswers({ now: T0 + HOUR, limit: 10 })).toBe(1)
    })

    it('an answer that cannot be made leaves no effect', async () => {
      const stores = factory()
      const record = newVerification()
      const answer = () => {
        throw new Error('sealing failed')
      }
      const input = createInput(record, { idempotency: idempotency({ answer }) })
      await expect(stores.verifications.create(input)).rejects.toThrow('sealing failed')
      expect(await stores.verifications.find('default', record.id)).toBeUndefined()
    })
  })
}

export function describeSessions(factory: StoresFactory): void {
  describe('session', () => {
    const slotOf = (slot: Uint8Array, flags = { authenticated: false, decoy: false }) => ({
      slots: [slot, mac()],
      ...flags,
    })
    const startWith = (
      stores: Stores,
      slot: ReturnType<typeof slotOf>,
      change: Partial<NewVerification> = {},
    ) => stores.verifications.create(createInput(newVerification(change), { slot }))

    it('C47: 20 starts in parallel with one session are one verification', async () => {
      const stores = factory()
      const slot = slotOf(mac())
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => startWith(stores, slot)))
      expect(outcomes.map((o) => o.kind).sort()).toEqual([
        ...Array.from({ length: 19 }, () => 'continued'),
        'created',
      ])
      const ids = new Set(outcomes.map((o) => 'record' in o && o.record.id))
      expect(ids.size).toBe(1)
    })

    it('C47: an expired, spent or ended one is not continued, and does not block the slot', async () => {
      const stores = factory()
      const slot = slotOf(mac())
      const first = await startWith(stores, slot)
      const again = await startWith(stores, slot, { createdAt: T0 + 10 * MINUTE })
      expect([first.kind, again.kind]).toEqual(['created', 'created'])
      if (first.kind !== 'created' || again.kind !== 'created') return
      expect(await stores.verifications.find('default', first.record.id)).toMatchObject({
        status: 'pending',
        codeHash: expect.any(String),
      })
      const now = T0 + 11 * MINUTE
      for (let n = 0; n < 5; n += 1)
        await stores.steps.charge({ ...keyOf(again.record), ...guess(false, now) })
      expect(await stores.verifications.findContinuable(slot, now)).toBeUndefined()
      const third = await startWith(stores, slot, { createdAt: now })
      if (third.kind !== 'created') throw new Error(third.kind)
      expect(await stores.verifications.findContinuable(slot, now)).toMatchObject({
        id: third.record.id,
      })
      await stores.steps.cancel({ ...keyOf(third.record), ...guess(true, now) })
      expect(await stores.verifications.findContinuable(slot, now)).toBeUndefined()
    })

    it.each([
      ['lost, and no send is left', { maxSends: 1 }, false, true],
      ['lost, and another may be sent', { maxSends: 2 }, false, false],
      ['not answered, so it may have gone out', { maxSends: 1 }, true, false],
    ])('C66: the only message was %s', async (_name, sends, ambiguous, isTakenOver) => {
      const stores = factory()
      await emptyOutbox(stores)
      const slot = slotOf(mac())
      const first = await startWith(stores, slot, sends)
      if (first.kind !== 'created') throw new Error(first.kind)
      expect(await stores.verifications.findContinuable(slot, T0)).toBeDefined()
      const failed = { kind: 'failed', error: ERROR, fault: null, ambiguous } as const
      await stores.outbox.settle(settlement(await claimOne(stores, T0), T0 + 120, failed))
      const found = await stores.verifications.findContinuable(slot, T0 + 500)
      expect(found === undefined).toBe(isTakenOver)
      const second = await startWith(stores, slot, { createdAt: T0 + 500 })
      expect(second.kind).toBe(isTakenOver ? 'created' : 'continued')
      expect(await stores.verifications.find('default', first.record.id)).toMatchObject({
        status: 'pending',
      })
    })

    it('a start with other flags takes the session over', async () => {
      const stores = factory()
      const slot = mac()
      await startWith(stores, slotOf(slot))
      const flags = { authenticated: true, decoy: false }
      const outcome = await startWith(stores, slotOf(slot, flags), { authenticated: true })
      expect(outcome.kind).toBe('created')
      expect(await stores.verifications.findContinuable(slotOf(slot), T0)).toBeUndefined()
      expect(await stores.verifications.findContinuable(slotOf(slot, flags), T0)).toBeDefined()
    })

    it('findToCheck gives the newest of this recipient, purpose and session', async () => {
      const stores = factory()
      const [sessionMac, addressIndex] = [mac(), mac()]
      await start(stores, { sessionMac, addressIndex })
      const newest = await start(stores, { sessionMac, addressIndex, createdAt: T0 + 1 })
      await start(stores, { sessionMac, addressIndex, purpose: 'change_email', createdAt: T0 + 2 })
      await start(stores, { sessionMac, createdAt: T0 + 3 })
      const query = {
        ...{ service: 'default', now: T0, numberWindowMs: null },
        addressIndexes: [mac(), addressIndex],
        purpose: 'login',
        sessionMacs: [mac(), sessionMac],
      }
      const find = stores.verifications.findToCheck
      expect(await find(query)).toEqual({ record: newest, spent: null, asked: null })
      expect(await find({ ...query, service: 'x' })).toBeUndefined()
    })

    it('continuing is logged once a minute, and stores the answer under a key', async () => {
      const stores = factory()
      const record = await start(stores)
      const tell = (now: number, write: IdempotencyWrite<null> | null = null) =>
        stores.steps.continue({ ...keyOf(record), now, actor: ACTOR, idempotency: write })
      await tell(T0 + 1)
      await tell(T0 + 2)
      await tell(T0 + 1 + MINUTE)
      const write = idempotency<null>()
      expect(await tell(T0 + 2 + MINUTE, write)).toBeUndefined()
      expect(await tell(T0 + 3 + MINUTE, write)).toMatchObject({ kind: 'answered_before' })
      // A client that makes a key for each request, in the hands of somebody who reloads all day.
      for (let n = 4; n < 9; n += 1) await tell(T0 + n + MINUTE, idempotency<null>())
      const types = await typesOf(stores, record.id)
      expect(types.filter((type) => type === 'verification.continued')).toHaveLength(2)
    })
  })
}
