// What a message costs: its parts, and the price of one by provider, channel and country (PRICES_FILE). Pure.
// It must not guess: where no price is known, none is told.

import type { EventDetails } from '../events/types.ts'
import { formatMicros } from '../kernel/money.ts'
import type { DeliveryChange, HeldDelivery } from './change.ts'
import type { Charge, Cost, Price, PriceOf } from './cost.ts'
import { splitName } from './provider-account.ts'

export function createPrices(prices: readonly Price[]): PriceOf {
  if (prices.length === 0) return undefined
  const keyOf = (...parts: (string | null)[]) => JSON.stringify(parts)
  const known = new Map(
    prices.map((one) => [keyOf(one.provider, one.channel, one.country), one] as const),
  )
  return ({ provider, channel, country, parts }) => {
    // `twilio:eu` costs what `twilio` does, unless it has rows of its own.
    const found = [provider, splitName(provider).base]
      .flatMap((of) => [keyOf(of, channel, country), keyOf(of, channel, null)])
      .map((key) => known.get(key))
      .find((price) => price !== undefined)
    const price = found
      ? { micros: found.micros * parts, currency: found.currency } // mutant: I18.priced-by-part
      : null
    return { channel, country, parts, price }
  }
}

/** In the event of a receipt: it takes the place of the price in the answer's event, whoever reads both (admin/costs.ts). */
export function charged(charge: Charge | undefined, country: string | null): EventDetails {
  if (!charge) return {}
  const { micros, currency, parts } = charge
  return { price: formatMicros(micros), currency, country, ...(parts !== null && { parts }) }
}

/** A message may have gone out and its verification ended meanwhile: it was paid for. */
const PRICED = new Set([
  'delivery.sent',
  'delivery.retrying',
  'delivery.failed',
  'delivery.canceled',
])

/** The answer's event says what it cost, in the same commit. */
export function priced(
  change: DeliveryChange,
  { provider, tries: attempt }: Pick<HeldDelivery, 'provider' | 'tries'>,
  cost: Cost | undefined,
): DeliveryChange {
  if (!cost) return change
  const { channel, country, parts, price } = cost
  const details = {
    ...{ provider, attempt, channel, country, parts },
    ...(price && { price: formatMicros(price.micros), currency: price.currency }),
  }
  const events = change.events.map((event) =>
    PRICED.has(event.type) ? { ...event, details: { ...event.details, ...details } } : event,
  )
  return { ...change, events }
}
