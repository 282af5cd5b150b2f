// C76: what every store counts of its log: each event once, in the rows of its own time, whoever counts and whoever dies.
// The log is counted again here, by a scan.

import { describe, expect, it } from 'vitest'
import { createCosts } from '../../src/admin/costs.ts'
import { cover } from '../../src/counts/buckets.ts'
import { createCounter } from '../../src/counts/counter.ts'
import { fold } from '../../src/counts/fold.ts'
import { createNames } from '../../src/counts/names.ts'
import { type Buckets, DIMENSIONS, LEVELS, STAGES, type Tally } from '../../src/counts/ports.ts'
import type { EventDetails, EventRecord, EventType, NewEvent } from '../../src/events/types.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { createId } from '../../src/kernel/ids.ts'
import type { Store } from '../../src/storage/store.ts'
import type { NewVerification } from '../../src/verification/state.ts'
import { ACTOR, createInput, HOUR, MINUTE, mac, newVerification, T0 } from './rows.ts'
import type { Stores } from './stores.ts'

const LOGGER = { info() {}, warn() {} }
const NOW = T0 + HOUR

type Event = Pick<NewEvent, 'type'> & Partial<Pick<NewEvent, 'details' | 'at'>>

export function describeCounts(factory: () => Stores & Store): void {
  const counter = (batch?: number) =>
    createCounter({
      ...{ store: factory().counts, clock: { now: () => NOW }, logger: LOGGER },
      ...(batch && { batch }),
    })
  /** To the end of the log. */
  const countAll = async (batch?: number) => {
    const one = counter(batch)
    while ((await one.catchUp()).isBehind);
  }
  const append = (service: string, verificationId: string | null, events: readonly Event[]) =>
    factory().events.append(
      events.map((event) => ({
        ...{ ...ACTOR, service, at: T0, verificationId, budgetIndex: null, details: {} },
        ...event,
      })),
    )
  const read = async (service: string, dimension: keyof typeof DIMENSIONS, level = 'minute') => {
    const all = await factory().counts.tallies({
      ...{ service, dimensions: [DIMENSIONS[dimension]] },
      buckets: cover(0, T0 - DAY_MS - (T0 % DAY_MS), T0 + 2 * DAY_MS - (T0 % DAY_MS)).flatMap(
        ({ at }): Buckets =>
          level === 'day'
            ? [{ group: 0, level: LEVELS.day, at }]
            : Array.from({ length: 1440 }, (_, n) => {
                return { group: 0, level: LEVELS.minute, at: at + n * MINUTE }
              }),
      ),
    })
    const entries = all.map(({ value, ...row }): [string, Tally] => [value, onlySome(row)])
    return Object.fromEntries(entries)
  }
  /** The stages that are not zero. */
  const onlySome = (row: Tally) =>
    Object.fromEntries(STAGES.flatMap((name) => (row[name] ? [[name, row[name]]] : []))) as Tally

  const scan = async (service: string): Promise<EventRecord[]> => {
    const found: EventRecord[] = []
    let cursor: string | null = null
    do {
      const page = await factory().events.list({ service, cursor, limit: 100 })
      found.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    return found
  }
  const startOf = async (service: string, change: Partial<NewVerification> = {}) => {
    const record = newVerification({ service, ...change })
    const input = createInput(record, { actor: { ...ACTOR, service } })
    const outcome = await factory().verifications.create(input)
    if (outcome.kind !== 'created') throw new Error(outcome.kind)
    return outcome.record
  }

  describe('counts', () => {
    it('C76: has each event once in its minute and day, by what it is about', async () => {
      const service = createId('sup', T0)
      const one = await startOf(service)
      const two = await startOf(service, { country: 'FR', createdAt: T0 + MINUTE })
      const sent = { provider: 'twilio', send: 1, attempt: 1, duration_ms: 5 }
      const cost = { channel: 'sms', country: 'US', parts: 2, price: '0.0158', currency: 'USD' }
      await append(service, one.id, [
        { type: 'delivery.sent', details: { ...sent, ...cost } },
        {
          type: 'delivery.delivered',
          details: { ...sent, channel: 'sms', after_ms: 3000 },
        },
        {
          type: 'delivery.delivered',
          details: { ...sent, channel: 'sms', after_ms: 3000, double: true },
        },
        { type: 'verification.approved', at: T0 + 20_000 },
      ])
      await append(service, two.id, [
        { type: 'delivery.failed', at: T0 + MINUTE, details: { ...sent, error: 'e', message: '' } },
        { type: 'verification.expired', at: T0 + 10 * MINUTE },
        { type: 'check.incorrect', at: T0 },
      ])
      await append(service, null, [
        { type: 'request.refused', details: { error: 'rate_limited', limit: 'l', count: 7 } },
      ])
      await countAll()
      await countAll()
      const totals = { started: 2, sent: 1, delivered: 1, failed: 1, approved: 1, unapproved: 1 }
      for (const level of ['minute', 'day'])
        expect(await read(service, 'all', level)).toEqual({ '': { ...totals, refused: 7 } })
      expect(await read(service, 'country')).toEqual({
        US: { started: 1, sent: 1, delivered: 1, approved: 1 },
        FR: { started: 1, failed: 1, unapproved: 1 },
        '': { refused: 7 },
      })
      expect(await read(service, 'reason')).toEqual({ l: { refused: 7 } })
      expect(await read(service, 'provider')).toMatchObject({
        twilio: { sent: 1, delivered: 1, failed: 1 },
      })
      // Of the message, whose row says how it went: neither event does.
      expect(await read(service, 'route')).toMatchObject({
        'sms/FR/twilio': { failed: 1 },
        'sms/US/twilio': { sent: 1, delivered: 1 },
      })
      expect(await read('', 'service')).toMatchObject({ [service]: { ...totals, refused: 7 } })
      const query = {
        ...{ service, dimensions: [DIMENSIONS.all] },
        buckets: [{ group: 3, level: LEVELS.day, at: T0 - (T0 % DAY_MS) }],
      }
      const { counts } = factory()
      expect(await counts.costs(query)).toEqual([
        {
          ...{ group: 3, dimension: 0, value: '', currency: 'USD' },
          ...{ messages: 1, parts: 2, micros: 15_800 },
        },
      ])
      expect(await counts.times(query)).toEqual([
        expect.objectContaining({ kind: 0, bucket: 8, n: 1 }),
        expect.objectContaining({ kind: 1, bucket: 13, n: 1 }),
      ])
    })

    it.each([1, 2, 500])(
      'I18: costs are those of the log, whatever a step holds: %i events',
      async (batch) => {
        const service = createId('sup', T0)
        const { id } = await startOf(service)
        const ours = { parts: 2, price: '0.10', currency: 'USD' }
        const theirs = { price: '0.07', currency: 'EUR' }
        const all: [EventType, send: number, details: EventDetails][] = [
          ['delivery.sent', 1, ours],
          ['delivery.undelivered', 1, { ...theirs, error: '30003' }],
          ['delivery.delivered', 1, { ...theirs, price: '0.08' }],
          // Its answer was lost: two events of one message, the second without a price.
          ['delivery.retrying', 2, ours],
          ['delivery.sent', 2, {}],
          ['delivery.delivered', 2, { ...theirs, parts: 3 }],
          // Without PRICES_FILE.
          ['delivery.sent', 3, {}],
          ['delivery.undelivered', 3, theirs],
          ['delivery.delivered', 4, {}],
          ['delivery.sent', 4, ours],
          ['delivery.failed', 5, { parts: 1 }],
        ]
        for (const [n, [type, send, details]] of all.entries()) {
          const about = { channel: 'sms', provider: 'twilio', country: 'US' }
          const at = T0 + n * 1000
          await append(service, id, [
            { type, at, details: { ...about, send, attempt: 1, ...details } },
          ])
          if (batch === 1) await countAll(1)
        }
        await countAll(batch)
        const { lines } = await createCosts({ events: factory().events })({
          ...{ service, since: 0, until: T0 + DAY_MS },
        })
        const buckets = [{ group: 0, level: LEVELS.day, at: T0 - (T0 % DAY_MS) }]
        const found = await factory().counts.costs({
          ...{ service, buckets, dimensions: [DIMENSIONS.route] },
        })
        const ofLog = lines.map(({ currency, messages, parts, micros }) => {
          return { currency: currency ?? '', messages, parts, micros }
        })
        const counted = found
          .filter(({ messages }) => messages > 0)
          .map(({ value, group: _g, dimension: _d, ...cost }) => {
            expect(value).toBe('sms/US/twilio')
            return cost
          })
        const byCurrency = (a: { currency: string }, b: { currency: string }) =>
          a.currency < b.currency ? -1 : 1
        expect(counted.toSorted(byCurrency)).toEqual(ofLog.toSorted(byCurrency))
        expect(counted).toHaveLength(3)
      },
    )

    it('C76: equals a scan of the log, however many count it at once', async () => {
      const service = createId('sup', T0)
      for (const kind of ['real', 'real', 'decoy', 'test'] as const) {
        const { id } = await startOf(service, { kind })
        for (let n = 0; n < 40; n += 1)
          await append(service, id, [
            { type: n % 3 === 0 ? 'verification.approved' : 'delivery.retrying', at: T0 + n * 777 },
          ])
      }
      await Promise.all([countAll(3), countAll(7), countAll(2)])
      await countAll()
      const events = await scan(service)
      const real = events.filter(({ details }) => details.kind === 'real')
      const ids = new Set(real.map(({ verificationId }) => verificationId))
      const ofReal = events.filter(({ verificationId }) => ids.has(verificationId))
      const numberOf = (type: string) => ofReal.filter((one) => one.type === type).length
      expect(real).toHaveLength(2)
      expect(await read(service, 'all')).toEqual({
        '': {
          started: 2,
          approved: numberOf('verification.approved'),
          retried: numberOf('delivery.retrying'),
        },
      })
    })

    it('C76: loses and repeats nothing where the newest rows are erased and their numbers are given again', async () => {
      const service = createId('sup', T0)
      const budgetIndex = mac()
      /** Several events, so that their numbers are given to others. */
      const startErasable = async () => {
        const { id } = await startOf(service, { budgetIndex, addressIndex: budgetIndex })
        await append(
          service,
          id,
          Array.from({ length: 4 }, () => ({ type: 'check.incorrect' })),
        )
      }
      await startOf(service)
      await startErasable()
      await countAll()
      const erase = () =>
        factory().retention.erase({
          ...{ budgetIndexes: [budgetIndex], now: T0, actor: { ...ACTOR, service }, limit: 50 },
        })
      expect((await erase()).verifications).toBe(1)
      await startOf(service)
      await countAll()
      expect(await read(service, 'all')).toEqual({ '': { started: 3 } })
      // What was read and is erased before it is counted, while others take its numbers.
      await startErasable()
      const { counts } = factory()
      const { from, events, to } = await counts.next(500)
      expect(events).toHaveLength(5)
      const rows = fold(events, { now: NOW, from, nameOf: createNames([]) })
      await erase()
      await startOf(service)
      await startOf(service)
      await counts.apply({ from, to, rows })
      await countAll()
      const { '': all } = await read(service, 'all')
      // Where its number is never given again, what was read is counted: it happened.
      expect([5, 6]).toContain(all?.started)
      await startOf(service)
      await countAll()
      expect((await read(service, 'all'))['']?.started).toBe((all?.started ?? 0) + 1)
    })

    it('C76: an event counts in its own minute, however late or early it comes', async () => {
      const service = createId('sup', T0)
      const { id } = await startOf(service)
      const at = (minutes: number) => T0 + minutes * MINUTE
      await append(service, id, [{ type: 'verification.approved', at: at(30) }])
      await append(service, id, [{ type: 'verification.approved', at: at(-90) }])
      await countAll()
      const { counts } = factory()
      const inMinute = async (minutes: number) => {
        const buckets = [{ group: 0, level: LEVELS.minute, at: at(minutes) }]
        const [row] = await counts.tallies({ service, buckets, dimensions: [DIMENSIONS.all] })
        return row?.approved ?? 0
      }
      expect(await Promise.all([inMinute(30), inMinute(-90), inMinute(0)])).toEqual([1, 1, 0])
    })

    it('C76: a clock that jumps while it counts leaves no event out, and puts none into another minute', async () => {
      const service = createId('sup', T0)
      const jumps = [0, 2 * DAY_MS, -3 * HOUR, 5 * HOUR, -2 * DAY_MS, MINUTE]
      const countAt = async (now: number) => {
        const { counts: store } = factory()
        const one = createCounter({ store, clock: { now: () => now }, logger: LOGGER })
        while ((await one.catchUp()).isBehind);
      }
      for (const [n, jump] of jumps.entries()) {
        const at = T0 + n * MINUTE + jump
        const { id } = await startOf(service, { createdAt: at })
        await append(service, id, [{ type: 'verification.approved', at: at + 1 }])
        await countAt(at + 2)
      }
      const { counts } = factory()
      const of = async (level: keyof typeof LEVELS, ats: readonly number[]) => {
        const buckets = ats.map((at, group) => ({ group, level: LEVELS[level], at }))
        const rows = await counts.tallies({ service, buckets, dimensions: [DIMENSIONS.all] })
        return ats.map((_, group) => rows.find((row) => row.group === group)?.started ?? 0)
      }
      const times = jumps.map((jump, n) => T0 + n * MINUTE + jump)
      expect(
        await of(
          'minute',
          times.map((at) => at - (at % MINUTE)),
        ),
      ).toEqual(jumps.map(() => 1))
      const days = [...new Set(times.map((at) => at - (at % DAY_MS)))]
      expect((await of('day', days)).reduce((sum, one) => sum + one, 0)).toBe(jumps.length)
      // Counted by a node that is three days ahead: too old for a minute of its own, and in every longer one.
      const late = await startOf(service, { createdAt: T0 + 30 * MINUTE })
      await append(service, late.id, [{ type: 'verification.approved', at: T0 + 30 * MINUTE }])
      await countAt(T0 + 3 * DAY_MS)
      const [day = 0] = await of('day', [T0 - (T0 % DAY_MS)])
      const own = times.filter((at) => at - (at % DAY_MS) === T0 - (T0 % DAY_MS)).length
      expect(day).toBe(own + 1)
      expect(await of('ever', [0])).toEqual([jumps.length + 1])
    })

    it('C76: removes what is past its time, minutes long before days', async () => {
      const service = createId('sup', T0)
      await startOf(service)
      await countAll()
      const { counts } = factory()
      const before = T0 + DAY_MS
      const purge = async () => {
        while ((await counts.purge({ level: LEVELS.minute, before, limit: 3 })) > 0);
      }
      await purge()
      expect(await read(service, 'all')).toEqual({})
      expect(await read(service, 'all', 'day')).toEqual({ '': { started: 1 } })
    })
  })
}
