// The span before is read with an hour of which the later minutes are taken off again: nothing of those minutes is shown.

import { afterAll, expect, it } from 'vitest'
import { createSummaries } from '../../src/admin/summary.ts'
import type { Span } from '../../src/counts/buckets.ts'
import { fold } from '../../src/counts/fold.ts'
import { createNames } from '../../src/counts/names.ts'
import type { CountedEvent } from '../../src/counts/ports.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/kernel/clock.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'

const HOUR = 1_800_000_000_000 - (1_800_000_000_000 % HOUR_MS)
/** Of the hour that runs. */
const MINUTE = 40
const SPAN_MS = { '1h': HOUR_MS, '24h': DAY_MS } as const
const BOUGHT = { provider: 'twilio', send: 1, attempt: 1, duration_ms: 5, channel: 'sms' }

const directory = makeDirectory()
afterAll(() => directory.remove())

/** What one verification writes: started, sent for money, arrived, approved; and a request that was refused. */
function eventsAt(at: number, country: string, sequence: number): CountedEvent[] {
  const about = {
    at,
    service: 'a',
    kind: 'real',
    country,
    purpose: 'login',
    channel: 'sms',
  } as const
  const rest = { messageChannel: 'sms', lastProvider: null, lastChannel: null, priced: [] } as const
  const costs = { country, parts: 1, price: '0.01', currency: 'USD' }
  const told = [
    ['verification.started', {}],
    ['delivery.sent', { ...BOUGHT, ...costs }],
    ['delivery.delivered', { ...BOUGHT, after_ms: 3_000 }],
    ['verification.approved', {}],
    ['request.refused', { error: `refused in ${country}`, count: 3 }],
  ] as const
  return told.map(([type, details], n) => {
    const of = type === 'request.refused' ? { ...about, kind: null } : about
    return { ...of, ...rest, type, details, createdAt: at, sequence: sequence + n }
  })
}

it.each(['1h', '24h'] satisfies Span[])(
  '%s: what came later in the hour that the span before ends in is none of it',
  async (span) => {
    const now = HOUR + MINUTE * MINUTE_MS
    const hourBefore = HOUR - SPAN_MS[span]
    const of = (minute: number, country: string) =>
      eventsAt(hourBefore + minute * MINUTE_MS, country, minute * 10)
    const store = await openStore(`${directory.path}/${span}.db`)
    const { from, to } = await store.counts.next(1)
    const events = [...of(MINUTE - 1, 'US'), ...of(MINUTE + 1, 'US'), ...of(MINUTE + 2, 'FR')]
    const rows = fold(events, { now, from, nameOf: createNames([]) })
    expect(await store.counts.apply({ from, to, rows })).toBe(true)
    const summaries = createSummaries({
      store: store.counts,
      counter: { catchUp: async () => ({ until: 0, isBehind: false }) },
      clock: { now: () => now },
    })
    const { before, groups, reasons } = await summaries.of({
      ...{ service: null, span, by: 'country', only: null },
    })
    const isLater = span === '1h'
    const one = { started: 1, sent: 1, delivered: 1, approved: 1, conversion: 1 }
    const times = { deliver: expect.anything(), approve: expect.anything() }
    const spent = { costs: [{ currency: 'USD', messages: 1, parts: 1, micros: 10_000 }] }
    expect(before).toMatchObject({ ...one, ...times, ...spent, refused: 3 })
    expect(groups.find(({ value }) => value === 'US')?.before).toMatchObject({ ...one, ...spent })
    // What came later is a part of the hour that runs, and of no day that does.
    expect(groups.map(({ value }) => value).includes('FR')).toBe(isLater)
    expect(reasons).toContainEqual({
      ...{ reason: 'refused in US', now: isLater ? 3 : 0, before: 3 },
    })
    expect(reasons.some(({ reason }) => reason === 'refused in FR')).toBe(isLater)
    await store.close()
  },
)
