// What starts of one recipient, one browser session and one Idempotency-Key wait for, on whatever node they run.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CreateInput } from '../../../src/verification/ports.ts'
import { factorInput } from '../../contract/factor-steps.ts'
import { lanesOf } from '../../contract/outbox-steps.ts'
import { createInput, HOUR, mac, newFactor, newVerification, T0 } from '../../contract/rows.ts'
import { idempotency } from '../../contract/stores.ts'
import { type OpenStore, openStore } from './fixture.ts'

let store: OpenStore
let other: pg.Client
beforeAll(async () => {
  store = await openStore()
  other = new pg.Client({ connectionString: store.database.url })
  await other.connect()
})
afterAll(async () => {
  await other.end()
  await store.close()
})

const lockOf = (bytes: Uint8Array) => Buffer.from(bytes).readBigInt64BE(0).toString()

const waiting = async () => {
  const { rows } = await other.query(
    `select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows[0].n as number
}

/** Another node is in the middle of its own. */
async function whileLocked(bytes: Uint8Array, create: () => Promise<{ kind: string }>) {
  await other.query('select pg_advisory_lock($1)', [lockOf(bytes)])
  let isDone = false
  const created = create().finally(() => {
    isDone = true
  })
  await vi.waitFor(async () => expect(await waiting()).toBe(1))
  expect(isDone).toBe(false)
  await other.query('select pg_advisory_unlock($1)', [lockOf(bytes)])
  expect((await created).kind).toBe('created')
}

const whileHeld = (bytes: Uint8Array, input: CreateInput) =>
  whileLocked(bytes, () => store.verifications.create(input))

it('a factor waits for the previous one of its subject, under every key of the ring (C11)', async () => {
  for (const held of [0, 1]) {
    const subjectIndexes = [mac(), mac()]
    const factor = newFactor({ subjectIndex: subjectIndexes[0] as Buffer })
    await whileLocked(subjectIndexes[held] as Uint8Array, () =>
      store.factors.create(factorInput(factor, { subjectIndexes })),
    )
  }
})

describe('a start waits for the previous one', () => {
  it('of its recipient, under every key of the ring: the guess budget is decided one at a time (I4)', async () => {
    for (const held of [0, 1]) {
      const record = newVerification()
      const input = createInput(record)
      const budgetIndexes = [record.budgetIndex, mac()]
      await whileHeld(budgetIndexes[held] as Uint8Array, {
        ...input,
        guesses: { ...input.guesses, budgetIndexes },
      })
    }
  })

  it('of its browser session, under every key of the ring (C47)', async () => {
    for (const held of [0, 1]) {
      const slots = [mac(), mac()]
      const slot = { slots, authenticated: false, decoy: false }
      await whileHeld(slots[held] as Uint8Array, createInput(newVerification(), { slot }))
    }
  })

  it('of its Idempotency-Key, under every key of the ring (C38)', async () => {
    for (const held of [0, 1]) {
      const keyMacs = [mac(), mac()]
      const write = idempotency({ key: { service: 'default', route: 'start', keyMacs } })
      await whileHeld(
        keyMacs[held] as Uint8Array,
        createInput(newVerification(), { idempotency: write as never }),
      )
    }
  })

  it('and for nobody else’s', async () => {
    await other.query('select pg_advisory_lock($1)', [lockOf(mac())])
    expect((await store.verifications.create(createInput(newVerification()))).kind).toBe('created')
    await other.query('select pg_advisory_unlock_all()')
  })
})

describe('a claim', () => {
  it('passes over a row that another worker is about to take, and does not wait for it', async () => {
    const [held, free] = [newVerification(), newVerification()]
    for (const record of [held, free]) await store.verifications.create(createInput(record))
    await other.query('begin')
    await other.query(
      `select 1 from deliveries where verification_seq = (select seq from verifications where id = $1) for update`,
      [held.id],
    )
    const claimed = await store.outbox.claim({
      ...{ now: T0 + HOUR, lanes: lanesOf('sms', 1000), leaseMs: 30_000, minRemainingMs: -HOUR },
      plan: () => ({ kind: 'send', provider: 'acme', prepared: null }),
    })
    await other.query('rollback')
    const ids = claimed.map(({ verificationId }) => verificationId)
    expect(ids).toContain(free.id)
    expect(ids).not.toContain(held.id)
  })
})
