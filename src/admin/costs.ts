// What messages cost: a summary of the log by day, service, channel, provider and country.
// It must not read without bound, add two currencies up, or pass over what has no price.

import { ANSWERS, RECEIPTS } from '../counts/ports.ts'
import {
  type EventDetails,
  type EventQuery,
  type EventRecord,
  type EventStore,
  textOr,
} from '../events/types.ts'
import { DAY_MS } from '../kernel/clock.ts'
import { parseMicros } from '../kernel/money.ts'

const PAGE = 500
/** Some ten seconds of reading; what is left out is said. */
const MAX_EVENTS = 100_000

const TYPES = [...ANSWERS, ...RECEIPTS]
/** A receipt that comes later changes no sum of the past. */
const RECEIPTS_AFTER_MS = 3 * DAY_MS

export type CostLine = {
  /** UTC: `2026-11-30`. */
  day: string
  service: string
  channel: string
  provider: string
  country: string | null
  /** Null: no price was known. */
  currency: string | null
  messages: number
  parts: number
  micros: number
}

export type CostReport = { lines: CostLine[]; isComplete: boolean }

/** By its provider. Counted once, although a try that had no clear answer has several events. */
type Charged = { details: EventDetails; isCounted: boolean }

const isReceipt = ({ type }: EventRecord) => RECEIPTS.some((one) => one === type)
const tryOf = ({ verificationId, details: { send, attempt } }: EventRecord) =>
  `${verificationId}/${send}/${attempt}`

/** @param charge takes the place of our own price. Undefined: nothing was sent, or it is counted already */
function toLine({ at, service, details }: EventRecord, charge?: Charged): CostLine | undefined {
  if (charge?.isCounted) return undefined // mutant: I18.charged-once
  const {
    channel,
    provider,
    parts = 1,
    price,
    country,
    currency,
  } = { ...details, ...charge?.details }
  if (details.parts === undefined && !charge) return undefined
  if (charge) charge.isCounted = true
  return {
    day: new Date(at).toISOString().slice(0, 10),
    service,
    channel: String(channel),
    provider: String(provider),
    country: textOr(country),
    currency: textOr(currency),
    messages: 1,
    parts: Number(parts),
    micros: parseMicros(String(price)) ?? 0,
  }
}

const keyOf = ({ messages: _, parts: __, micros: ___, ...key }: CostLine) => JSON.stringify(key)

/** @throws StoreUnavailableError */
export function createCosts({ events }: { events: Pick<EventStore, 'list'> }) {
  /** Of events since (included) and until (excluded), newest day first. */
  return async (
    range: Pick<EventQuery, 'service'> & { since: number; until: number },
  ): Promise<CostReport> => {
    const until = range.until + RECEIPTS_AFTER_MS
    const lines = new Map<string, CostLine>()
    const charges = new Map<string, Charged>()
    const add = (event: EventRecord) => {
      const line = toLine(event, charges.get(tryOf(event))) // mutant: I18.charge-replaces-price
      const sum = line && lines.get(keyOf(line))
      if (line && sum) {
        sum.messages += 1
        sum.parts += line.parts
        sum.micros += line.micros
      } else if (line) lines.set(keyOf(line), line)
    }
    const take = (event: EventRecord) => {
      if (!isReceipt(event)) {
        if (event.at < range.until) add(event)
      } else if (event.details.price !== undefined && !charges.has(tryOf(event)))
        charges.set(tryOf(event), { details: event.details, isCounted: false })
    }
    let cursor: string | null = null
    let read = 0
    do {
      // Newest first: a receipt comes before its answer.
      const page = await events.list({ ...range, until, types: TYPES, cursor, limit: PAGE })
      for (const event of page.items) take(event)
      read += page.items.length
      cursor = page.nextCursor
    } while (cursor !== null && read < MAX_EVENTS)
    const sorted = [...lines.values()].sort((a, b) =>
      a.day === b.day ? b.micros - a.micros : a.day < b.day ? 1 : -1,
    )
    return { lines: sorted, isComplete: cursor === null }
  }
}
