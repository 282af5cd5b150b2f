// Orders of events that parallel tests meet by luck only, each forced: behind a lock that another connection holds,
// between the two halves of a claim, and around a connection that breaks.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { StoreUnavailableError } from '../../../src/kernel/errors.ts'
import { createOutbox } from '../../../src/storage/outbox.ts'
import { createOutbox as createOutboxEngine } from '../../../src/storage/postgres/outbox.ts'
import { createPool, createQuery, type Query } from '../../../src/storage/postgres/pool.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { VerificationRecord } from '../../../src/verification/state.ts'
import {
  claim,
  claimOne,
  emptyOutbox,
  eventsOf,
  nextDueAt,
  SENT,
  sendAll,
  settlement,
} from '../../contract/outbox-steps.ts'
import { createInput, MINUTE, mac, newVerification, T0 } from '../../contract/rows.ts'
import { type CheckEffect, createSteps } from '../../contract/steps.ts'
import { guess, idempotency, keyOf, LIMIT, start } from '../../contract/stores.ts'
import { startCuttingProxy } from '../../postgres/cutting-proxy.ts'
import { type OpenStore, type OtherNode, openOther, openStore, rowOf } from './fixture.ts'

let store: OpenStore
/** Another node, in the middle of something. */
let other: OtherNode
let pool: ReturnType<typeof createPool>
beforeAll(async () => {
  store = await openStore()
  other = await openOther(store.database)
  pool = createPool({ url: store.database.url })
})
afterAll(async () => {
  await pool.end()
  await other.close()
  await store.close()
})

const PARALLEL = 8

/** All of them wait for what the other node holds, then go on one by one. */
async function behind<T>(hold: [text: string, value: unknown], step: () => Promise<T>) {
  await other.hold(...hold)
  const all = Promise.all(Array.from({ length: PARALLEL }, step))
  await vi.waitFor(async () => expect(await other.waiting()).toBe(PARALLEL))
  await other.commit()
  return await all
}

const advisory = (bytes: Uint8Array): [string, unknown] => [
  'select pg_advisory_xact_lock($1)',
  Buffer.from(bytes).readBigInt64BE(0).toString(),
]
const kindsOf = (outcomes: readonly ({ kind: string } | undefined)[]) => {
  const kinds = [...Map.groupBy(outcomes, (outcome) => outcome?.kind ?? 'none')]
  return Object.fromEntries(kinds.map(([kind, all]) => [kind, all.length]))
}

describe('a statement that waited for a lock sees what was committed meanwhile (READ COMMITTED)', () => {
  it('I4: a start decides the guess budget on the starts before it', async () => {
    const budgetIndex = mac()
    const outcomes = await behind(advisory(budgetIndex), () => {
      const input = createInput(newVerification({ budgetIndex }))
      const limits = [{ name: 'guesses_per_number_hour', limit: LIMIT(10) }] as const
      return store.verifications.create({ ...input, guesses: { ...input.guesses, limits } })
    })
    expect(kindsOf(outcomes)).toEqual({ created: 2, guesses_refused: PARALLEL - 2 })
  })

  it('C47: a start continues what the previous one began', async () => {
    const slots = [mac(), mac()]
    const slot = { slots, authenticated: false, decoy: false }
    const outcomes = await behind(advisory(slots[1] as Buffer), () =>
      store.verifications.create(createInput(newVerification(), { slot })),
    )
    expect(kindsOf(outcomes)).toEqual({ created: 1, continued: PARALLEL - 1 })
  })

  it('C38: a start under a key gets the answer of the previous one', async () => {
    const write = idempotency<VerificationRecord>()
    const outcomes = await behind(advisory(write.key.keyMacs[0] as Buffer), () =>
      store.verifications.create(createInput(newVerification(), { idempotency: write })),
    )
    expect(kindsOf(outcomes)).toEqual({ created: 1, answered_before: PARALLEL - 1 })
  })

  it('I2: a guess counts the guesses before it', async () => {
    const record = await start(store)
    const outcomes = await behind(rowOf(record), () =>
      store.steps.check({ ...keyOf(record), ...guess(false) }),
    )
    expect(kindsOf(outcomes)).toEqual({ wrong: 5, refused: PARALLEL - 5 })
  })

  it('C9: a guess counts what other verifications of its number were charged before it', async () => {
    const budgetIndex = mac()
    const records = await Promise.all(
      Array.from({ length: PARALLEL }, () => start(store, { budgetIndex })),
    )
    const numberLimit = { limit: LIMIT(3), budgetIndexes: [budgetIndex], authenticated: false }
    const outcomes = await behind(advisory(budgetIndex), () => {
      const record = records.pop() as VerificationRecord
      return store.steps.check({ ...keyOf(record), ...guess(false), numberLimit })
    })
    expect(kindsOf(outcomes)).toEqual({ wrong: 3, number_limited: PARALLEL - 3 })
  })

  it('I1: a right code finds that another was approved', async () => {
    const record = await start(store)
    const outcomes = await behind(rowOf(record), () =>
      store.steps.check({ ...keyOf(record), ...guess(true) }),
    )
    expect(kindsOf(outcomes)).toEqual({ approved: 1, refused: PARALLEL - 1 })
  })

  it('C38: an answer made beforehand is made again where the row changed meanwhile', async () => {
    const record = await start(store, { maxAttempts: PARALLEL })
    const seen: number[] = []
    const outcomes = await behind(rowOf(record), () => {
      const write = idempotency<CheckEffect>({
        answer: (effect) => Buffer.from(JSON.stringify(effect.record.failed)),
      })
      const input = { ...keyOf(record), ...guess(false), idempotency: write }
      return store.steps.check(input).then(async (outcome) => {
        const kept = await store.verifications.findAnswer(write.key, T0)
        seen.push(JSON.parse(Buffer.from(kept?.answer ?? []).toString()))
        return outcome
      })
    })
    expect(kindsOf(outcomes)).toEqual({ wrong: PARALLEL })
    expect(seen.sort()).toEqual(Array.from({ length: PARALLEL }, (_, n) => n + 1))
  })
})

describe('between lease and beginning', () => {
  /** The store's outbox, whose claims pause in the middle. */
  const pausedBy = (pause: () => Promise<unknown>) => {
    const real = createQuery(pool)
    let isFirst = true
    const query: Query = async (statement) => {
      const rows = await real(statement)
      if (isFirst) {
        isFirst = false
        await pause()
      }
      return rows as never
    }
    return { outbox: createOutbox(createOutboxEngine({ query, timeOf: (now) => now })) }
  }
  const one = async (change = {}) => {
    await emptyOutbox(store)
    return start(store, change)
  }

  it.each([
    ['approved', (r: VerificationRecord) => store.steps.check({ ...keyOf(r), ...guess(true) })],
    ['canceled', (r: VerificationRecord) => store.steps.cancel({ ...keyOf(r), now: T0 })],
  ] as const)('I6: what is %s is not begun', async (status, end) => {
    const record = await one()
    expect(
      await claim(
        pausedBy(() => end(record)),
        T0,
        sendAll,
      ),
    ).toEqual([])
    expect(await store.verifications.deliveriesOf(record.id)).toMatchObject([
      { status: 'canceled', tries: 0 },
    ])
    expect(await store.verifications.find('default', record.id)).toMatchObject({ status })
  })

  it('a resend is begun once, in its successor', async () => {
    const record = await one()
    const again = { expectedSends: 1, channel: 'sms', now: T0 + MINUTE } as const
    const resend = () => store.steps.resend({ ...keyOf(record), ...again })
    expect(await claim(pausedBy(resend), T0, sendAll)).toEqual([])
    expect(await claimOne(store, T0 + MINUTE)).toMatchObject({ sendNumber: 2, tryNumber: 1 })
  })

  it('C23: a worker that stalls past the short lease has lost the row to another', async () => {
    const record = await one()
    const late = T0 + 5_000
    let taken: Awaited<ReturnType<typeof claimOne>> | undefined
    const frozen = pausedBy(async () => {
      expect(await claim(store, late - 1, sendAll)).toEqual([])
      taken = await claimOne(store, late)
    })
    expect(await claim(frozen, T0, sendAll)).toEqual([])
    expect(taken).toMatchObject({ verificationId: record.id, tryNumber: 1, reclaimed: false })
    if (taken) expect(await store.outbox.settle(settlement(taken, late, SENT))).toBe('settled')
  })

  it('C23: the previous worker can no longer settle, and its send counts as one that may have gone out', async () => {
    const record = await one()
    const first = await claimOne(store, T0)
    const over = first.leaseUntil
    let told: string | undefined
    const second = await claim(
      pausedBy(async () => {
        told = await store.outbox.settle(settlement(first, over, SENT))
      }),
      over,
      sendAll,
    )
    expect(told).toBe('fenced')
    expect(second).toMatchObject([{ tryNumber: 2, ambiguous: 1, reclaimed: true }])
    const types = (await eventsOf(store, record.id)).map(({ type }) => type)
    expect(types).toEqual([
      ...['verification.started', 'delivery.attempted'],
      ...['delivery.reclaimed', 'delivery.attempted'],
    ])
  })

  it('I5: a node that dies there leaves the row due again in seconds, and nothing else changed', async () => {
    const record = await one()
    const dead = pausedBy(() => Promise.reject(new Error('killed')))
    await expect(claim(dead, T0, sendAll)).rejects.toThrow('killed')
    expect(await nextDueAt(store.outbox)).toBe(T0 + 5_000)
    expect(await claimOne(store, T0 + 5_000)).toMatchObject({
      ...{ verificationId: record.id, tryNumber: 1, ambiguous: 0, reclaimed: false },
    })
  })
})

describe('a connection that breaks', () => {
  const attemptsOf = async ({ id }: { id: string }) =>
    (await store.verifications.find('default', id))?.attempts
  afterEach(() => other.query('rollback'))

  it('before the step happened: 503, and it does not happen later', async () => {
    const record = await start(store)
    const [text, value] = rowOf(record)
    await other.query('begin')
    await other.query(text, [value])
    const failed = store.steps
      .check({ ...keyOf(record), ...guess(false) })
      .catch((error: unknown) => error)
    await vi.waitFor(async () => expect(await other.waiting()).toBe(1))
    await store.database.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`)
    expect(await failed).toBeInstanceOf(StoreUnavailableError)
    await other.query('rollback')
    expect(await attemptsOf(record)).toBe(0)
    expect((await store.steps.check({ ...keyOf(record), ...guess(false) })).kind).toBe('wrong')
  })

  it('after the step was committed: 503, and it is not done a second time', async () => {
    const proxy = await startCuttingProxy(store.database.url)
    const far = await createPostgresStore({ url: proxy.url, clock: 'caller', size: 1 })
    const record = await start(store)
    const around = <T>(text: string, step: () => Promise<T>) => {
      proxy.cutAnswerTo(text)
      return expect(step()).rejects.toBeInstanceOf(StoreUnavailableError)
    }
    const steps = createSteps(far.verifications)
    await around('cs_change_', () => steps.check({ ...keyOf(record), ...guess(false) }))
    await vi.waitFor(async () => expect(await attemptsOf(record)).toBe(1))
    const write = idempotency<CheckEffect>()
    const input = { ...keyOf(record), ...guess(true), idempotency: write }
    await around('cs_change_', () => steps.check(input))
    // Who asks again under the same key is told what happened.
    expect((await steps.check(input)).kind).toBe('answered_before')
    const types = (await eventsOf(store, record.id)).map(({ type }) => type)
    expect(types.filter((type) => type === 'verification.approved')).toHaveLength(1)
    await far.close()
    proxy.close()
  })
})
