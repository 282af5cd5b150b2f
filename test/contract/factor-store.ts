// What every FactorStore keeps: making, confirming, listing, removing, and moving to another key. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { ConfirmEffect, SealedFactor } from '../../src/factors/ports.ts'
import type { FactorRecord } from '../../src/factors/types.ts'
import {
  approveWith,
  enrol,
  factorInput,
  MAX_APPS,
  makeCodes,
  SINCE,
  useOf,
} from './factor-steps.ts'
import {
  ACTOR,
  createInput,
  HOUR,
  MINUTE,
  mac,
  newCodes,
  newFactor,
  newVerification,
  T0,
} from './rows.ts'
import { idempotency, type Stores, type StoresFactory } from './stores.ts'

const CONFIRM = { service: 'default', unverifiedSince: SINCE, maxAttempts: 10 }
const bytes = (value: Uint8Array | null | undefined) => value && Buffer.from(value)

async function eventsOf({ events }: Stores, subjectIndex: Uint8Array, service = 'default') {
  const page = await events.list({
    ...{ service, budgetIndexes: [subjectIndex], cursor: null, limit: 50 },
  })
  return page.items.map(({ type, details }) => [type, details]).reverse()
}

function describeMaking(factory: StoresFactory): void {
  it('keeps what it is given, and finds it within its service only', async () => {
    const stores = factory()
    const record = await enrol(stores)
    expect(record).toMatchObject({
      attempts: 0,
      lastStep: 0,
      lastUsedAt: null,
      codesRemaining: null,
    })
    const found = await stores.factors.find('default', record.id, SINCE)
    expect(found).toMatchObject({ ...record, subjectSealed: expect.anything() })
    expect(bytes(found?.secretSealed)).toEqual(bytes(record.secretSealed))
    expect(await stores.factors.find('other', record.id, SINCE)).toBeUndefined()
    const codes = await makeCodes(stores)
    expect(codes.record).toMatchObject({ otp: null, secretSealed: null, codesRemaining: 2 })
    expect(await stores.factors.find('default', codes.record.id, SINCE)).toMatchObject({
      codesRemaining: 2,
    })
  })

  it('lists a subject’s, oldest first, across keys of the ring', async () => {
    const stores = factory()
    const subjectIndexes = [mac(), mac()]
    const ids: string[] = []
    for (let n = 0; n < 4; n += 1)
      ids.push((await enrol(stores, { subjectIndex: subjectIndexes[n % 2] as Buffer })).id)
    const listed = async (service: string) =>
      (await stores.factors.ofSubject({ service, subjectIndexes, unverifiedSince: SINCE })).map(
        ({ id }) => id,
      )
    expect(await listed('default')).toEqual(ids)
    expect(await listed('other')).toEqual([])
  })

  it(`${MAX_APPS} apps of a subject, however many are created at once, old unverified ones not counted`, async () => {
    const stores = factory()
    const subjectIndex = mac()
    await enrol(stores, { subjectIndex, status: 'unverified', createdAt: SINCE })
    const outcomes = await Promise.all(
      Array.from({ length: MAX_APPS + 5 }, () =>
        stores.factors.create(factorInput(newFactor({ subjectIndex, status: 'unverified' }))),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(MAX_APPS)
    expect(outcomes.filter(({ kind }) => kind === 'too_many')).toHaveLength(5)
    // Recovery codes are no app.
    await makeCodes(stores, { subjectIndex })
  })

  it('a new set of codes voids the previous one, even where ten are created at once', async () => {
    const stores = factory()
    const subjectIndexes = [mac(), mac()]
    const old = await makeCodes(stores, { subjectIndex: subjectIndexes[1] as Buffer })
    const made = await Promise.all(
      Array.from({ length: 10 }, () => {
        const { record, codes } = newCodes({ subjectIndex: subjectIndexes[0] as Buffer })
        return stores.factors.create(factorInput(record, { codes, subjectIndexes }))
      }),
    )
    expect(made.every(({ kind }) => kind === 'created')).toBe(true)
    const left = await stores.factors.ofSubject({
      ...{ service: 'default', subjectIndexes, unverifiedSince: SINCE },
    })
    expect(left).toMatchObject([{ codesRemaining: 2 }])
    expect(await stores.factors.recoveryHash(old.record.id, 'AAAA')).toBeUndefined()
  })

  it('C63: an import that was compared with other apps than the present ones creates nothing, however many at once', async () => {
    const stores = factory()
    const subjectIndex = mac()
    const old = await enrol(stores, { subjectIndex, status: 'unverified', createdAt: SINCE })
    const first = await enrol(stores, { subjectIndex })
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        stores.factors.create(
          factorInput(newFactor({ subjectIndex }), { known: n < 5 ? [first.id] : [old.id] }),
        ),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1)
    expect(outcomes.filter(({ kind }) => kind === 'changed')).toHaveLength(9)
  })

  it('C38: 20 at once under one key are one factor', async () => {
    const stores = factory()
    const subjectIndex = mac()
    const write = idempotency<FactorRecord>()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        stores.factors.create(factorInput(newFactor({ subjectIndex }), { idempotency: write })),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1)
    expect(outcomes.filter(({ kind }) => kind === 'answered_before')).toHaveLength(19)
  })
}

function describeConfirming(factory: StoresFactory): void {
  const confirmation = (id: string, step: number | null, twins: string[] = []) => ({
    ...{ id, service: 'default', now: T0 + MINUTE, step, actor: ACTOR, idempotency: null },
    twins,
  })

  it('charges at most so many guesses, and never an active one', async () => {
    const stores = factory()
    const { id } = await enrol(stores, { status: 'unverified' })
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => stores.factors.chargeConfirm({ id, ...CONFIRM })),
    )
    expect(outcomes.filter((one) => one?.kind === 'charged')).toHaveLength(10)
    expect(outcomes.filter((one) => one?.kind === 'not_chargeable')).toHaveLength(20)
    expect(await stores.factors.find('default', id, SINCE)).toMatchObject({ attempts: 10 })
    const active = await enrol(stores)
    expect(await stores.factors.chargeConfirm({ id: active.id, ...CONFIRM })).toMatchObject({
      kind: 'not_chargeable',
      record: { status: 'active', attempts: 0 },
    })
    const other = { ...CONFIRM, service: 'other' }
    expect(await stores.factors.chargeConfirm({ id, ...other })).toBeUndefined()
  })

  it('becomes active once, however many right codes come at once; its step is used', async () => {
    const stores = factory()
    const { id, subjectIndex } = await enrol(stores, { status: 'unverified' })
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => stores.factors.confirm(confirmation(id, 1000 + n))),
    )
    expect(outcomes.filter((one) => one?.kind === 'confirmed')).toHaveLength(1)
    expect(outcomes.filter((one) => one?.kind === 'lost')).toHaveLength(19)
    const first = outcomes.find((one) => one?.kind === 'confirmed')
    expect(first).toMatchObject({ record: { status: 'active', confirmedAt: T0 + MINUTE } })
    const found = await stores.factors.find('default', id, SINCE)
    expect(found).toMatchObject({ status: 'active', lastUsedAt: T0 + MINUTE })
    expect(found?.lastStep).toBeGreaterThanOrEqual(1000)
    expect(await eventsOf(stores, subjectIndex)).toEqual([
      ['factor.created', { factor: id, type: 'totp' }],
      ['factor.confirmed', { factor: id, type: 'totp' }],
    ])
  })

  it('C63: a step that the app or a twin has used confirms nothing; one that confirms is used by all', async () => {
    const stores = factory()
    const { factors } = stores
    const twin = await enrol(stores)
    const { subjectIndex } = twin
    const app = await enrol(stores, { status: 'unverified', subjectIndex, lastStep: 900 })
    expect((await approveWith(stores, useOf(twin, 1000))).kind).toBe('approved')
    const key = idempotency<ConfirmEffect>({
      answer: ({ valid, record }) => Buffer.from(`${valid} ${record.status}`),
    })
    const spent = { ...confirmation(app.id, 1000, [twin.id]), idempotency: key }
    expect(await factors.confirm(spent)).toMatchObject({
      ...{ kind: 'wrong', record: { status: 'unverified', lastStep: 900 } },
    })
    const stored = await stores.verifications.findAnswer(key.key, T0 + MINUTE)
    expect(Buffer.from(stored?.answer ?? []).toString()).toBe('false unverified')
    expect((await factors.confirm(confirmation(app.id, 900)))?.kind).toBe('wrong')
    const done = await factors.confirm(confirmation(app.id, 1001, [twin.id]))
    expect(done?.kind).toBe('confirmed')
    expect((await approveWith(stores, useOf(twin, 1001))).kind).toBe('wrong')
    expect((await approveWith(stores, useOf(twin, 1002))).kind).toBe('approved')
  })

  it('keeps the answer of a wrong code and of a right one', async () => {
    const stores = factory()
    const { id } = await enrol(stores, { status: 'unverified' })
    const write = () =>
      idempotency<ConfirmEffect>({
        answer: ({ valid, record }) => Buffer.from(`${valid} ${record.status}`),
      })
    for (const [step, said] of [
      [null, 'false unverified'],
      [7, 'true active'],
    ] as const) {
      const key = write()
      const outcome = await stores.factors.confirm({ ...confirmation(id, step), idempotency: key })
      expect(outcome?.kind).toBe(step === null ? 'wrong' : 'confirmed')
      const again = await stores.factors.confirm({ ...confirmation(id, 8), idempotency: key })
      expect(again?.kind).toBe('answered_before')
      const stored = await stores.verifications.findAnswer(key.key, T0 + MINUTE)
      expect(Buffer.from(stored?.answer ?? []).toString()).toBe(said)
    }
    const gone = { ...confirmation(id, 9), service: 'other' }
    expect(await stores.factors.confirm(gone)).toBeUndefined()
  })
}

function describeRemoving(factory: StoresFactory): void {
  it('removes once, within its service, and logs it', async () => {
    const stores = factory()
    const { record } = await makeCodes(stores)
    const { id, subjectIndex } = record
    const remove = (service = 'default') =>
      stores.factors.remove({ id, service, now: T0 + 5, actor: ACTOR })
    expect(await remove('other')).toBe(false)
    expect(await remove()).toBe(true)
    expect(await remove()).toBe(false)
    expect(await stores.factors.find('default', id, SINCE)).toBeUndefined()
    expect(await eventsOf(stores, subjectIndex)).toEqual([
      ['recovery_codes.created', { factor: id, type: 'recovery_codes', codes: 2 }],
      ['factor.deleted', { factor: id, type: 'recovery_codes' }],
    ])
  })

  it('an old unverified one does not exist, and is purged; an active one stays', async () => {
    const stores = factory()
    const createdAt = T0 - 5000 * HOUR
    const old = await enrol(stores, { status: 'unverified', createdAt })
    const active = await enrol(stores, { createdAt, subjectIndex: old.subjectIndex })
    const { factors } = stores
    expect(await factors.find('default', old.id, createdAt)).toBeUndefined()
    expect(await factors.find('default', old.id, createdAt - 1)).toMatchObject({ id: old.id })
    const unverifiedSince = createdAt
    expect(await factors.chargeConfirm({ id: old.id, ...CONFIRM, unverifiedSince })).toBeUndefined()
    const listed = await factors.ofSubject({
      ...{ service: 'default', subjectIndexes: [old.subjectIndex], unverifiedSince },
    })
    expect(listed.map(({ id }) => id)).toEqual([active.id])
    expect(await factors.purge({ unverifiedSince: createdAt, now: T0, limit: 10 })).toBe(1)
    expect(await factors.find('default', old.id, 0)).toBeUndefined()
    expect(await factors.find('default', active.id, createdAt)).toMatchObject({ id: active.id })
  })
}

function describeRewrapping(factory: StoresFactory): void {
  const after = (keyId: string) => ({
    ...{ subjectSealed: mac(), subjectIndex: mac(), secretSealed: mac(), keyId },
  })
  const readAll = async ({ factors }: Stores, keyId: string) => {
    const found: SealedFactor[] = []
    for (let id = ''; ; ) {
      const page = await factors.notUnder(keyId, id, 2)
      found.push(...page)
      const last = page.at(-1)
      if (!last) return found
      id = last.record.id
    }
  }

  it('finds rows under other keys, and replaces them with rewrapped ones', async () => {
    const stores = factory()
    const { factors } = stores
    const made = [await makeCodes(stores, { keyId: 'aaaa0001' })]
    for (let n = 0; n < 4; n += 1) await enrol(stores, { keyId: 'aaaa0001' })
    const count = await factors.countNotUnder('bbbb0001')
    expect(count).toBeGreaterThanOrEqual(5)
    expect(await factors.hasOtherKeys('default', ['aaaa0001', '0a1b2c3d'])).toBe(false)
    expect(await factors.hasOtherKeys('default', ['0a1b2c3d'])).toBe(true)
    const all = await readAll(stores, 'bbbb0001')
    expect(all).toHaveLength(count)
    const set = all.find(({ record }) => record.id === made[0]?.record.id) as SealedFactor
    expect(set.codes.map(({ selector }) => selector).sort()).toEqual(['AAAA', 'BBBB'])
    const codes = set.codes.map(({ selector }) => ({ selector, hashSealed: mac() }))
    const changed = { ...after('bbbb0001'), secretSealed: null }
    const input = { before: set, after: changed, codes }
    expect(await factors.rewrap(input)).toBe(true)
    // A second process read the same, and comes second.
    expect(await factors.rewrap(input)).toBe(false)
    const found = await factors.ofSubject({
      ...{ service: 'default', subjectIndexes: [changed.subjectIndex], unverifiedSince: SINCE },
    })
    expect(found).toMatchObject([{ id: set.record.id, keyId: 'bbbb0001', codesRemaining: 2 }])
    const hash = await factors.recoveryHash(set.record.id, 'BBBB')
    expect(bytes(hash)).toEqual(codes.find(({ selector }) => selector === 'BBBB')?.hashSealed)
    expect(await factors.countNotUnder('bbbb0001')).toBe(count - 1)
  })

  it('C65: a missing root key concerns its service alone, and is reported by key and service', async () => {
    const stores = factory()
    const { factors, rootKeys } = stores
    const known = ['0a1b2c3d', 'aaaa0001', 'bbbb0001', 'cccc0001', 'dddd0001']
    const lost = { keyId: 'eeee0001', service: 'bank' }
    for (let n = 0; n < 3; n += 1) await enrol(stores, lost)
    await makeCodes(stores, { ...lost, service: 'shop' })
    expect(await factors.hasOtherKeys('bank', known)).toBe(true)
    expect(await factors.hasOtherKeys('shop', known)).toBe(true)
    expect(await factors.hasOtherKeys('default', known)).toBe(false)
    expect(await factors.hasOtherKeys('bank', [...known, 'eeee0001'])).toBe(false)
    const verification = newVerification({ pepperKeyId: 'eeee0001', service: 'mail' })
    await stores.verifications.create(createInput(verification))
    const rows = (await rootKeys.notUnder('0a1b2c3d', T0)).filter(
      ({ keyId }) => keyId === 'eeee0001',
    )
    const row = { keyId: 'eeee0001', factors: 0, verifications: 0, isMore: false }
    expect(rows).toEqual([
      { ...row, service: 'bank', factors: 3 },
      { ...row, service: 'mail', verifications: 1 },
      { ...row, service: 'shop', factors: 1 },
    ])
    expect(await rootKeys.notUnder('eeee0001', T0)).not.toContainEqual(
      expect.objectContaining({ keyId: 'eeee0001' }),
    )
    // What has expired is nobody's to check.
    const later = await rootKeys.notUnder('0a1b2c3d', verification.expiresAt)
    expect(later.map(({ service }) => service)).not.toContain('mail')
  })

  it('C65: only rows of that key are forgotten, and of that service where one is named, with events', async () => {
    const stores = factory()
    const { factors } = stores
    const lost = 'ffff0001'
    const mine = [await enrol(stores, { keyId: lost, service: 'bank' })]
    for (let n = 0; n < 2; n += 1) mine.push(await enrol(stores, { keyId: lost, service: 'bank' }))
    const set = await makeCodes(stores, { keyId: lost, service: 'shop' })
    const other = await enrol(stores, { keyId: 'ffff0002', service: 'bank' })
    const forget = (service: string | null) =>
      factors.forget({ ...{ keyId: lost, service, now: T0 + 9, limit: 2 }, actor: ACTOR })
    expect([await forget('bank'), await forget('bank'), await forget('bank')]).toEqual([2, 1, 0])
    for (const { id } of mine) expect(await factors.find('bank', id, SINCE)).toBeUndefined()
    expect(await factors.find('shop', set.record.id, SINCE)).toBeDefined()
    expect(await forget(null)).toBe(1)
    expect(await factors.find('shop', set.record.id, SINCE)).toBeUndefined()
    expect(await factors.find('bank', other.id, SINCE)).toMatchObject({ id: other.id })
    expect(await eventsOf(stores, set.record.subjectIndex, 'shop')).toContainEqual([
      'factor.deleted',
      { factor: set.record.id, type: 'recovery_codes' },
    ])
  })

  it('gives a code that was used meanwhile no hash again', async () => {
    const stores = factory()
    const { factors } = stores
    const { record } = await makeCodes(stores, { keyId: 'cccc0001' })
    const [before] = (await readAll(stores, 'dddd0001')).filter(
      (one) => one.record.id === record.id,
    )
    expect((await approveWith(stores, useOf(record, 'AAAA'))).kind).toBe('approved')
    const codes = ['AAAA', 'BBBB'].map((selector) => ({ selector, hashSealed: mac() }))
    const input = { before: before as SealedFactor, after: after('dddd0001'), codes }
    expect(await factors.rewrap(input)).toBe(true)
    expect(await factors.recoveryHash(record.id, 'AAAA')).toBeUndefined()
    expect(bytes(await factors.recoveryHash(record.id, 'BBBB'))).toEqual(codes[1]?.hashSealed)
  })
}

export function describeFactors(factory: StoresFactory): void {
  describe('factors', () => {
    describeMaking(factory)
    describeConfirming(factory)
    describeRemoving(factory)
    describeRewrapping(factory)
  })
}
