// What a message costs: a file of prices, the row that fits, and money that stays exact.

import { describe, expect, it } from 'vitest'
import { createCosts } from '../../src/admin/costs.ts'
import { SettingError } from '../../src/config/parsers.ts'
import { parsePrices } from '../../src/config/prices.ts'
import { createPrices, priced } from '../../src/delivery/prices.ts'
import { chargeOf } from '../../src/delivery/receipts/callbacks.ts'
import type { EventDetails, EventRecord } from '../../src/events/types.ts'
import { formatMicros, parseMicros } from '../../src/kernel/money.ts'

const CSV = `provider,channel,country,price,currency
twilio,sms,DE,0.0079,USD
twilio,sms,*,0.05,USD
twilio:eu,sms,DE,0.08,EUR

smtp,email,*,0,USD`

describe('money', () => {
  it.each([
    ['0.0079', 7_900, '0.0079'],
    ['12.5', 12_500_000, '12.50'],
    ['0', 0, '0.00'],
    ['999999.999999', 999_999_999_999, '999999.999999'],
    ['0.10', 100_000, '0.10'],
  ])('%s is %i millionths, and %s again', (text, micros, again) => {
    expect(parseMicros(text)).toBe(micros)
    expect(formatMicros(micros)).toBe(again)
  })

  it.each(['', '-1', '1e3', '0,5', '.5', '1.', '0.0000001', '1000000', ' 1', 'NaN'])(
    '"%s" is no amount',
    (text) => expect(parseMicros(text)).toBeUndefined(),
  )
})

describe('a file of prices', () => {
  const faultOf = (text: string) => {
    try {
      parsePrices(text)
    } catch (error) {
      if (error instanceof SettingError) return error.message
      throw error
    }
    return undefined
  }

  it('is CSV, or JSON with the same fields as texts', () => {
    const prices = parsePrices(CSV)
    expect(prices).toHaveLength(4)
    expect(prices[0]).toEqual({
      ...{ provider: 'twilio', channel: 'sms', country: 'DE', micros: 7_900, currency: 'USD' },
    })
    const row = { provider: 'twilio', channel: 'sms', country: '*', price: '0.05', currency: 'USD' }
    expect(parsePrices(JSON.stringify([row]))).toEqual([{ ...prices[1] }])
  })

  const line = (text: string) => `provider,channel,country,price,currency\n${text}`
  it.each([
    ['provider,price\n', 'line 1: '],
    [line('twilio,sms,DE,0.0079'), 'line 2: has 4 fields'],
    [line('twilio,fax,DE,0.0079,USD'), 'line 2: "fax" is not a channel'],
    [line('twilio,sms,Germany,0.0079,USD'), 'line 2: "Germany"'],
    [line('twilio,sms,DE,0,0079,USD'), 'line 2: has 6 fields'],
    [line('twilio,sms,DE,1e-3,USD'), 'line 2: "1e-3" is not a price'],
    [line('twilio,sms,DE,0.1,usd'), 'line 2: "usd" is not a currency'],
    [line('a,sms,DE,0.1,USD\n\na,sms,DE,0.2,USD'), 'line 4: is the same as line 2'],
    ['[{"provider":"twilio"}]', 'row 1: must have'],
    ['[', 'is not valid JSON'],
    [
      '[{"provider":"a","channel":"sms","country":"*","price":0.1,"currency":"USD"}]',
      'row 1: must have',
    ],
  ])('C69: %j is refused by its line', (text, fault) => {
    expect(faultOf(text)).toContain(fault)
  })
})

describe('what a message costs', () => {
  const priceOf = createPrices(parsePrices(CSV))
  it.each([
    ['twilio', 'DE', 2, { micros: 15_800, currency: 'USD' }],
    ['twilio', 'FR', 1, { micros: 50_000, currency: 'USD' }],
    ['twilio', null, 1, { micros: 50_000, currency: 'USD' }],
    ['twilio:eu', 'DE', 1, { micros: 80_000, currency: 'EUR' }],
    ['twilio:eu', 'FR', 3, { micros: 150_000, currency: 'USD' }],
    ['vonage', 'DE', 1, null],
  ])('I18: by %s to %s in %i part(s)', (provider, country, parts, price) => {
    expect(priceOf?.({ provider, channel: 'sms', country, parts })).toEqual({
      ...{ channel: 'sms', country, parts, price },
    })
  })

  it('is in the event of its answer, and in no other', () => {
    expect(createPrices([])).toBeUndefined()
    const cost = priceOf?.({ provider: 'twilio', channel: 'sms', country: 'DE', parts: 2 })
    const events = [
      { type: 'delivery.sent', details: { send: 1 } },
      { type: 'delivery.attempted', details: { send: 2 } },
    ] as const
    const change = { set: {}, at: 1, events: [...events], eraseIfUnsendable: false }
    const held = { provider: 'twilio', tries: 3 }
    expect(priced(change, held, cost).events).toEqual([
      {
        type: 'delivery.sent',
        details: {
          ...{ send: 1, provider: 'twilio', attempt: 3, channel: 'sms', country: 'DE' },
          ...{ parts: 2, price: '0.0158', currency: 'USD' },
        },
      },
      events[1],
    ])
    expect(priced(change, held, undefined)).toBe(change)
  })
})

it('sums are exact, by day, service, channel, provider, country and currency, page by page', async () => {
  const day = Date.UTC(2026, 10, 30)
  const event = (at: number, details: EventDetails) =>
    ({ at, service: 'default', type: 'delivery.sent', details }) as EventRecord
  const of = { provider: 'twilio', channel: 'sms', country: 'DE', parts: 1 }
  const usd = { ...of, price: '0.10', currency: 'USD' }
  const all = [
    event(day + 3, usd),
    event(day + 2, { ...usd, parts: 2, price: '0.20' }),
    event(day + 1, { ...of, provider: 'vonage' }),
    event(day, { send: 1 }),
    event(day - 1, usd),
  ]
  const list = async ({ cursor }: { cursor: string | null }) => {
    const at = Number(cursor ?? 0)
    const nextCursor = at + 2 < all.length ? String(at + 2) : null
    return { items: all.slice(at, at + 2), cursors: [], nextCursor }
  }
  const { lines, isComplete } = await createCosts({ events: { list } })({
    ...{ service: null, since: 0, until: day + 9 },
  })
  expect(isComplete).toBe(true)
  expect(lines.map((one) => [one.day, one.provider, one.messages, one.parts, one.micros])).toEqual([
    ['2026-11-30', 'twilio', 2, 3, 300_000],
    ['2026-11-30', 'vonage', 1, 1, 0],
    ['2026-11-29', 'twilio', 1, 1, 100_000],
  ])
})

it('I18: a provider’s own price takes the place of ours, whatever else is known of its try', async () => {
  const day = Date.UTC(2026, 10, 30)
  const event = (type: string, send: number, details: EventDetails, at = day) =>
    ({
      ...{ at, service: 'default', type, verificationId: 'vrf_1' },
      details: { send, attempt: 1, channel: 'sms', provider: 'twilio', country: 'DE', ...details },
    }) as unknown as EventRecord
  const ours = { parts: 1, price: '0.10', currency: 'USD' }
  const theirs = { price: '0.07', currency: 'EUR' }
  // Newest first, as the log is read.
  const all = [
    // Twice, and a day later.
    event('delivery.delivered', 1, { ...theirs, price: '0.08' }, day + 86_400_000),
    event('delivery.undelivered', 1, { ...theirs, error: '30003', country: 'DE' }, day + 9),
    event('delivery.sent', 1, ours),
    // Its answer was lost: two events of one message, the second without a price.
    event('delivery.delivered', 2, { ...theirs, parts: 2 }),
    event('delivery.sent', 2, {}),
    event('delivery.retrying', 2, ours),
    // Without PRICES_FILE.
    event('delivery.undelivered', 3, theirs),
    event('delivery.sent', 3, { channel: '' }),
    event('delivery.delivered', 4, {}),
    event('delivery.sent', 4, ours),
    // Sent after the span.
    event('delivery.delivered', 5, theirs, day + 20),
    event('delivery.sent', 5, ours, day + 20),
  ].toSorted((a, b) => b.at - a.at)
  const list = async () => ({ items: all, cursors: [], nextCursor: null })
  const { lines } = await createCosts({ events: { list } })({
    ...{ service: null, since: 0, until: day + 20 },
  })
  expect(lines.map((one) => [one.currency, one.messages, one.parts, one.micros])).toEqual([
    ['EUR', 3, 4, 220_000],
    ['USD', 1, 1, 100_000],
  ])
  expect(new Set(lines.map((one) => one.day))).toEqual(new Set(['2026-11-30']))
})

it.each([
  [['-0.00750', 'USD', '1'], { micros: 7_500, currency: 'USD', parts: 1 }],
  [['0.0333', 'eur', undefined], { micros: 33_300, currency: 'EUR', parts: null }],
  [[0.01, 'EUR', 2], { micros: 10_000, currency: 'EUR', parts: 2 }],
  [['0.00000049', 'EUR', 1], undefined],
  [['0.0000005', 'EUR', 1], { micros: 1, currency: 'EUR', parts: 1 }],
  [[1e-7, 'EUR', 1], undefined],
  [['-0.00750', 'USD', '1000'], { micros: 7_500, currency: 'USD', parts: null }],
  // Not known yet, kept from this account, or nonsense.
  ...[
    [null, 'USD', 1],
    ['0.00', 'USD', 1],
    [undefined, undefined, 1],
    ['--1', 'USD', 1],
  ].map((one) => [one, undefined] as const),
  ...[
    ['1e9', 'USD', 1],
    ['0.01', null, 1],
    ['0.01', 'USDT', 1],
    [{}, 'USD', 1],
  ].map((one) => [one, undefined] as const),
] as const)('%j is what a provider charges: %j', ([amount, currency, parts], charge) => {
  expect(chargeOf(amount, currency, parts)).toEqual(charge)
})
