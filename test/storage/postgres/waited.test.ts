// Steps that had to wait, for a lock or between two statements, and what must still hold then.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { StoreUnavailableError } from '../../../src/kernel/errors.ts'
import { createOutbox } from '../../../src/storage/outbox.ts'
import { createOutbox as createOutboxEngine } from '../../../src/storage/postgres/outbox.ts'
import { createPool, createQuery, type Query } from '../../../src/storage/postgres/pool.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import { HASH_DEADLINE_MS } from '../../../src/verification/policy.ts'
import {
  claim,
  claimOne,
  emptyOutbox,
  retryAt,
  SENT,
  sendAll,
  settlement,
} from '../../contract/outbox-steps.ts'
import { createInput, MINUTE, newVerification, T0 } from '../../contract/rows.ts'
import { createSteps } from '../../contract/steps.ts'
import { guess, keyOf, LIMIT, start } from '../../contract/stores.ts'
import { type OpenStore, type OtherNode, openOther, openStore, rowOf } from './fixture.ts'

let store: OpenStore
let other: OtherNode
let pool: ReturnType<typeof createPool>
let real: Query
beforeAll(async () => {
  store = await openStore()
  other = await openOther(store.database)
  pool = createPool({ url: store.database.url })
  real = createQuery(pool)
})
afterAll(async () => {
  await pool.end()
  await other.close()
  await store.close()
})

describe('budgets and times', () => {
  it('I4: guesses that waited over the expiry and the deadline are within the guess budget', async () => {
    const node = await createPostgresStore({ url: store.database.url })
    const now = () => Math.ceil(node.wallMs?.() ?? 0)
    const record = newVerification({ createdAt: now(), expiresAt: now() + 1_200 })
    await node.verifications.create(createInput(record))
    await other.hold(...rowOf(record))
    const { id, service, budgetIndex, expiresAt } = record
    // Admitted a hash's deadline ago: what is in time until then is in time by the expiry only.
    const admittedAt = now() - HASH_DEADLINE_MS
    const steps = createSteps(node.verifications)
    const guesses = Array.from({ length: 5 }, () =>
      steps.check({ id, service, admittedAt, ...guess(false, now()) }),
    )
    await vi.waitFor(async () => expect(await other.waiting()).toBe(5))
    expect(now()).toBeLessThan(expiresAt)
    await vi.waitFor(() => expect(now()).toBeGreaterThan(expiresAt + 20), {
      ...{ interval: 5, timeout: 2_000 },
    })
    const input = createInput(newVerification({ budgetIndex, createdAt: now() }))
    const limits = [{ name: 'guesses_per_number_hour', limit: LIMIT(5) }] as const
    const next = await node.verifications.create({
      ...{ ...input, guesses: { ...input.guesses, limits } },
    })
    await other.commit()
    const made = (await Promise.all(guesses)).filter((one) => one.kind === 'wrong').length
    await node.close()
    expect(made + (next.kind === 'created' ? 5 : 0)).toBeLessThanOrEqual(5)
  })

  it('I8: behind a pooler, too, a guess that was answered 503 does not happen later', async () => {
    const { url } = store.database
    const pooled = await createPostgresStore({ url, clock: 'caller', pooler: 'transaction' })
    const record = await start(store)
    await other.hold(...rowOf(record))
    const failed = createSteps(pooled.verifications).check({
      ...keyOf(record),
      ...guess(false),
    })
    await expect(failed).rejects.toBeInstanceOf(StoreUnavailableError)
    await other.commit()
    await vi.waitFor(async () => expect(await other.waiting()).toBe(0))
    await pooled.close()
    expect((await store.verifications.find('default', record.id))?.attempts).toBe(0)
  })
})

describe('delivery', () => {
  it('I7: two sends that are settled at once erase the sealed code between them', async () => {
    await emptyOutbox(store)
    const record = await start(store, { maxSends: 2 })
    // Its lease outlasts the resend: else the second claim would cancel it.
    const first = await claimOne(store, T0 + MINUTE - 1)
    const again = { now: T0 + MINUTE, expectedSends: 1, channel: 'sms' } as const
    await store.steps.resend({ ...keyOf(record), ...again })
    const second = await claimOne(store, T0 + MINUTE)
    await other.query('begin')
    await other.query('select cs_settle_delivery_1($1, $2, $3, $4, $5, 20000, $6, $5)', [
      ...[first.verificationId, first.sendNumber, first.tryNumber, first.token, T0 + MINUTE + 2],
      JSON.stringify({ kind: 'sent', duration_ms: 3 }),
    ])
    const settling = store.outbox.settle(settlement(second, T0 + MINUTE + 2, SENT))
    // It waits for the first; where it does not, the assertion below says so.
    await Promise.race([
      settling,
      vi.waitFor(async () => expect(await other.waiting()).toBe(1)).catch(() => {}),
    ])
    await other.commit()
    expect(await settling).toBe('settled')
    expect(await store.verifications.find('default', record.id)).toMatchObject({ codeSealed: null })
  })

  it('I6: a delivery leased with enough time is not begun once there is too little', async () => {
    const node = await createPostgresStore({ url: store.database.url })
    const now = Math.floor(node.wallMs?.() ?? 0)
    const record = newVerification({ createdAt: now, expiresAt: now + 22_000, channel: 'email' })
    await node.verifications.create(createInput(record))
    let isPlanned = false
    const standStill = () => {
      isPlanned = true
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500)
      return sendAll()
    }
    const claimed = await claim(node, now, standStill, 'email')
    await node.close()
    expect(isPlanned).toBe(true)
    expect(claimed).toEqual([])
  })

  it.each([
    ['ended', 'canceled'],
    ['was replaced', 'canceled'],
    ['was claimed again', 'sending'],
  ])('I6: what ended or was replaced after its lease is not begun: it %s', async (kind, status) => {
    await emptyOutbox(store)
    const record = await start(store)
    let statements = 0
    const query: Query = async (statement) => {
      statements += 1
      if (statements === 2 && kind === 'ended')
        await store.steps.cancel({ ...keyOf(record), now: T0 })
      if (statements === 2 && kind === 'was replaced')
        await other.query('update verifications set sends = 2 where id = $1', [record.id])
      if (statements === 2 && kind === 'was claimed again') await claimOne(store, T0 + 6_000)
      return real(statement)
    }
    const outbox = createOutbox(createOutboxEngine({ query, timeOf: (now) => now }))
    expect(await claim({ outbox }, T0, sendAll)).toEqual([])
    expect(await store.verifications.deliveriesOf(record.id)).toMatchObject([{ status }])
  })

  it('a settlement is one statement, and two where its verification moved since the claim', async () => {
    let statements = 0
    const query: Query = (statement) => {
      statements += 1
      return real(statement)
    }
    const outbox = createOutbox(createOutboxEngine({ query, timeOf: (now) => now }))
    for (const [hasEnded, count, status] of [
      [false, 1, 'queued'],
      [true, 2, 'canceled'],
    ] as const) {
      await emptyOutbox(store)
      const record = await start(store)
      const claimed = await claimOne(store, T0)
      if (hasEnded) await store.steps.cancel({ ...keyOf(record), now: T0 })
      statements = 0
      expect(await outbox.settle(settlement(claimed, T0 + 2, retryAt(T0 + 9)))).toBe('settled')
      expect(statements).toBe(count)
      expect(await store.verifications.deliveriesOf(record.id)).toMatchObject([{ status }])
    }
  })

  it('a second round that fails does not lose what the first one claimed', async () => {
    await emptyOutbox(store)
    const [live, dead] = [await start(store), await start(store)]
    await store.steps.cancel({ ...keyOf(dead), now: T0 })
    // As a worker left it that died with it.
    await other.query(
      `update deliveries set status = 'sending', due_at = $1, token = 'x'
        where verification_seq = (select seq from verifications where id = $2)`,
      [T0, dead.id],
    )
    let statements = 0
    const query: Query = async (statement) => {
      statements += 1
      if (statements === 3) throw new StoreUnavailableError('away for a moment')
      return real(statement)
    }
    const outbox = createOutbox(createOutboxEngine({ query, timeOf: (now) => now }))
    const claimed = await claim({ outbox }, T0, sendAll, 'sms', 2).catch(() => [])
    expect(claimed.map(({ verificationId }) => verificationId)).toEqual([live.id])
  })

  it('a decision that is made again and fails does not lose what the first one claimed', async () => {
    await emptyOutbox(store)
    const [live, ended] = [await start(store), await start(store)]
    let statements = 0
    const query: Query = async (statement) => {
      statements += 1
      if (statements === 3) throw new StoreUnavailableError('away for a moment')
      const rows = await real(statement)
      // Leased, and not begun yet.
      if (statements === 1) await store.steps.cancel({ ...keyOf(ended), now: T0 })
      return rows as never
    }
    const outbox = createOutbox(createOutboxEngine({ query, timeOf: (now) => now }))
    const claimed = await claim({ outbox }, T0, sendAll, 'sms', 2).catch(() => [])
    expect(statements).toBe(3)
    expect(claimed.map(({ verificationId }) => verificationId)).toEqual([live.id])
  })
})
