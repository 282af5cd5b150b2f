// What every store keeps of factors at a check: a step or a recovery code is good once (C11). Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { FactorRecord } from '../../src/factors/types.ts'
import type { FactorUse } from '../../src/verification/state.ts'
import { approveWith, enrol, factorInput, makeCodes, SINCE, useOf } from './factor-steps.ts'
import { ACTOR, HOUR, mac, newFactor, newFactorVerification, T0 } from './rows.ts'
import type { CheckEffect, CheckOutcome } from './steps.ts'
import {
  guess,
  idempotency,
  keyOf,
  type Stores,
  type StoresFactory,
  start,
  typesOf,
} from './stores.ts'

const PARALLEL = 20
const STEP = 60_000_000

const kindsOf = (outcomes: readonly CheckOutcome[]) =>
  outcomes.map(({ kind }) => kind).sort((a, b) => (a < b ? -1 : 1))

/** Of one subject. */
async function enrolMany(stores: Stores, count: number): Promise<FactorRecord[]> {
  const subjectIndex = mac()
  const apps: FactorRecord[] = []
  while (apps.length < count) apps.push(await enrol(stores, { subjectIndex }))
  return apps
}

const removeOf = ({ factors }: Stores, { id, service }: FactorRecord) =>
  factors.remove({ id, service, now: T0, actor: ACTOR })

export function describeFactorUses(factory: StoresFactory): void {
  describe('factors at a check', () => {
    it('start writes neither code nor delivery where nothing is sent', async () => {
      const stores = factory()
      const { verifications } = stores
      const record = await start(stores, newFactorVerification())
      expect(record).toMatchObject({ sends: 0, deliveries: [], codeHash: null })
      expect(await verifications.find(record.service, record.id)).toEqual(record)
      expect(await verifications.deliveriesOf(record.id)).toEqual([])
      const resend = { now: T0, expectedSends: 0, channel: 'sms' as const }
      const actor = { service: 'default', keyId: null, clientIp: null, userAgent: null }
      expect(
        await stores.steps.resend({ ...keyOf(record), ...resend, actor, idempotency: null }),
      ).toMatchObject({ kind: 'refused' })
      expect(await typesOf(stores, record.id)).toEqual(['verification.started'])
    })

    it('C11: T+1, T, T+1 in turn, each for another verification, is one success', async () => {
      const stores = factory()
      const app = await enrol(stores)
      const kinds: string[] = []
      for (const step of [STEP + 1, STEP, STEP + 1])
        kinds.push((await approveWith(stores, useOf(app, step))).kind)
      expect(kinds).toEqual(['approved', 'wrong', 'wrong'])
      expect((await approveWith(stores, useOf(app, STEP + 2))).kind).toBe('approved')
      expect(await stores.factors.find('default', app.id, SINCE)).toMatchObject({
        lastStep: STEP + 2,
        lastUsedAt: T0 + 2,
      })
    })

    it('C11: one step for 20 verifications at once is one approval, and 19 wrong codes', async () => {
      const stores = factory()
      const app = await enrol(stores)
      const outcomes = await Promise.all(
        Array.from({ length: PARALLEL }, () => approveWith(stores, useOf(app, STEP))),
      )
      expect(kindsOf(outcomes)).toEqual(['approved', ...Array(PARALLEL - 1).fill('wrong')])
      const wrong = outcomes.flatMap((one) => (one.kind === 'wrong' ? one.record : []))
      for (const { service, id } of wrong)
        expect(await stores.verifications.find(service, id)).toMatchObject({
          status: 'pending',
          attempts: 1,
          failed: 1,
        })
    })

    it('C63: 20 verifications at once by the apps of one secret, in turn, are one approval', async () => {
      const stores = factory()
      const apps = await enrolMany(stores, 3)
      const outcomes = await Promise.all(
        Array.from({ length: PARALLEL }, (_, n) => {
          const app = apps[n % 3] as FactorRecord
          const twins = apps.filter(({ id }) => id !== app.id)
          return approveWith(stores, useOf(app, STEP, twins))
        }),
      )
      expect(kindsOf(outcomes)).toEqual(['approved', ...Array(PARALLEL - 1).fill('wrong')])
      for (const { id } of apps)
        expect(await stores.factors.find('default', id, SINCE)).toMatchObject({ lastStep: STEP })
    })

    it('C63: a step that a twin used before is used, though this app has an older one', async () => {
      const stores = factory()
      const [app, twin] = (await enrolMany(stores, 2)) as [FactorRecord, FactorRecord]
      // As rows of an older version: each with steps of its own.
      expect((await approveWith(stores, useOf(twin, STEP + 1))).kind).toBe('approved')
      for (const step of [STEP, STEP + 1])
        expect((await approveWith(stores, useOf(app, step, [twin]))).kind).toBe('wrong')
      expect(await stores.factors.find('default', app.id, SINCE)).toMatchObject({ lastStep: 0 })
      expect((await approveWith(stores, useOf(app, STEP + 2, [twin]))).kind).toBe('approved')
    })

    it('C63: the steps of a deleted app are used, by its time step and subject alone', async () => {
      const stores = factory()
      const [old, other] = (await enrolMany(stores, 2)) as [FactorRecord, FactorRecord]
      const stranger = await enrol(stores)
      expect((await approveWith(stores, useOf(old, STEP + 1))).kind).toBe('approved')
      await removeOf(stores, old)
      const again = newFactor({ subjectIndex: old.subjectIndex, lastStep: STEP })
      const made = await stores.factors.create(factorInput(again, { known: [other.id] }))
      expect(made.kind).toBe('created')
      const found = await stores.factors.find('default', again.id, SINCE)
      expect(found).toMatchObject({ lastStep: STEP + 1 })
      for (const app of [{ ...other, id: again.id }, other])
        expect((await approveWith(stores, useOf(app, STEP + 1))).kind).toBe('wrong')
      for (const app of [other, stranger])
        expect((await approveWith(stores, useOf(app, STEP + 2))).kind).toBe('approved')
      const minutes = { ...useOf(other, STEP + 1), periodSeconds: 60 }
      const slow = await enrol(stores, { subjectIndex: old.subjectIndex })
      const use = { ...minutes, factorId: slow.id } as FactorUse
      expect((await approveWith(stores, use)).kind).toBe('approved')
    })

    it('C63: an app that is deleted in the middle of 20 checks is used once, with all its twins', async () => {
      const stores = factory()
      const [app, twin] = (await enrolMany(stores, 2)) as [FactorRecord, FactorRecord]
      const checks = Array.from({ length: PARALLEL }, (_, n) =>
        approveWith(stores, n % 2 ? useOf(app, STEP, [twin]) : useOf(twin, STEP, [app])),
      )
      const [outcomes] = await Promise.all([Promise.all(checks), removeOf(stores, app)])
      const approved = outcomes.filter(({ kind }) => kind === 'approved')
      expect(approved).toHaveLength(1)
    })

    it('C63: a used step is forgotten an hour later, not before', async () => {
      const stores = factory()
      const app = await enrol(stores)
      const step = Math.floor(T0 / 30_000) - 10_000
      expect((await approveWith(stores, useOf(app, step))).kind).toBe('approved')
      await removeOf(stores, app)
      const twin = await enrol(stores, { subjectIndex: app.subjectIndex })
      const end = (step + 1) * 30_000 + HOUR
      const purge = (now: number) => stores.factors.purge({ unverifiedSince: 0, now, limit: 10 })
      await purge(end - 1)
      expect((await approveWith(stores, useOf(twin, step))).kind).toBe('wrong')
      expect(await purge(end)).toBeGreaterThanOrEqual(1)
      expect((await approveWith(stores, useOf(twin, step))).kind).toBe('approved')
    })

    it('one recovery code for 20 verifications at once is one approval; its hash is erased', async () => {
      const stores = factory()
      const { record, codes } = await makeCodes(stores)
      const outcomes = await Promise.all(
        Array.from({ length: PARALLEL }, () => approveWith(stores, useOf(record, 'BBBB'))),
      )
      expect(kindsOf(outcomes)).toEqual(['approved', ...Array(PARALLEL - 1).fill('wrong')])
      expect(outcomes.find(({ kind }) => kind === 'approved')).toMatchObject({ codesRemaining: 1 })
      expect(await stores.factors.recoveryHash(record.id, 'BBBB')).toBeUndefined()
      expect(Buffer.from((await stores.factors.recoveryHash(record.id, 'AAAA')) ?? [])).toEqual(
        codes[0]?.hashSealed,
      )
      expect(await stores.factors.find('default', record.id, SINCE)).toMatchObject({
        codesRemaining: 1,
        lastUsedAt: T0 + 2,
      })
      expect(await approveWith(stores, useOf(record, 'AAAA'))).toMatchObject({
        kind: 'approved',
        codesRemaining: 0,
      })
    })

    it('nothing is used up for a verification that has ended: the second one keeps the code', async () => {
      const stores = factory()
      const app = await enrol(stores)
      const record = await start(stores, newFactorVerification())
      const settle = (step: number) =>
        stores.steps.check({ ...keyOf(record), ...guess(true), use: useOf(app, step) })
      expect((await settle(STEP)).kind).toBe('approved')
      expect((await settle(STEP + 1)).kind).toBe('refused')
      expect((await approveWith(stores, useOf(app, STEP + 1))).kind).toBe('approved')
    })

    it('no code is right for an unverified, deleted or unknown factor', async () => {
      const stores = factory()
      const unverified = await enrol(stores, { status: 'unverified' })
      expect((await approveWith(stores, useOf(unverified, STEP))).kind).toBe('wrong')
      const { record } = await makeCodes(stores)
      expect((await approveWith(stores, useOf(record, 'ZZZZ'))).kind).toBe('wrong')
      const actor = { service: 'default', keyId: null, clientIp: null, userAgent: null }
      for (const one of [unverified, record])
        await stores.factors.remove({ id: one.id, service: 'default', now: T0, actor })
      expect((await approveWith(stores, useOf(record, 'AAAA'))).kind).toBe('wrong')
      expect(await stores.factors.recoveryHash(record.id, 'AAAA')).toBeUndefined()
    })

    it('the answer under a key is the actual result: approved with the count, or wrong', async () => {
      const stores = factory()
      const { record } = await makeCodes(stores)
      const told: CheckEffect[] = []
      const write = () =>
        idempotency<CheckEffect>({
          answer(effect) {
            told.push(effect)
            return Buffer.from(JSON.stringify([effect.valid, effect.codesRemaining]))
          },
        })
      const answerOf = async (key: ReturnType<typeof write>) => {
        const stored = await stores.verifications.findAnswer(key.key, T0 + 3)
        return Buffer.from(stored?.answer ?? []).toString()
      }
      const [first, second] = [write(), write()]
      await approveWith(stores, useOf(record, 'AAAA'), { idempotency: first })
      expect(await answerOf(first)).toBe('[true,1]')
      await approveWith(stores, useOf(record, 'AAAA'), { idempotency: second })
      expect(await answerOf(second)).toBe('[false,null]')
      expect(told.at(-1)?.record).toMatchObject({ status: 'pending', failed: 1 })
    })
  })
}
