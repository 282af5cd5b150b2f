// PRICES_FILE: what a part of a message costs, as JSON or CSV. Every fault names its line.
// It must not take a price that could be read in two ways.

import type { Price } from '../delivery/cost.ts'
import type { ProviderDescription } from '../delivery/provider-entry.ts'
import { CHANNELS } from '../kernel/channel.ts'
import { parseMicros } from '../kernel/money.ts'
import { type Parser, SettingError } from './parsers.ts'
import type { Reader } from './reader.ts'
import { optional } from './settings.ts'

const FIELDS = ['provider', 'channel', 'country', 'price', 'currency'] as const
type Row = Readonly<Record<(typeof FIELDS)[number], string>>
type Placed = { place: string; row: Row }

/** Of a report: a file with more is mistaken as a whole. */
const MAX_FAULTS = 5
const MAX_ROWS = 50_000
const COUNTRY = /^[A-Z]{2}$/
const CURRENCY = /^[A-Z]{3}$/

function readCsv(text: string): Placed[] {
  const lines = text.split(/\r?\n/)
  const head = lines[0]?.split(',').map((name) => name.trim())
  if (head?.join() !== FIELDS.join())
    throw new SettingError(
      `line 1: must be ${FIELDS.join(',')}, or the file a list of JSON objects`,
    )
  return lines.slice(1).flatMap((line, index) => {
    if (line.trim() === '') return []
    const place = `line ${index + 2}`
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length !== FIELDS.length)
      throw new SettingError(`${place}: has ${cells.length} fields in place of ${FIELDS.length}`)
    const row = Object.fromEntries(FIELDS.map((name, at) => [name, cells[at] ?? ''])) as Row
    return [{ place, row }]
  })
}

function readJson(text: string): Placed[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw new SettingError('is not valid JSON')
  }
  if (!Array.isArray(list)) throw new SettingError('is not a list of objects')
  return list.map((item: unknown, index) => {
    const place = `row ${index + 1}`
    const isRow =
      typeof item === 'object' &&
      item !== null &&
      Object.keys(item).toSorted().join() === FIELDS.toSorted().join() &&
      Object.values(item).every((value) => typeof value === 'string')
    if (!isRow)
      throw new SettingError(`${place}: must have ${FIELDS.join(', ')} and nothing else, as texts`)
    return { place, row: item as Row }
  })
}

function faultOf(
  { provider, channel, country, price, currency }: Row,
  micros: number | undefined,
): string | undefined {
  if (!/^[\w.-]+(?::[\w-]+)?$/.test(provider)) return `"${provider}" is not a provider’s name`
  if (!CHANNELS.some((one) => one === channel))
    return `"${channel}" is not a channel: ${CHANNELS.join(', ')}`
  if (country !== '*' && !COUNTRY.test(country))
    return `"${country}" is neither a country such as DE nor *`
  if (micros === undefined)
    return `"${price}" is not a price of one part such as 0.0079 (a point, six places at most)`
  return CURRENCY.test(currency) ? undefined : `"${currency}" is not a currency such as USD`
}

export const parsePrices: Parser<Price[]> = (text) => {
  const placed = text.trimStart().startsWith('[') ? readJson(text) : readCsv(text)
  if (placed.length > MAX_ROWS) throw new SettingError(`has more than ${MAX_ROWS} rows`)
  const seen = new Map<string, string>()
  const faults: string[] = []
  const prices = placed.flatMap(({ place, row }): Price[] => {
    const { provider, channel, country, price, currency } = row
    const micros = parseMicros(price)
    const key = [provider, channel, country].join()
    const first = seen.get(key)
    const fault = faultOf(row, micros) ?? (first && `is the same as ${first}: ${key}`)
    seen.set(key, first ?? place)
    if (fault || micros === undefined) {
      faults.push(`${place}: ${fault}`)
      return []
    }
    const of = CHANNELS.find((one) => one === channel)
    return of
      ? [{ provider, channel: of, country: country === '*' ? null : country, micros, currency }]
      : []
  })
  if (faults.length > 0) throw new SettingError(faults.slice(0, MAX_FAULTS).join('; '))
  return prices
}

export const PRICE_SETTINGS = {
  prices: optional(
    'PRICES',
    parsePrices,
    'What one part of a message costs, usually given by `PRICES_FILE`: CSV with the line `provider,channel,country,price,currency` first (`twilio,sms,DE,0.0079,USD`; `*` for every other country), or JSON. See docs/costs.md',
    { hidden: true, free: true },
  ),
} as const

/** A name that nobody has is a slip: its messages would have no price. */
export function checkPrices(
  reader: Reader,
  prices: readonly Price[],
  registry: readonly Pick<ProviderDescription, 'name'>[],
): void {
  const known = new Set(registry.map(({ name }) => name))
  const unknown = prices.find(({ provider }) => !known.has(provider))
  if (unknown)
    reader.note(
      'PRICES_FILE',
      `names the provider "${unknown.provider}", which does not exist: ${[...known].join(', ')}`,
    )
}
