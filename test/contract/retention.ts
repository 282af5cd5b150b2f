// What every RetentionStore keeps: what is erased when, what is counted, what stays. Run on each implementation.
// It must not share a store: the oldest rows are what is asked for.

import { beforeEach, describe, expect, it } from 'vitest'
import type { RetentionStore } from '../../src/retention/ports.ts'
import { enrol, SINCE } from './factor-steps.ts'
import { claimOne, nextDueAt, SENT, settlement } from './outbox-steps.ts'
import { ACTOR, HOUR, mac, newFactorVerification, T0 } from './rows.ts'
import { guess, keyOf, type Stores, start, typesOf } from './stores.ts'

type WithRetention = Stores & { retention: RetentionStore }
type Row = Record<string, unknown>

/** @param open an empty store, and what a stranger reads of its tables */
export function describeRetention(
  open: () => Promise<{ store: WithRetention; read(sql: string): Promise<Row[]> }>,
): void {
  describe('retention', () => {
    let store: WithRetention
    let read: (sql: string) => Promise<Row[]>
    beforeEach(async () => {
      ;({ store, read } = await open())
    })
    const counted = () =>
      read(
        'select day, country, provider, status, delivery_status as delivered, count from daily_counts order by day, status',
      )
    const refused = (at: number, budgetIndex: Uint8Array | null = null) =>
      store.events.append([
        {
          ...{ ...ACTOR, at, type: 'request.refused', verificationId: null, budgetIndex },
          details: { error: 'rate_limited' },
        },
      ])
    const approve = async (createdAt: number, budgetIndex = mac()) => {
      const record = await start(store, { createdAt, budgetIndex })
      await store.outbox.settle(settlement(await claimOne(store, createdAt), createdAt + 1, SENT))
      await store.steps.check({ ...keyOf(record), ...guess(true, createdAt + 3) })
      return record
    }

    it('removes the oldest with all that hangs on them, and counts them by day and kind', async () => {
      const first = await approve(T0)
      await approve(T0 + HOUR)
      await refused(T0 + HOUR)
      const canceled = await start(store, { createdAt: T0 + 48 * HOUR })
      await store.steps.cancel({ ...keyOf(canceled), ...guess(true, T0 + 48 * HOUR) })
      const young = await approve(T0 + 100 * HOUR)
      await refused(T0 + 100 * HOUR)
      const before = T0 + 100 * HOUR
      expect(await store.retention.purge({ before: T0, limit: 10 })).toBe(0)
      expect(await store.retention.purge({ before, limit: 1 })).toBeGreaterThan(0)
      while ((await store.retention.purge({ before, limit: 2 })) > 0);
      expect(await store.verifications.find('default', first.id)).toBeUndefined()
      expect(await typesOf(store, first.id)).toEqual([])
      expect(await store.verifications.find('default', young.id)).toMatchObject({ id: young.id })
      const day = Math.floor(T0 / (24 * HOUR))
      const sent = { country: 'US', provider: 'acme', status: 'approved', delivered: 'sent' }
      expect(await counted()).toEqual([
        { day, ...sent, count: 2 },
        {
          day: day + 2,
          ...sent,
          provider: '',
          status: 'canceled',
          delivered: 'canceled',
          count: 1,
        },
      ])
      for (const table of ['deliveries', 'send_attempts', 'verifications'])
        expect(await read(`select count(*) as n from ${table}`), table).toEqual([{ n: 1 }])
      expect(await read('select count(*) as n from events where verification_seq is null')).toEqual(
        [{ n: 1 }],
      )
    })

    it('erases addresses and user agents of older rows, once, and leaves the rest', async () => {
      await approve(T0)
      await refused(T0 + 5)
      const young = await start(store, { createdAt: T0 + HOUR })
      const left = async (table: string) =>
        (await read(`select count(*) as n from ${table} where client_ip is not null`))[0]?.n
      let rounds = 0
      while ((await store.retention.eraseAddresses({ before: T0 + HOUR, limit: 2 })) > 0)
        rounds += 1
      expect(rounds).toBeGreaterThan(1)
      expect([await left('verifications'), await left('events')]).toEqual([1, 1])
      expect(await read('select count(*) as n from events where user_agent is not null')).toEqual([
        { n: 1 },
      ])
      expect(await store.verifications.find('default', young.id)).toMatchObject({
        clientIp: ACTOR.clientIp,
      })
    })

    it('removes and erases verifications by an app, too, which had no message', async () => {
      const old = await start(store, newFactorVerification({ createdAt: T0 }))
      await approve(T0 + 1)
      while ((await store.retention.purge({ before: T0 + HOUR, limit: 9 })) > 0);
      expect(await store.verifications.find('default', old.id)).toBeUndefined()
      expect(
        await read("select count(*) as n from daily_counts where delivery_status = ''"),
      ).toEqual([{ n: 1 }])
      const subject = mac()
      await start(store, newFactorVerification({ createdAt: T0 + HOUR, budgetIndex: subject }))
      const erasure = { budgetIndexes: [subject], now: T0 + HOUR, actor: ACTOR, limit: 9 }
      expect(await store.retention.erase(erasure)).toMatchObject({ verifications: 1 })
    })

    it('a check whose verification is erased before it is settled finds nothing, and a continuation', async () => {
      const subject = mac()
      const record = await start(store, { budgetIndex: subject })
      await store.steps.charge({ ...keyOf(record), ...guess(false) })
      const erasure = { budgetIndexes: [subject], now: T0 + 1, actor: ACTOR, limit: 9 }
      await store.retention.erase(erasure)
      const settling = { ...keyOf(record), ...guess(true), actor: ACTOR }
      expect(await store.steps.check(settling)).toEqual({ kind: 'gone' })
      const again = { ...keyOf(record), now: T0 + 2, actor: ACTOR, idempotency: null }
      expect(await store.steps.continue(again)).toBeUndefined()
    })

    it('erases addresses of rows added after everything was removed, whatever their number', async () => {
      const left = async (table: string) =>
        (await read(`select count(*) as n from ${table} where client_ip is not null`))[0]?.n
      const eraseAll = async (before: number) => {
        while ((await store.retention.eraseAddresses({ before, limit: 9 })) > 0);
      }
      for (let n = 0; n < 5; n += 1) await approve(T0)
      await eraseAll(T0 + HOUR)
      while ((await store.retention.purge({ before: T0 + HOUR, limit: 9 })) > 0);
      // More than there were before, while none of them is old enough.
      for (let n = 0; n < 30; n += 1) {
        await start(store, { createdAt: T0 + HOUR })
        await eraseAll(T0 + HOUR)
      }
      expect([await left('verifications'), await left('events')]).toEqual([30, 30])
      await eraseAll(T0 + 2 * HOUR)
      expect([await left('verifications'), await left('events')]).toEqual([0, 0])
    })

    it('erases one recipient under every key of the ring, pending verifications too, and nobody else', async () => {
      const [old, current, other] = [mac(), mac(), mac()]
      await approve(T0, old)
      const pending = await start(store, { createdAt: T0 + 1, budgetIndex: current })
      const stays = await start(store, { createdAt: T0 + 2, budgetIndex: other })
      await enrol(store, { subjectIndex: current })
      const kept = await enrol(store, { subjectIndex: other })
      await refused(T0 + 3, current)
      await refused(T0 + 3, other)
      const erase = () =>
        store.retention.erase({
          ...{ budgetIndexes: [current, old], now: T0 + 9, actor: ACTOR, limit: 100 },
        })
      expect(await erase()).toEqual({
        verifications: 2,
        factors: 1,
        suppressions: 0,
        entries: 0,
        events: 2,
      })
      expect(await erase()).toEqual({
        verifications: 0,
        factors: 0,
        suppressions: 0,
        entries: 0,
        events: 0,
      })
      expect(await store.verifications.find('default', pending.id)).toBeUndefined()
      expect(await store.verifications.find('default', stays.id)).toMatchObject({
        status: 'pending',
      })
      expect(await store.factors.find('default', kept.id, SINCE)).toMatchObject({ id: kept.id })
      expect((await counted()).map(({ status, count }) => [status, count])).toEqual([
        ['approved', 1],
        ['canceled', 1],
      ])
      const page = await store.events.list({
        ...{ service: null, types: ['recipient.erased'], cursor: null, limit: 5 },
      })
      expect(page.items).toMatchObject([
        {
          keyId: ACTOR.keyId,
          details: { verifications: 2, factors: 1, suppressions: 0, entries: 0, events: 2 },
          verificationId: null,
        },
      ])
      expect(await nextDueAt(store.outbox)).toBe(T0 + 2)
    })
  })
}
