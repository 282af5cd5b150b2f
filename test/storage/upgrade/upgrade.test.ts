// A file or database of an earlier version, with rows in every state: this version reads them all, and goes on with each.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCounter } from '../../../src/counts/counter.ts'
import { DIMENSIONS, EVERY_SERVICE, LEVELS } from '../../../src/counts/ports.ts'
import { EVENT_TYPES, type EventType } from '../../../src/events/types.ts'
import type { Store } from '../../../src/storage/store.ts'
import { approveWith, factorInput, SINCE, useOf } from '../../contract/factor-steps.ts'
import { claim, LEASE_MS, SENT, sendAll, settlement } from '../../contract/outbox-steps.ts'
import { HOUR, MINUTE, newFactor, T0 } from '../../contract/rows.ts'
import { createSteps } from '../../contract/steps.ts'
import { guess, type Stores } from '../../contract/stores.ts'
import { type OldStore, oldPostgres, oldSqlite } from './old-store.ts'

/** Each verification: its status, and that of each of its deliveries. */
const STATES = {
  expired: ['expired', ['failed']],
  failed: ['pending', ['failed']],
  sent: ['pending', ['sent']],
  charged: ['pending', ['sent']],
  spent: ['pending', ['sent']],
  approved: ['approved', ['sent']],
  exhausted: ['max_attempts_reached', ['sent']],
  resent: ['pending', ['sent', 'sent']],
  retrying: ['pending', ['queued']],
  canceled: ['canceled', ['canceled']],
  sending: ['pending', ['sending']],
  queued: ['pending', ['queued']],
  factor: ['pending', []],
} as const
type Name = keyof typeof STATES

/** Events that no earlier version wrote. */
const LATER =
  /^webhook\.|^recipient\.(un)?suppressed$|^delivery\.((un)?delivered|skipped)$|^verification\.(advanced|closed|delegated)$|^(approval|key|export|audit|list)\.|^admin\.session_ended$/

const GRACE_MS = 14_000
const SPENT_AT = T0 + 220
const bytes = (hex: string) => Buffer.from(hex, 'hex')

describe.each([
  ['SQLite', oldSqlite],
  ['PostgreSQL', oldPostgres],
])('an earlier version’s store on %s', (_, make) => {
  let before: OldStore
  let store: Store & Stores
  beforeAll(async () => {
    before = await make()
    const opened = await before.open()
    store = { ...opened, steps: createSteps(opened.verifications) }
  })
  afterAll(async () => {
    await store.close()
    await before.remove()
  })

  const keyOf = (name: Name) => ({ id: before.old.known.ids[name] ?? '', service: 'default' })
  const find = async (name: Name) => {
    const record = await store.verifications.find('default', keyOf(name).id)
    if (!record) throw new Error(`${name} is gone`)
    return record
  }
  const factorOf = async (name: 'app' | 'codes') => {
    const factor = await store.factors.find('default', before.old.known.factors[name], SINCE)
    if (!factor) throw new Error(`${name} is gone`)
    return factor
  }

  it('no row is lost', async () => {
    const { rows } = before.old
    for (const name of new Set(rows.map(([table]) => table)))
      expect([name, await before.count(name)]).toEqual([
        name,
        rows.filter(([table]) => table === name).length,
      ])
  })

  it.each(Object.entries(STATES))('reads one that is %s', async (name, [status, deliveries]) => {
    const record = await find(name as Name)
    expect(record.status).toBe(status)
    const found = await store.verifications.deliveriesOf(record.id)
    expect(found.map((one) => one.status).toSorted()).toEqual(deliveries)
    expect(await store.verificationReads.find(null, record.id)).toMatchObject({
      id: record.id,
      status,
    })
    const events = { service: 'default', cursor: null, limit: 50, verificationId: record.id }
    const { items } = await store.events.list(events)
    expect(items.at(-1)?.type).toBe('verification.started')
  })

  it('reads rows that belong to no verification: events of every type, a refusal, keys, a session, an answer', async () => {
    const { known } = before.old
    const { items } = await store.events.list({ service: null, cursor: null, limit: 500 })
    const written = EVENT_TYPES.filter((type) => !LATER.test(type))
    expect(new Set(items.map(({ type }) => type))).toEqual(new Set(written))
    const refusals = await store.events.listRefusals({ service: null, cursor: null, limit: 5 })
    expect(refusals.items[0]?.recipientSealed).toEqual(Buffer.alloc(40, 3))
    expect((await store.apiKeys.list(null)).map((key) => key.revokedAt)).toEqual([T0 + 9, null])
    expect(await store.adminSessions.find(bytes(known.idHash))).toMatchObject({ seenAt: T0 })
    const key = { service: 'default', route: 'start', keyMacs: [bytes(known.answerKey)] }
    const answer = await store.verifications.findAnswer(key, T0 + 1_000)
    expect(answer?.fingerprint).toEqual(bytes(known.fingerprint))
  })

  it('C76: its log is counted from the beginning', async () => {
    const { items } = await store.events.list({ service: null, cursor: null, limit: 500 })
    const logger = { info() {}, warn() {} }
    const clock = { now: () => T0 + HOUR }
    const counter = createCounter({ store: store.counts, clock, logger, batch: 7 })
    while ((await counter.catchUp()).isBehind);
    const [row] = await store.counts.tallies({
      ...{ service: EVERY_SERVICE, dimensions: [DIMENSIONS.all] },
      buckets: [{ group: 0, level: LEVELS.ever, at: 0 }],
    })
    const real = new Set(
      items.flatMap(({ details, verificationId }) =>
        details.kind === 'real' && verificationId !== null ? [verificationId] : [],
      ),
    )
    expect(real.size).toBeGreaterThanOrEqual(Object.keys(STATES).length)
    const numberOf = (type: EventType) =>
      items.filter((one) => one.type === type && real.has(one.verificationId ?? '')).length
    expect(row).toMatchObject({
      started: numberOf('verification.started'),
      sent: numberOf('delivery.sent'),
      retried: numberOf('delivery.retrying'),
      failed: numberOf('delivery.failed'),
      approved: numberOf('verification.approved'),
    })
  })

  it('a browser session continues its own', async () => {
    const slots = [bytes(before.old.known.slot)]
    const slot = { slots, authenticated: false, decoy: false }
    const found = await store.verifications.findContinuable(slot, T0 + 1_000)
    expect(found).toMatchObject({ ...keyOf('queued'), metadata: { order: '7' } })
  })

  it('used factors stay used: a recovery code, a step, the step of a deleted app', async () => {
    const { subject, unverified } = before.old.known.factors
    const [app, codes] = [await factorOf('app'), await factorOf('codes')]
    expect(codes.codesRemaining).toBe(1)
    expect((await approveWith(store, useOf(codes, 'AAAA'))).kind).toBe('wrong')
    expect((await approveWith(store, useOf(app, 7))).kind).toBe('wrong')
    expect((await approveWith(store, useOf(codes, 'BBBB'))).kind).toBe('approved')
    expect((await approveWith(store, useOf(app, 9))).kind).toBe('wrong')
    expect((await approveWith(store, useOf(app, 10))).kind).toBe('approved')
    const again = newFactor({ subjectIndex: bytes(subject), createdAt: T0 + 1_000 })
    const imported = factorInput(again, { known: [app.id, unverified] })
    expect((await store.factors.create(imported)).kind).toBe('created')
    expect(await store.factors.find('default', again.id, SINCE)).toMatchObject({ lastStep: 9 })
  })

  it('a message whose worker has died goes out after its lease, and a waiting one when it is due', async () => {
    const { id } = keyOf('sending')
    expect(await claim(store, T0 + LEASE_MS - 1, sendAll, 'email')).toEqual([])
    const [again] = await claim(store, T0 + LEASE_MS, sendAll, 'email')
    expect(again).toMatchObject({ verificationId: id, tryNumber: 2 })
    if (!again) return
    await store.outbox.settle(settlement(again, T0 + LEASE_MS + 100, SENT))
    expect((await find('sending')).deliveries).toMatchObject([{ status: 'sent' }])
    const [first, ...others] = await claim(store, T0 + 1_000, sendAll)
    expect([first?.verificationId, others]).toEqual([keyOf('queued').id, []])
    const retried = await claim(store, T0 + 2 * MINUTE, sendAll)
    expect(retried.map((one) => one.verificationId)).toContain(keyOf('retrying').id)
  })

  it('one whose last attempt was charged and never settled is ended after its grace; others continue', async () => {
    const sweep = (now: number) => store.verifications.sweep({ now, graceMs: GRACE_MS, limit: 100 })
    await sweep(SPENT_AT + GRACE_MS - 1)
    expect((await find('spent')).status).toBe('pending')
    await sweep(SPENT_AT + GRACE_MS)
    expect(await find('spent')).toMatchObject({ status: 'max_attempts_reached', codeHash: null })
    expect(await find('charged')).toMatchObject({ status: 'pending', attempts: 1, failed: 0 })
    await store.steps.check({ ...keyOf('charged'), ...guess(true, T0 + 20_001) })
    expect(await find('charged')).toMatchObject({ status: 'approved', codeHash: null })
    await sweep(T0 + HOUR)
    for (const name of ['failed', 'sent', 'resent', 'retrying', 'sending', 'queued', 'factor'])
      expect((await find(name as Name)).status).toBe('expired')
  })

  it('an older program refuses it once a newer one has migrated it, and leaves it as it is', async () => {
    await store.close()
    await before.makeNewer()
    const newer =
      /newer version of Countersign.*this one knows \d+\): start that version or a newer/
    await expect(before.open()).rejects.toThrow(newer)
    expect(await before.count('verifications')).toBeGreaterThan(0)
    store = { ...store, close: async () => {} }
  })
})
