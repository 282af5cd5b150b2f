// What every EventStore keeps: append, and each filter with pages. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { searchEvents } from '../../src/admin/event-search.ts'
import type { EventQuery, NewEvent } from '../../src/events/types.ts'
import { InvalidCursorError } from '../../src/kernel/errors.ts'
import { ACTOR, mac, T0 } from './rows.ts'
import { type Stores, type StoresFactory, start } from './stores.ts'

const refusal = (change: Partial<NewEvent> = {}): NewEvent => ({
  ...ACTOR,
  at: T0,
  type: 'request.refused',
  verificationId: null,
  budgetIndex: null,
  details: { error: 'rate_limited', limit: 'sends_per_ip_day', times: 3 },
  ...change,
})

async function readAll({ events }: Stores, query: Omit<EventQuery, 'cursor'>) {
  const items = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof events.list>> = await events.list({ ...query, cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

export function describeEvents(factory: StoresFactory): void {
  describe('event log', () => {
    it('returns appended events unchanged', async () => {
      const stores = factory()
      const service = `s-${mac().toString('hex')}`
      const event = refusal({ service, details: { error: 'rate_limited', limit: null, a: true } })
      await stores.events.append([event])
      const { budgetIndex: _, ...expected } = event
      expect(await readAll(stores, { service, limit: 10 })).toEqual([
        { ...expected, reference: null, sequence: expect.any(Number) },
      ])
    })

    it('pages newest first by service, types and time, also where times are equal', async () => {
      const stores = factory()
      const service = `s-${mac().toString('hex')}`
      const types = ['request.refused', 'verification.continued', 'delivery.sent'] as const
      const appended = Array.from({ length: 30 }, (_, n) =>
        refusal({ service, at: T0 + Math.floor(n / 4), type: types[n % 3] ?? 'delivery.sent' }),
      )
      await stores.events.append(appended)
      const numbers = async (query: Partial<EventQuery>) =>
        (await readAll(stores, { service, limit: 7, ...query })).map((event) => event.sequence)
      const all = await numbers({})
      expect(all).toHaveLength(30)
      expect(all).toEqual([...all].sort((a, b) => b - a))
      expect(await numbers({ types: ['request.refused', 'delivery.sent'] })).toHaveLength(20)
      expect(await numbers({ since: T0 + 2, until: T0 + 4 })).toHaveLength(8)
      expect(await numbers({ types: ['delivery.sent'], since: T0 + 7 })).toHaveLength(1)
      expect(await numbers({ service: 'nobody' })).toEqual([])
      // Where times are equal, too, each row has the cursor of a slice that begins after it.
      const asked = { service, limit: 40, cursor: null }
      const { items, cursors } = await stores.events.list(asked)
      for (const [place, cursor] of cursors.entries())
        expect((await stores.events.list({ ...asked, cursor })).items).toEqual(
          items.slice(place + 1),
        )
      const everywhere = await numbers({ service: null, types: ['delivery.sent'], limit: 500 })
      expect(everywhere).toEqual(
        expect.arrayContaining(await numbers({ types: ['delivery.sent'] })),
      )
    })

    it('is searched by who and from where, page by page, in bounded steps that say how far', async () => {
      const { events } = factory()
      const service = `s-${mac().toString('hex')}`
      const by = (keyId: string | null, clientIp: string, n: number) =>
        refusal({ service, keyId, clientIp, at: T0 + n })
      const others = Array.from({ length: 4_300 }, (_, n) => by('key_b', '192.0.2.9', n + 100))
      const wanted = [1, 2, 3, 6_000, 6_001].map((n) => by('key_a', '192.0.2.7', n))
      await events.append([...wanted, ...others, by(null, '192.0.2.7', 7_000)])
      const query = { service, keyIds: ['key_a', 'key_c'], limit: 2, cursor: null }
      const first = await searchEvents(events, query)
      expect(first.items.map(({ at }) => at - T0)).toEqual([6_001, 6_000])
      // 4,000 rows were read behind them; the next three are further back.
      expect(first.lookedBackTo).toBeGreaterThan(T0 + 100)
      const second = await searchEvents(events, { ...query, cursor: first.nextCursor })
      expect(second.items.map(({ at }) => at - T0)).toEqual([3, 2])
      expect(second.lookedBackTo).toBeNull()
      const third = await searchEvents(events, { ...query, cursor: second.nextCursor })
      expect(third).toMatchObject({ nextCursor: null, lookedBackTo: null, items: [{ at: T0 + 1 }] })
      const from = { service, clientIp: '192.0.2.7', limit: 9, cursor: null }
      expect((await searchEvents(events, from)).items.map(({ at }) => at - T0)).toEqual([
        ...[7_000, 6_001, 6_000],
      ])
    })

    it('keeps the order in which events came together, whichever verification they are about', async () => {
      const stores = factory()
      const service = `s-${mac().toString('hex')}`
      const ids: string[] = []
      for (let n = 0; n < 5; n += 1) ids.push((await start(stores, { service })).id)
      // Some of a verification, some of none, the later verifications first.
      const about = [4, null, 1, 3, null, 0, 2, null, 4, 1, null, 0]
      const appended = Array.from({ length: 60 }, (_, n) => {
        const place = about[n % about.length] ?? null
        const verificationId = place === null ? null : (ids[place] ?? null)
        return refusal({ service, verificationId, details: { error: 'rate_limited', count: n } })
      })
      await stores.events.append(appended)
      const { items } = await stores.events.list({
        ...{ service, types: ['request.refused'], cursor: null, limit: 100 },
      })
      expect(items.map(({ details }) => details.count)).toEqual(
        Array.from({ length: 60 }, (_, n) => 59 - n),
      )
    })

    it('finds by verification, reference and person, in every combination', async () => {
      const stores = factory()
      const budgetIndex = mac()
      const record = await start(stores, { budgetIndex })
      const other = await start(stores, { budgetIndex, createdAt: T0 + 1 })
      await start(stores)
      await stores.events.append([
        refusal({ budgetIndex, at: T0 + 2 }),
        refusal({ budgetIndex: mac(), at: T0 + 2 }),
        refusal({ verificationId: record.id, at: T0 + 3 }),
      ])
      const count = async (query: Partial<EventQuery>) =>
        (await readAll(stores, { service: null, limit: 2, ...query })).length
      expect(await count({ verificationId: record.id })).toBe(2)
      expect(await count({ reference: record.reference })).toBe(2)
      expect(await count({ budgetIndexes: [mac(), budgetIndex] })).toBe(4)
      expect(await count({ budgetIndexes: [budgetIndex], verificationId: other.id })).toBe(1)
      expect(await count({ budgetIndexes: [mac()], verificationId: other.id })).toBe(0)
      expect(await count({ budgetIndexes: [budgetIndex], types: ['request.refused'] })).toBe(2)
      expect(await count({ reference: record.reference, verificationId: other.id })).toBe(0)
      expect(await count({ service: 'other', verificationId: record.id })).toBe(0)
      expect(await count({ budgetIndexes: [budgetIndex], since: T0 + 1, until: T0 + 3 })).toBe(2)
      expect(await count({ budgetIndexes: [mac(), budgetIndex], verificationId: null })).toBe(1)
    })

    it('C73: a refusal names its person: the one in the request, or the recipient of its verification', async () => {
      const stores = factory()
      const service = `s-${mac().toString('hex')}`
      const [budgetIndex, recipientSealed] = [mac(), mac()]
      const record = await start(stores, { service })
      await stores.events.append([
        refusal({ service, budgetIndex, recipientSealed }),
        refusal({ service, at: T0 + 1, verificationId: record.id }),
        refusal({ service, at: T0 + 2 }),
        refusal({ service, at: T0 + 3, type: 'limit.lifted', budgetIndex }),
      ])
      const list = (query: Partial<EventQuery>) =>
        stores.events.listRefusals({ service, cursor: null, limit: 10, ...query })
      const { items, nextCursor } = await list({})
      const about = items.map(({ at, verificationId, channel, ...rest }) => [
        ...[at - T0, verificationId, channel],
        ...[rest.budgetIndex, rest.recipientSealed].map((one) => one && Buffer.from(one)),
      ])
      expect(about).toEqual([
        [2, null, null, null, null],
        [1, record.id, record.channel, record.budgetIndex, Buffer.from(record.recipientSealed)],
        [0, null, null, budgetIndex, recipientSealed],
      ])
      expect(nextCursor).toBeNull()
      expect((await list({ budgetIndexes: [budgetIndex, mac()] })).items).toHaveLength(1)
      const first = await list({ limit: 2 })
      expect((await list({ limit: 2, cursor: first.nextCursor })).items).toHaveLength(1)
      // A page may begin after any of them.
      for (const [n, { cursor }] of items.entries())
        expect((await list({ cursor })).items).toEqual(items.slice(n + 1))
    })

    it('is followed: each event once and in order, from the end on, in bounded pages', async () => {
      const stores = factory()
      const service = `s-${mac().toString('hex')}`
      const { events } = stores
      await events.append([refusal({ service, details: { n: 0 } })])
      let { items, position, hasMore } = await events.follow(null, 2)
      expect([items, hasMore]).toEqual([[], false])
      await start(stores, { service })
      await events.append([1, 2, 3].map((n) => refusal({ service, details: { n } })))
      const pages: (string | undefined)[][] = []
      do {
        ;({ items, position, hasMore } = await events.follow(position, 2))
        pages.push(items.map(({ type, details }) => `${type} ${details.n ?? ''}`.trim()))
      } while (hasMore)
      expect(pages).toEqual([
        ['verification.started', 'request.refused 1'],
        ['request.refused 2', 'request.refused 3'],
        [],
      ])
      const again = await events.follow(position, 2)
      expect(again).toEqual({ items: [], position, hasMore: false })
    })

    it('is marked: the mark is another one once there are events, and else the same', async () => {
      const stores = factory()
      const { events } = stores
      await events.append([refusal({ details: {} })])
      const mark = await events.mark()
      expect(await events.mark()).toBe(mark)
      await start(stores)
      expect(await events.mark()).not.toBe(mark)
    })

    it('refuses a cursor that it did not make', async () => {
      const query = { service: null, limit: 5, cursor: 'bm90IG9uZQ' }
      await expect(factory().events.list(query)).rejects.toThrow(InvalidCursorError)
    })
  })
}
