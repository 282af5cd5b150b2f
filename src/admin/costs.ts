// What messages cost: a summary of the log by day, service, channel, provider and country.
// It must not read without bound, add two currencies up, or pass over what has no price.

import type { EventQuery, EventRecord, EventStore } from '../events/types.ts'
import { parseMicros } from '../kernel/money.ts'

const PAGE = 500
/** Some ten seconds of reading; what is left out is said. */
const MAX_EVENTS = 100_000

/** Each may hold what a try cost (delivery/prices.ts). */
const TYPES = [
  'delivery.sent',
  'delivery.retrying',
  'delivery.failed',
  'delivery.canceled',
] as const

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

const textOr = (value: unknown) => (typeof value === 'string' ? value : null)

function toLine({ at, service, details }: EventRecord): CostLine | undefined {
  const { channel, provider, parts, price } = details
  if (typeof parts !== 'number') return undefined
  return {
    day: new Date(at).toISOString().slice(0, 10),
    service,
    channel: String(channel),
    provider: String(provider),
    country: textOr(details.country),
    currency: textOr(details.currency),
    messages: 1,
    parts,
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
    const lines = new Map<string, CostLine>()
    let cursor: string | null = null
    let read = 0
    do {
      const page = await events.list({ ...range, types: TYPES, cursor, limit: PAGE })
      for (const event of page.items) {
        const line = toLine(event)
        if (!line) continue
        const key = keyOf(line)
        const sum = lines.get(key)
        if (sum) {
          sum.messages += 1
          sum.parts += line.parts
          sum.micros += line.micros
        } else lines.set(key, line)
      }
      read += page.items.length
      cursor = page.nextCursor
    } while (cursor !== null && read < MAX_EVENTS)
    const sorted = [...lines.values()].sort((a, b) =>
      a.day === b.day ? b.micros - a.micros : a.day < b.day ? 1 : -1,
    )
    return { lines: sorted, isComplete: cursor === null }
  }
}
