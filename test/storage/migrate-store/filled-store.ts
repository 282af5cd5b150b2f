// A SQLite store with rows of every kind, written by the store itself, and many copies of them where a test wants bulk.
// It must not write into PostgreSQL: what is there was moved.

import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { ApiKeyRecord } from '../../../src/access/ports.ts'
import { createChainer } from '../../../src/audit/chainer.ts'
import { createSigner } from '../../../src/audit/note.ts'
import { createCounter } from '../../../src/counts/counter.ts'
import { EVENT_TYPES } from '../../../src/events/types.ts'
import { createId } from '../../../src/kernel/ids.ts'
import type { Store } from '../../../src/storage/store.ts'
import type { IdempotencyWrite } from '../../../src/verification/answer-ports.ts'
import type { SessionSlot } from '../../../src/verification/ports.ts'
import type { VerificationRecord } from '../../../src/verification/state.ts'
import { approveWith, enrol, makeCodes, useOf } from '../../contract/factor-steps.ts'
import { newFront } from '../../contract/front.ts'
import {
  claim,
  claimOne,
  ERROR,
  LEASE_MS,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from '../../contract/outbox-steps.ts'
import {
  ACTOR,
  aboutPerson,
  createInput,
  HOUR,
  MINUTE,
  mac,
  newEntry,
  newSuppression,
  newVerification,
  T0,
} from '../../contract/rows.ts'
import { guess, idempotency, keyOf, type Stores, start } from '../../contract/stores.ts'
import { type OpenStore, openStore } from '../sqlite/fixture.ts'

/** Neither fits into PostgreSQL as it is. */
export const BROKEN_TEXT = 'a lone half \ud83d of a character, and a zero \0'

/** One whose message waits for its retry, with a session, an answer under a key and a wrong code behind it. */
async function startPending(stores: Stores) {
  const write: IdempotencyWrite<VerificationRecord> = idempotency()
  const slot: SessionSlot = { slots: [mac()], authenticated: false, decoy: false }
  const sessionMac = mac()
  const asked = newVerification({ sessionMac, metadata: { z: '1', aa: BROKEN_TEXT, 10: 'ten' } })
  const trace = { traceparent: `00-${'4b'.repeat(16)}-${'f0'.repeat(8)}-01`, tracestate: 'acme=1' }
  const input = createInput(asked, {
    slot,
    idempotency: write,
    challenge: { id: mac(), keptUntil: T0 },
    front: newFront(),
    wire: { wire: 'twilio', sid: `VE${'0a'.repeat(16)}` },
  })
  const outcome = await stores.verifications.create({ ...input, trace })
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  const { record } = outcome
  const claimed = await claimOne(stores, T0)
  await stores.outbox.settle(settlement(claimed, T0 + 100, retryAt(T0 + 2_000)))
  await stores.steps.continue({ ...keyOf(record), now: T0 + 150 })
  await stores.steps.check({ ...keyOf(record), ...guess(false, T0 + 201) })
  return { id: record.id, write, slot, budgetIndex: record.budgetIndex }
}

async function countAll(store: OpenStore) {
  const logger = { info() {}, warn() {} }
  const counter = createCounter({ store: store.counts, clock: { now: () => T0 + HOUR }, logger })
  while ((await counter.catchUp()).isBehind);
}

export const SIGNER = createSigner(Buffer.alloc(32, 7))
export const DAYS = { addresses: 30, recipients: 90 }

async function chainAll({ audit }: OpenStore) {
  const chainer = createChainer({
    ...{ store: audit, hasGaps: false, signer: SIGNER, days: DAYS, closeAfterMs: 0 },
    ...{ onHead: async () => {}, clock: { now: () => T0 + HOUR }, logger: { warn() {} } },
  })
  chainer.start()
  for (;;) {
    const { last = -1 } = (await audit.lastSegment()) ?? {}
    if (last >= 0 && (await audit.leavesAfter(last, 1)).length === 0) break
    await sleep(20)
  }
  await chainer.stop(1_000)
}

/** Every way in which one can end. */
async function startEnded(stores: Stores) {
  const { verifications, outbox, steps } = stores
  const approved = await start(stores, { maxAttempts: 1 })
  const claimed = await claimOne(stores, T0 + 300)
  await outbox.settle(settlement(claimed, T0 + 310, SENT))
  await steps.check({ ...keyOf(approved), ...guess(true, T0 + 321) })

  const exhausted = await start(stores, { maxAttempts: 1, channel: 'email', country: null })
  await steps.check({ ...keyOf(exhausted), ...guess(false, T0 + 331) })

  const canceled = await start(stores, { kind: 'decoy', channel: 'email', authenticated: true })
  await steps.resend({
    ...keyOf(canceled),
    ...{ now: T0 + MINUTE, expectedSends: 1, channel: 'email' },
  })
  await steps.cancel({ ...keyOf(canceled), now: T0 + MINUTE + 350 })

  // With a message to a webhook.
  const told = await start(stores, { service: 'hooked' })
  await steps.cancel({ ...keyOf(told), now: T0 + 360 })

  const failed = await start(stores, { createdAt: T0 - HOUR, clientIp: null })
  const hopeless = await claimOne(stores, T0 - HOUR)
  const result = { kind: 'failed', error: ERROR, fault: 'message', ambiguous: true } as const
  await outbox.settle(settlement(hopeless, T0 - HOUR + 1, result))
  await verifications.sweep({ now: T0, graceMs: 0, limit: 10 })
  return [approved, exhausted, canceled, failed].map(({ id }) => id)
}

/** A worker that died, and another that holds the row when the service stops. */
async function startHeld(stores: Stores) {
  const record = await start(stores, { channel: 'email' })
  await claim(stores, T0, sendAll, 'email')
  const [held] = await claim(stores, T0 + LEASE_MS, sendAll, 'email')
  if (!held) throw new Error('not claimed again')
  return { id: record.id, held }
}

const KEYS: readonly Pick<
  ApiKeyRecord,
  'service' | 'scopes' | 'revokedAt' | 'expiresAt' | 'lastUsedAt'
>[] = [
  { service: 'default', scopes: ['verify'], revokedAt: null, expiresAt: T0 + 8, lastUsedAt: T0 },
  ...[{ service: null, scopes: ['admin', 'admin:read'] as const, revokedAt: T0 + 9 }].map(
    (one) => ({ ...one, expiresAt: null, lastUsedAt: null }),
  ),
]

export type Filled = Awaited<ReturnType<typeof fillStore>>

/** @returns what a test goes on with */
/** What retention leaves behind, and a console's session. */
async function keepCounts(store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  await start(store, { createdAt: T0 - 2 * HOUR, expiresAt: T0 - HOUR })
  await store.retention.eraseAddresses({ before: T0 - HOUR, limit: 10 })
  await store.retention.purge({ before: T0 - HOUR, limit: 10 })
  const on = { failingSince: null, offSince: null }
  const to = { failingSince: T0, offSince: T0 + 1 }
  await store.webhooks.turn({ destination: 'whd_0123456789ab', from: on, to, event: null })
  const times = { createdAt: T0, seenAt: T0, expiresAt: T0 + HOUR }
  await store.adminSessions.insert({
    idHash: mac(),
    keyId: 'ADMIN_KEY',
    identitySealed: mac(),
    ...times,
  })
}

export async function fillStore(path: string) {
  const store = await openStore(path)
  // From the first event on.
  await store.audit.claim({ name: 'chain', holder: 'begin', now: 0, leaseMs: 0 })
  await keepCounts(store)
  const pending = await startPending(store)
  const ended = await startEnded(store)
  const held = await startHeld(store)
  const app = await enrol(store, { status: 'unverified' })
  const set = await makeCodes(store, { subjectIndex: app.subjectIndex })
  await approveWith(store, useOf(set.record, 'AAAA'))
  // Its step stays used when it is gone.
  const { id, service } = await enrol(store, { lastStep: 7 })
  await store.factors.remove({ id, service, now: T0, actor: ACTOR })
  const keys = KEYS.map((key, n) => ({
    ...key,
    ...{ id: createId('key', T0 + n), name: `key ${n}`, secretHash: Buffer.alloc(32, n + 1) },
    createdAt: T0 + n,
  }))
  for (const key of keys) await store.apiKeys.insert(key)
  const row = newSuppression()
  const suppressed = { channel: row.channel, addressIndexes: [row.addressIndex] }
  await store.suppressions.add({ key: suppressed, row, now: T0 + 400, actor: ACTOR })
  const [entry, blocked] = [newEntry(), newEntry({ ...aboutPerson(), effect: 'allow' })]
  for (const one of [entry, blocked])
    await store.lists.make({
      entry: one,
      most: 10,
      share: null,
      actor: ACTOR,
      details: { entry: one.id },
    })
  const stray = (type: (typeof EVENT_TYPES)[number]) => ({
    ...{ ...ACTOR, at: T0 + 500, type, verificationId: null },
    details: { error: 'rate_limited', limit: null, rate: 0.5, flag: true, text: BROKEN_TEXT },
  })
  await store.events.append(EVENT_TYPES.map((type) => ({ ...stray(type), budgetIndex: mac() })))
  const about = { channel: 'sms', provider: 'twilio', send: 9, attempt: 1 }
  const details = { ...about, parts: 2, price: '0.02', currency: 'USD' }
  const priced = { ...stray('delivery.sent'), verificationId: pending.id, budgetIndex: null }
  await store.events.append([{ ...priced, details }])
  await countAll(store)
  await chainAll(store)
  await watchSome(store)
  await store.close()
  return { path, pending, ended, held, keys, app, set }
}

/** As the shield's rules leave it. */
async function watchSome(store: Store): Promise<void> {
  const holder = { name: 'shield', holder: 'h' } as const
  const from = (await store.audit.claim({ ...holder, now: T0, leaseMs: 1 })) ?? 0
  const key = { rule: 'prefix', service: 'default', value: '1415555' } as const
  const times = { since: T0, until: T0 + 900_000, strikes: 1 }
  const level = { at: T0, sums: [10.5, 0, 0.0001, 2], people: 'c2VhbGVk', ...times }
  const stop = { ...key, ...times, mode: 'record', starts: 3, approved: 1, micros: 0 } as const
  await store.shield.commit({
    ...{ holder: 'h', from, to: from, gone: [] },
    levels: [{ ...key, level }],
    stops: [
      { ...stop, currency: '' },
      { ...stop, starts: 0, approved: 0, currency: 'EUR', micros: 240_000 },
    ],
  })
}

/** `times` more of every row, in the order of time, each verification with its own. */
export function multiply(path: string, times: number): void {
  const db = new Database(path)
  const span = Number(db.prepare('select max(seq) from verifications').pluck().get())
  const batch = `with recursive n(n) as (select 1 union all select n + 1 from n where n < ${times})`
  const copy = (table: string, change: Record<string, string>, where = 'true') => {
    const names = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
    const values = names.map((name) => change[name] ?? `t.${name}`)
    db.exec(`insert into ${table} (${names}) ${batch}
      select ${values} from n cross join (select * from ${table} where ${where}) t`)
  }
  const seq = `t.seq + ${span} * n`
  const owner = { verification_seq: `t.verification_seq + ${span} * n` }
  db.transaction(() => {
    copy('verifications', {
      seq,
      id: 't.id || n',
      session_slot: 'null',
      address_index: 'randomblob(16)',
      budget_index: 'randomblob(16)',
    })
    for (const table of ['codes', 'deliveries', 'send_attempts']) copy(table, owner)
    copy('events', { seq: 'null', ...owner })
    copy('idempotency_keys', { key_mac: 'randomblob(16)' })
  })()
  db.close()
}
