// The event log by who did it and from where: looked through slice by slice, since no index has either.
// It must not look through more than a bounded part of the log at once.

import type { EventQuery, EventRecord, EventStore } from '../events/types.ts'

/** At once: some 5 ms of the event loop on SQLite. */
const SLICE = 200
/** For one answer: about 100 ms. Further rows are for the next one. */
const MAX_LOOKED_AT = 4_000

export type EventSearch = EventQuery & {
  /** Of keys (`key_…`, `ADMIN_KEY`, `command`) or people (`oidc:…`); undefined: anybody's. */
  keyIds?: readonly string[] | undefined
  /** As the log has it. */
  clientIp?: string | undefined
}

export type FoundEvents = {
  items: EventRecord[]
  cursors: string[]
  nextCursor: string | null
  /** The search stopped there, before the page was full; null: it did not. */
  lookedBackTo: number | null
}

const isWanted =
  ({ keyIds, clientIp }: Pick<EventSearch, 'keyIds' | 'clientIp'>) =>
  ({ keyId, clientIp: from }: EventRecord) =>
    (keyIds === undefined || (keyId !== null && keyIds.includes(keyId))) &&
    (clientIp === undefined || from === clientIp)

/** @throws StoreUnavailableError, InvalidCursorError */
export async function searchEvents(
  events: Pick<EventStore, 'list'>,
  { keyIds, clientIp, ...query }: EventSearch,
): Promise<FoundEvents> {
  if (keyIds === undefined && clientIp === undefined)
    return { ...(await events.list(query)), lookedBackTo: null }
  const isMatch = isWanted({ keyIds, clientIp })
  const found: { event: EventRecord; cursor: string }[] = []
  let [cursor, looked, lastAt] = [query.cursor, 0, null as number | null]
  do {
    const slice = await events.list({ ...query, cursor, limit: SLICE })
    const rows = slice.items.map((event, place) => ({ event, cursor: slice.cursors[place] ?? '' }))
    found.push(...rows.filter(({ event }) => isMatch(event)))
    cursor = slice.nextCursor
    lastAt = slice.items.at(-1)?.at ?? lastAt
    looked += SLICE
  } while (cursor !== null && found.length <= query.limit && looked < MAX_LOOKED_AT)
  const isFull = found.length > query.limit
  const page = found.slice(0, query.limit)
  return {
    items: page.map(({ event }) => event),
    cursors: page.map((row) => row.cursor),
    nextCursor: isFull ? (page.at(-1)?.cursor ?? null) : cursor,
    lookedBackTo: isFull || cursor === null ? null : lastAt, // mutant: C74.audit-says-how-far
  }
}
