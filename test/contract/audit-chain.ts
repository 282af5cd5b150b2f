// What the chain of the log finds, on each engine: a row that was changed, removed or put in, at any place; and what it does not
// take for one: erasures, retention, other programs. The rows are changed by the engine's own shell.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ChainerDeps, createChainer } from '../../src/audit/chainer.ts'
import type { Verified } from '../../src/audit/findings.ts'
import { createSigner, type Head, readNote, signHead } from '../../src/audit/note.ts'
import { verifyChain } from '../../src/audit/verify.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'
import type { Store } from '../../src/storage/store.ts'
import { PATIENCE_MS } from '../long.ts'
import { ACTOR, HOUR, mac, T0 } from './rows.ts'
import { guess, keyOf, type Stores, start } from './stores.ts'

type WithAudit = Stores & Pick<Store, 'audit' | 'retention' | 'events'>
const SIGNER = createSigner(Buffer.alloc(32, 7))
const DAYS = { addresses: 30, recipients: 90 }

/** @param open an empty store, and a shell of its engine */
export function describeAuditChain(
  open: () => Promise<{
    store: WithAudit
    shell(sql: string): Promise<unknown>
    /** A row of nobody with this number, as a stranger writes it. */
    insertion(sequence: number): string
    /** Changes of a row that leave nothing which a version could have written. */
    unreadable: readonly string[]
    /** All rows of a table that was made of them. */
    restore(table: string): string
    reopen?(): Promise<WithAudit>
  }>,
): void {
  describe('the chain of the log', () => {
    let world: Awaited<ReturnType<typeof open>>
    let store: WithAudit
    let now = T0
    const heads: string[] = []
    const chainers: ReturnType<typeof createChainer>[] = []
    beforeEach(async () => {
      world = await open()
      ;({ store } = world)
      now = T0
      heads.length = 0
      await store.audit.claim({ name: 'chain', holder: 'begin', now: 0, leaseMs: 0 })
    })
    afterEach(async () => {
      for (const one of chainers.splice(0)) await one.stop(5_000)
    })

    const begin = (change: Partial<ChainerDeps> = {}) => {
      const chainer = createChainer({
        ...{ store: store.audit, hasGaps: false, signer: SIGNER, days: DAYS, closeAfterMs: 0 },
        onHead: async (note) => void heads.push(note),
        clock: { now: () => now },
        logger: { warn: () => {} },
        ...change,
      })
      chainers.push(chainer)
      chainer.start()
      return chainer
    }
    const verify = (kept: Head | null = null, days = DAYS): Promise<Verified> =>
      verifyChain({ store: store.audit, verifiers: [SIGNER.verifier], days, now, kept })
    /** Until nothing waits. */
    const chain = async (change: Partial<ChainerDeps> = {}) => {
      const chainer = begin(change)
      await expect.poll(async () => (await verify()).waiting, { timeout: PATIENCE_MS * 3 }).toBe(0)
      await chainer.stop(5_000)
    }
    const append = (
      at: number,
      much = 1,
      budgetIndex: Uint8Array | null = null,
      type: 'request.refused' | 'audit.head' = 'request.refused',
    ) =>
      store.events.append(
        Array.from({ length: much }, (_, n) => ({
          ...{ ...ACTOR, at, type, verificationId: null, budgetIndex },
          details: { n, error: 'rate_limited', \u00e9: '\u2028' },
        })),
      )
    const numbers = async () =>
      (await store.audit.leavesAfter(0, 5_000)).map(({ sequence }) => sequence)

    it('a log that nobody touched is as it was chained, in segments of one hour, whatever its clock did', async () => {
      const record = await start(store, { createdAt: T0 })
      await store.steps.check({ ...keyOf(record), ...guess(true, T0 + 5) })
      await append(T0 + HOUR, 3)
      await append(T0 - HOUR, 2)
      await append(T0 + 5 * HOUR, 2)
      now = T0 + 6 * HOUR
      await chain()
      const found = await verify()
      expect(found).toMatchObject({ wrong: null, events: (await numbers()).length, waiting: 0 })
      const segments = await store.audit.segmentsAfter(0, 10)
      expect(segments.map(({ hour }) => hour - Math.floor(T0 / HOUR))).toEqual([0, 1, -1, 5])
      expect(segments.map(({ after }) => after).slice(1)).toEqual(
        segments.map(({ last }) => last).slice(0, -1),
      )
      expect(readNote(heads.at(0) ?? '', [SIGNER.verifier])).toMatchObject({
        kind: 'head',
        head: { size: 1 },
      })
    })

    it('a full segment is closed, and the next one continues', async () => {
      await append(T0, 2_500)
      await chain()
      expect(await verify()).toMatchObject({ wrong: null, events: 2_500, segments: 3 })
    })

    it('names a row that was changed in any of its fields, at a segment’s border and in its midst', async () => {
      await append(T0, 3)
      await append(T0 + HOUR, 3)
      now = T0 + HOUR
      await chain()
      const all = await numbers()
      const places: readonly (readonly [number, string])[] = [
        [2, `key_id = 'key_somebody'`],
        [3, `at = at + 1`],
        [0, `service = 'bank'`],
        [5, `client_ip = '203.0.113.8'`],
        [1, `user_agent = null`],
        [4, `client_ip = null, user_agent = null`],
        [3, `budget_index = salt`],
        [2, `salt = null`],
        ...world.unreadable.map((change) => [1, change] as const),
      ]
      for (const [place, change] of places) {
        const sequence = all[place]
        const table = `saved_${places.findIndex((one) => one[1] === change)}`
        await world.shell(`create table ${table} as select * from events`)
        await world.shell(`update events set ${change} where seq = ${sequence}`)
        expect((await verify()).wrong, change).toMatchObject({ kind: 'changed', sequence })
        const columns = [
          'at',
          'type',
          'details',
          'service',
          'key_id',
          'client_ip',
          'user_agent',
          'budget_index',
          'salt',
        ]
        for (const column of columns)
          await world.shell(
            `update events set ${column} = (select s.${column} from ${table} s where s.seq = events.seq)`,
          )
        expect((await verify()).wrong, change).toBeNull()
      }
    })

    it('names the first row that was removed, and one that was put in between', async () => {
      const person = mac()
      await append(T0, 2)
      await append(T0, 1, person)
      await append(T0, 2)
      // Erased before it was chained: its number is free.
      await store.retention.erase({ budgetIndexes: [person], now: T0, actor: ACTOR, limit: 9 })
      await chain()
      const all = await numbers()
      const free = (all[1] ?? 0) + 1
      expect(all).not.toContain(free)
      await world.shell(world.insertion(free))
      expect((await verify()).wrong).toEqual({ kind: 'inserted', sequence: free, segment: 1 })
      await world.shell(`delete from events where seq in (${all[1]}, ${all[3]})`)
      expect(await verify()).toMatchObject({
        wrong: { kind: 'removed', sequence: all[1] },
        others: 2,
      })
      await world.shell(world.insertion(-5))
      expect((await verify()).wrong).toEqual({ kind: 'inserted', sequence: -5, segment: 1 })
    })

    it('names rows that were removed or put in at the border of two segments, and one whose number was changed', async () => {
      const person = mac()
      await append(T0, 2)
      await append(T0, 1, person)
      await append(T0 + HOUR, 1, person)
      await append(T0 + HOUR, 2)
      // Erased before it was chained: the numbers at the border are free.
      await store.retention.erase({ budgetIndexes: [person], now: T0, actor: ACTOR, limit: 9 })
      now = T0 + HOUR
      await chain()
      const [first, second] = await store.audit.segmentsAfter(0, 9)
      if (!first || !second) throw new Error('no border')
      expect(second.after).toBe(first.last)
      const all = await numbers()
      const next = all.find((sequence) => sequence > first.last) ?? 0
      expect(next - first.last).toBe(3)
      for (const sequence of [first.last + 1, next - 1]) {
        await world.shell(world.insertion(sequence))
        expect((await verify()).wrong).toEqual({ kind: 'inserted', sequence, segment: 2 })
        await world.shell(`delete from events where seq = ${sequence}`)
      }
      await world.shell('create table saved as select * from events')
      for (const [sequence, segment] of [
        [first.last, 1],
        [next, 2],
      ]) {
        await world.shell(`update events set at = at + 1 where seq = ${sequence}`)
        expect((await verify()).wrong).toEqual({ kind: 'changed', sequence, segment })
        await world.shell(`update events set at = at - 1 where seq = ${sequence}`)
        // As if the row had another place: it is missed where it was.
        const free = segment === 1 ? first.last + 1 : next - 1
        await world.shell(world.insertion(free))
        await world.shell(`delete from events where seq = ${sequence}`)
        const found = await verify()
        expect(found.wrong).toMatchObject({ kind: segment === 1 ? 'removed' : 'inserted' })
        expect(found.others).toBeGreaterThan(0)
        await world.shell('delete from events')
        await world.shell(world.restore('saved'))
        expect((await verify()).wrong).toBeNull()
      }
    })

    it('names what was done to the chain itself', async () => {
      for (const hour of [0, 1, 2]) await append(T0 + hour * HOUR, 2)
      now = T0 + 2 * HOUR
      await chain()
      const note = (await store.audit.lastSegment())?.note ?? ''
      const kept = readNote(note, [SIGNER.verifier])
      if (kept.kind !== 'head') throw new Error('no head')
      expect((await verify(kept.head)).wrong).toBeNull()
      // Within the signature, and not its last letter, whose last bits say nothing.
      const at = note.trimEnd().length - 20
      const changed = note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1)
      expect((await verify({ ...kept.head, hash: mac() })).wrong?.kind).toBe('kept_head_differs')
      const other = verifyChain({
        ...{ store: store.audit, days: DAYS, now, kept: null },
        verifiers: [createSigner(Buffer.alloc(32, 8)).verifier],
      })
      expect((await other).wrong).toMatchObject({ kind: 'unknown_key', segment: 3 })
      await world.shell('create table saved as select * from audit_segments')
      const forged = signHead(kept.head, createSigner(Buffer.alloc(32, 9)))
      const others =
        'after, last, count, hour, newest, at, address_days, recipient_days, root, entries, address_secret, note'
      const copyTo = (number: number) =>
        `insert into audit_segments (number, ${others}) select ${number}, ${others} from saved where number = 1`
      for (const [change, kind] of [
        ['delete from audit_segments where number = 2', 'segment_missing'],
        [copyTo(0), 'segment_inserted'],
        [copyTo(-7), 'segment_inserted'],
        ['delete from audit_segments where number = 3', 'end_missing'],
        ['update audit_segments set recipient_days = 1 where number = 2', 'head_changed'],
        ['update audit_segments set entries = null where number = 1', 'segment_changed'],
        ['update audit_segments set address_secret = null where number = 1', 'segment_changed'],
        ['update audit_segments set root = entries where number = 1', 'segment_changed'],
        [`update audit_segments set note = '${forged}' where number = 3`, 'unknown_key'],
        [`update audit_segments set note = '${changed}' where number = 3`, undefined],
      ] as const) {
        await world.shell(change)
        const { wrong } = await verify()
        expect(wrong, change).not.toBeNull()
        if (kind) expect(wrong?.kind, change).toBe(kind)
        await world.shell('delete from audit_segments')
        await world.shell('insert into audit_segments select * from saved')
      }
      expect((await verify()).wrong).toBeNull()
      // What a chain that was cut short and continued cannot show, a head that was kept does.
      await world.shell('delete from audit_segments where number = 3')
      await world.shell(`update log_readers set sequence = (select max(last) from audit_segments)`)
      expect((await verify(kept.head)).wrong?.kind).toBe('kept_head_beyond')
      // Nor one without any segment, but that the log has a head.
      await world.shell('delete from audit_segments')
      expect((await verify()).wrong).toBeNull()
      await world.shell('delete from log_readers')
      await append(T0, 1, null, 'audit.head')
      await store.audit.claim({ name: 'chain', holder: 'again', now: 0, leaseMs: 0 })
      expect((await verify()).wrong).toMatchObject({ kind: 'end_missing', segment: 0 })
    })

    it('an erased person’s rows go, with what hid them, and the log shows it: the chain holds', async () => {
      const person = mac()
      const record = await start(store, { createdAt: T0, budgetIndex: person })
      await append(T0, 1, person)
      const other = await start(store, { createdAt: T0 })
      await append(T0, 1)
      await chain()
      const erase = { budgetIndexes: [person], now: T0 + 1, actor: ACTOR, limit: 9 }
      await store.retention.erase(erase)
      expect(await store.verifications.find('default', record.id)).toBeUndefined()
      const { wrong, erased } = await verify()
      expect([wrong, erased > 1]).toEqual([null, true])
      await chain()
      expect((await verify()).wrong).toBeNull()
      // Numbers are not given again, also where the newest rows were the person's.
      const before = Math.max(...(await numbers()))
      await append(T0 + 2, 1, person)
      const last = Math.max(...(await numbers()))
      expect(last).toBeGreaterThan(before)
      await chain()
      await store.retention.erase({ ...erase, now: T0 + 3 })
      await append(T0 + 4, 1)
      expect((await numbers()).filter((one) => one === last)).toEqual([])
      await chain()
      expect((await verify()).wrong).toBeNull()
      // Another row is not excused by it.
      const [, rest] = await numbers()
      const mine = (await store.audit.leavesAfter(0, 100)).find(
        ({ verificationId }) => verificationId === other.id,
      )
      await world.shell(`delete from events where seq = ${mine?.sequence ?? rest}`)
      expect((await verify()).wrong).toMatchObject({ kind: 'removed', sequence: mine?.sequence })
    })

    it('retention removes addresses and rows, later hashes, too; not before their time', async () => {
      await append(T0, 3)
      const record = await start(store, { createdAt: T0 })
      now = T0
      await chain()
      expect((await store.audit.segmentsAfter(0, 1))[0]?.addressSecret).not.toBeNull()
      await append(T0 + 60 * DAY_MS, 2)
      now = T0 + 60 * DAY_MS
      await chain()
      const [before] = await store.audit.segmentsAfter(0, 1)
      // At sixty days those of the first segment are past their time, and what hid them is gone already.
      expect(before?.addressSecret).toBeNull()
      await store.retention.eraseAddresses({ before: T0 + 30 * DAY_MS, limit: 100 })
      expect((await verify()).wrong).toBeNull()
      expect((await verify(null, { addresses: 99, recipients: 90 })).wrong).toBeNull()
      await store.retention.purge({ before: T0 + DAY_MS, limit: 100 })
      expect(await store.verifications.find('default', record.id)).toBeUndefined()
      expect((await verify()).wrong?.kind).toBe('removed')
      now = T0 + 92 * DAY_MS
      expect(await verify()).toMatchObject({ wrong: null, events: 2 })
      await append(now, 1)
      now = T0 + 93 * DAY_MS
      await chain()
      const [first, , last] = await store.audit.segmentsAfter(0, 9)
      expect([first?.entries, last?.entries === null]).toEqual([null, false])
      expect(await verify()).toMatchObject({ wrong: null, events: 3, segments: 3 })
    })

    it('two nodes make one chain, and one that is stopped in between leaves it whole', async () => {
      for (let n = 0; n < 3; n += 1) {
        const nodes = [begin(), begin()]
        for (let k = 0; k < 5; k += 1) await append(T0 + (n * 5 + k) * HOUR, 20)
        now = T0 + n * 5 * HOUR
        await nodes[n % 2]?.stop(0)
        await nodes[(n + 1) % 2]?.stop(5_000)
      }
      now += 24 * HOUR
      await chain()
      expect(await verify()).toMatchObject({ wrong: null, events: 300, waiting: 0 })
    })
  })
}
