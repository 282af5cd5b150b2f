// Advice on weights: its sentence, its numbers, and what must not move it.

import { describe, expect, it, vi } from 'vitest'
import { adviseOnWeights, sumUp } from '../../src/admin/advice/weights.ts'
import type { RecentTries, RecentTry } from '../../src/admin/ports.ts'
import { createWeights } from '../../src/admin/weights.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { T0 } from '../contract/rows.ts'

const MINUTE = 60_000
const NOW = T0 + 60 * MINUTE

const attempt = (provider: string, person: number, change: Partial<RecentTry> = {}): RecentTry => ({
  ...{ provider, channel: 'sms', country: 'BR', recipient: `person-${person}`, startedAt: T0 },
  ...{
    status: 'approved',
    checkedBy: null,
    outcome: null,
    result: 'sent',
    fault: null,
    receipt: 'delivered',
    receiptAt: T0 + 9_000,
  },
  ...change,
})
const PENDING = { receipt: null, receiptAt: null }
const LATE = { receiptAt: T0 + 6 * MINUTE }

/** So many people, of whom the first ones are changed. */
const people = (provider: string, count: number, some: number, change: Partial<RecentTry>) =>
  Array.from({ length: count }, (_, n) => attempt(provider, n, n < some ? change : {}))
const textsOf = (rows: RecentTry[]) => adviseOnWeights(sumUp(rows, NOW)).map(({ text }) => text)

describe('advice', () => {
  it('C92: takes the outcome that a caller reports, and nothing from those that say nothing', () => {
    const closed = (outcome: 'approved' | 'failed') => {
      return { status: 'closed', checkedBy: 'caller', outcome } as const
    }
    const rows = [
      ...people('twilio', 100, 80, closed('failed')),
      ...people('vonage', 100, 10, closed('failed')),
    ]
    expect(textsOf(rows)).toEqual([expect.stringContaining('20 % approved against 90 % by vonage')])
    const silent = { status: 'expired', checkedBy: 'caller' } as const
    expect(
      textsOf([...people('twilio', 100, 80, silent), ...people('vonage', 100, 0, {})]),
    ).toEqual([])
  })

  it('names the share that is late, and how much the other one should carry', () => {
    const rows = [...people('twilio', 100, 31, LATE), ...people('vonage', 100, 6, LATE)]
    expect(textsOf(rows)).toEqual([
      'twilio in BR: 31 % late against 6 % by vonage: send 80 % by vonage',
    ])
    expect(sumUp(rows, NOW)).toMatchObject([
      { provider: 'twilio', country: 'BR', recipients: 100, late: 0.31, failed: 0, approved: 1 },
      { provider: 'vonage', recipients: 100, late: 0.06 },
    ])
  })

  it('a message that is still without a receipt after five minutes is late; before, nobody knows', () => {
    const rows = [...people('twilio', 100, 31, PENDING), ...people('vonage', 100, 6, PENDING)]
    expect(textsOf(rows)).toEqual([
      'twilio in BR: 31 % late against 6 % by vonage: send 80 % by vonage',
    ])
    const onTheWay = { receipt: 'sent' as const, receiptAt: T0 + 1_000 }
    const sent = [...people('twilio', 100, 31, onTheWay), ...people('vonage', 100, 6, onTheWay)]
    expect(textsOf(sent)).toEqual(textsOf(rows))
    const young = { ...PENDING, startedAt: NOW - 5 * MINUTE }
    const more = [...people('twilio', 131, 31, young), ...people('vonage', 100, 6, PENDING)]
    expect(textsOf(more)).toEqual([])
    expect(sumUp(more, NOW)).toMatchObject([{ recipients: 131, late: 0 }, { late: 0.06 }])
  })

  it('there is none for ninety-nine people', () => {
    expect(textsOf([...people('twilio', 99, 31, LATE), ...people('vonage', 500, 6, LATE)])).toEqual(
      [],
    )
    expect(
      textsOf([...people('twilio', 500, 200, LATE), ...people('vonage', 99, 0, LATE)]),
    ).toEqual([])
  })

  it('one person counts once, however often they ask', () => {
    const flood = Array.from({ length: 1_000 }, () => attempt('twilio', 1, PENDING))
    expect(textsOf([...flood, ...people('vonage', 200, 0, {})])).toEqual([])
    expect(sumUp(flood, NOW)).toEqual([])
    const rows = [...flood, ...people('twilio', 150, 0, {}), ...people('vonage', 200, 0, {})]
    expect(textsOf(rows)).toEqual([])
    expect(sumUp(rows, NOW)[0]).toMatchObject({ recipients: 150, late: 1 / 150 })
  })

  it('where a provider has no receipts, its failures are compared', () => {
    const silent = (name: string, failed: number) =>
      people(name, 100, failed, { result: 'failed', fault: 'destination' }).map((row) => ({
        ...row,
        ...PENDING,
      }))
    expect(textsOf([...silent('twilio', 20), ...people('vonage', 100, 2, LATE)])).toEqual([
      'twilio in BR: 20 % failed against 0 % by vonage: send 90 % by vonage',
    ])
    expect(sumUp(silent('twilio', 20), NOW)[0]).toMatchObject({ late: null, failed: 0.2 })
  })

  it('a failure by fault of the recipient is nobody’s; one that a receipt reports is the provider’s', () => {
    const theirs = people('twilio', 100, 40, { result: 'failed', fault: 'recipient', ...PENDING })
    expect(textsOf([...theirs, ...people('vonage', 100, 0, {})])).toEqual([])
    const undelivered = people('twilio', 100, 40, { receipt: 'undelivered' })
    expect(textsOf([...undelivered, ...people('vonage', 100, 0, {})])).toEqual([
      'twilio in BR: 40 % failed against 0 % by vonage: send 90 % by vonage',
    ])
  })

  it('what arrives in time and is rarely approved is compared last; pending verifications are left out', () => {
    const rows = [
      ...people('twilio', 150, 50, { status: 'pending' }).map((row, n) =>
        n >= 50 && n < 110 ? { ...row, status: 'expired' as const } : row,
      ),
      ...people('vonage', 100, 20, { status: 'expired' }),
    ]
    expect(textsOf(rows)).toEqual([
      'twilio in BR: 40 % approved against 80 % by vonage: send 70 % by vonage',
    ])
  })

  it.each([
    ['nearly as good', people('vonage', 100, 22, LATE)],
    [
      'of another country',
      people('vonage', 100, 0, { country: 'AR' }).map((row) => ({ ...row, country: 'AR' })),
    ],
    [
      'of another channel',
      people('vonage', 100, 0, {}).map((row) => ({ ...row, channel: 'whatsapp' as const })),
    ],
  ])('there is none beside one that is %s', (_, others) => {
    expect(textsOf([...people('twilio', 100, 31, LATE), ...others])).toEqual([])
  })
})

describe('its reading', () => {
  const pages = (rows: RecentTry[][]): RecentTries[] =>
    rows.map((tries, n) => ({ tries, before: n + 1 < rows.length ? 100 - n : null, createdAt: T0 }))
  const both = [{ channels: ['sms' as const] }, { channels: ['sms' as const] }]
  function open(slices: RecentTries[], providers = both) {
    let now = NOW
    const recentTries = vi.fn(async (before: number | null) => {
      const place = before === null ? 0 : 101 - before
      return slices[place] ?? { tries: [], before: null, createdAt: 0 }
    })
    const weights = createWeights({ reads: { recentTries }, providers, clock: { now: () => now } })
    const pass = (ms: number) => {
      now += ms
    }
    return { weights, recentTries, pass }
  }

  it('is once a minute, slice by slice, of one day', async () => {
    const old = { startedAt: NOW - 25 * 60 * MINUTE }
    const { weights, recentTries, pass } = open(
      pages([
        [...people('twilio', 100, 31, LATE), ...people('vonage', 60, 6, LATE)],
        people('vonage', 40, 0, {}).map((row, n) => ({ ...row, recipient: `other-${n}` })),
        people('vonage', 500, 500, { ...old, ...PENDING }),
      ]),
    )
    const [first, second] = await Promise.all([weights.current(), weights.current()])
    expect(first.advice.map(({ text }) => text)).toEqual([
      'twilio in BR: 31 % late against 6 % by vonage: send 80 % by vonage',
    ])
    expect(second).toBe(first)
    expect(recentTries).toHaveBeenCalledTimes(3)
    pass(59_999)
    expect(await weights.current()).toBe(first)
    expect(recentTries).toHaveBeenCalledTimes(3)
    pass(1)
    expect(weights.latest()).toBe(first)
    await vi.waitUntil(() => recentTries.mock.calls.length === 6)
  })

  it('does not happen where there is nothing to choose', async () => {
    const { weights, recentTries } = open([], [{ channels: ['sms' as const] }])
    expect(await weights.current()).toEqual({ shares: [], advice: [] })
    expect(recentTries).not.toHaveBeenCalled()
  })

  it('keeps what it knew where the store cannot be asked', async () => {
    const { weights, recentTries, pass } = open(
      pages([[...people('twilio', 100, 31, LATE), ...people('vonage', 100, 6, LATE)]]),
    )
    const known = await weights.current()
    recentTries.mockRejectedValue(new StoreUnavailableError('gone'))
    pass(MINUTE)
    expect(await weights.current()).toBe(known)
  })
})
