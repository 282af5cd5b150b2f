// What every store keeps of the front door: what a start asked for, the first browser, and what works once. Run on each implementation.

import { expect, it } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import type { FrontRequest, FrontUse, UseInput } from '../../src/verification/front-ports.ts'
import { decideStart } from '../../src/verification/transitions.ts'
import { ACTOR, createInput, mac, newVerification, T0 } from './rows.ts'
import { idempotency, type Stores, start, typesOf } from './stores.ts'

export const newFront = (change: Partial<FrontRequest> = {}): FrontRequest => ({
  ...{ nonce: 'n-0S6_WzA2Mj', showsParty: true, returnUrl: 'https://app.example.com/in' },
  ...{ link: true, linkBindingMac: mac() },
  ...change,
})
const UNUSED = { browserMac: null, exchangedAt: null, consumedAt: null }
const PARALLEL = 20
const useOf = (verificationId: string, use: FrontUse): UseInput => {
  return { verificationId, use, now: T0 + 5, actor: ACTOR, kept: null }
}
const inParallel = <T>(run: () => Promise<T>) => Promise.all(Array.from({ length: PARALLEL }, run))

export function describeFront(factory: () => Stores & Store): void {
  const startWith = async (front: FrontRequest | undefined) => {
    const record = newVerification()
    await factory().verifications.create(createInput(record, { front }))
    return record
  }

  it('I22: keeps what a start asks of the front door with its verification, and nothing of one that asks for nothing', async () => {
    const front = newFront()
    const { id } = await startWith(front)
    expect(await factory().front.find(id)).toEqual({ ...front, ...UNUSED })
    const { id: plain } = await startWith(undefined)
    expect(await factory().front.find(plain)).toBeUndefined()
  })

  it('C90: a check reads what its approval is made with, by id and by session', async () => {
    const { verifications } = factory()
    const at = { service: 'default', now: T0 }
    for (const front of [newFront({ nonce: 'a-nonce-of-sixteen' }), undefined]) {
      const sessionMac = mac()
      const record = newVerification({ sessionMac })
      await verifications.create(createInput(record, { front }))
      const asked = front ? { nonce: front.nonce, showsParty: front.showsParty } : null
      const bySession = {
        ...{ addressIndexes: [record.addressIndex], sessionMacs: [sessionMac] },
        purpose: record.purpose,
      }
      for (const numberWindowMs of [null, 60_000])
        for (const by of [{ id: record.id }, bySession]) {
          const found = await verifications.findToCheck({ ...at, numberWindowMs, ...by })
          expect(found?.asked).toEqual(asked)
          expect(found?.record.id).toBe(record.id)
        }
    }
  })

  it('I22: opens a verification of any service with its messages, the steps of its chain among them', async () => {
    const { verifications, front } = factory()
    const steps = [{ send: -1, channel: 'email', provider: 'acme', timeoutMs: 20_000 }] as const
    const record = newVerification({ service: 'shop' })
    const change = decideStart(record, false, 'acme', steps)
    await verifications.create(createInput(record, { change, front: newFront() }))
    const message = {
      ...{ provider: 'acme', errorCode: null, queuedAt: T0, sentAt: null, deliveredAt: null },
    }
    expect(await front.open(record.id)).toEqual({
      record: await verifications.find('shop', record.id),
      door: await front.find(record.id),
      messages: [
        { ...message, send: -1, channel: 'email', status: 'waiting', timeoutMs: 20_000 },
        { ...message, send: 1, channel: 'sms', status: 'queued', timeoutMs: null },
      ],
    })
    const { id: plain } = await startWith(undefined)
    expect((await front.open(plain))?.door).toBeUndefined()
    expect(await front.open(record.id.replace(/.$/, '!'))).toBeUndefined()
  })

  it('I22: a start that makes no verification keeps nothing', async () => {
    const { verifications, front } = factory()
    const write = idempotency()
    await verifications.create({ ...createInput(newVerification()), idempotency: write as never })
    const again = newVerification()
    const input = createInput(again, { front: newFront(), idempotency: write as never })
    expect((await verifications.create(input)).kind).toBe('answered_before')
    expect(await front.find(again.id)).toBeUndefined()
  })

  it('I22: a start that continues asks anew; the first browser, and a link that was sent, stay', async () => {
    const { front } = factory()
    const { id } = await startWith(newFront({ link: true }))
    const browser = mac()
    await front.claimBrowser(id, browser)
    const asked = newFront({ nonce: 'another-nonce', showsParty: false, link: false })
    await front.renew(id, asked)
    expect(await front.find(id)).toEqual({
      ...{ ...asked, link: true },
      ...{ ...UNUSED, browserMac: browser },
    })
    // A link leads where it led.
    await front.renew(id, newFront({ linkBindingMac: null }))
    expect((await front.find(id))?.linkBindingMac).toEqual(asked.linkBindingMac)
    const { id: onPage } = await startWith(newFront({ linkBindingMac: null }))
    await front.renew(onPage, newFront())
    expect((await front.find(onPage))?.linkBindingMac).toBeNull()
    // One that had asked for nothing.
    const { id: plain } = await startWith(undefined)
    await front.renew(plain, newFront({ nonce: 'first' }))
    expect(await front.find(plain)).toMatchObject({ nonce: 'first', link: false, browserMac: null })
  })

  it('I22: of 20 browsers at once one is the first, and stays', async () => {
    const { front } = factory()
    for (const asked of [newFront(), undefined]) {
      const { id } = await startWith(asked)
      const held = await inParallel(() => front.claimBrowser(id, mac()))
      const [first] = held
      expect(held.every((one) => one && first && Buffer.compare(one, first) === 0)).toBe(true)
      expect((await front.find(id))?.browserMac).toEqual(first)
      expect((await front.find(id))?.nonce).toBe(asked?.nonce ?? null)
    }
  })

  it('I22: of 20 uses at once one is the first, each kind of use for itself', async () => {
    const { front } = factory()
    for (const asked of [newFront(), undefined]) {
      const { id } = await startWith(asked)
      for (const use of ['exchanged', 'consumed'] as const) {
        const used = await inParallel(() => front.useOnce(useOf(id, use)))
        expect(used.filter(Boolean)).toHaveLength(1)
      }
      expect((await typesOf(factory(), id)).slice(-2)).toEqual([
        'approval.exchanged',
        'approval.consumed',
      ])
      expect(await front.find(id)).toMatchObject({ exchangedAt: T0 + 5, consumedAt: T0 + 5 })
    }
  })

  it('I22: the answer under a key is kept with the first use, and with no other', async () => {
    const { front, verifications } = factory()
    const { id } = await startWith(newFront())
    const keys = [idempotency(), idempotency()].map(({ key, fingerprint, expiresAt }, n) => {
      return { key, fingerprint, expiresAt, answer: Buffer.from(`answer ${n}`) }
    })
    const kept = keys.map(async (one) => front.useOnce({ ...useOf(id, 'exchanged'), kept: one }))
    const isFirst = await Promise.all(kept)
    expect(isFirst.filter(Boolean)).toHaveLength(1)
    for (const [n, { key }] of keys.entries()) {
      const stored = await verifications.findAnswer(key, T0 + 6)
      expect(stored && Buffer.from(stored.answer).toString()).toBe(
        isFirst[n] ? `answer ${n}` : undefined,
      )
    }
  })

  it('I22: rows go with their verification, and none is made for one that does not exist', async () => {
    const { front, retention } = factory()
    const record = await startWith(newFront())
    const { budgetIndex } = record
    await retention.erase({ budgetIndexes: [budgetIndex], now: T0, actor: ACTOR, limit: 10 })
    const gone = [record.id, (await start(factory())).id.replace(/.$/, '!')]
    for (const id of gone) {
      await front.renew(id, newFront())
      expect(await front.claimBrowser(id, mac())).toBeUndefined()
      expect(await front.useOnce(useOf(id, 'consumed'))).toBe(false)
      expect(await front.find(id)).toBeUndefined()
    }
  })
}
