// The event log on SQLite: append, pages by every filter, each by an index, and what came since a place.
// It must not change or remove an event.

import type {
  EventQuery,
  EventRecord,
  EventStore,
  NewEvent,
  RefusalRecord,
} from '../../events/types.ts'
import { byPlace, decodeCursor, encodeCursor, toPage } from '../cursor.ts'
import { eq, type Orm, sql } from './drizzle.ts'
import { createEventReads, type EventRow, type Range } from './event-reads.ts'
import { type AppendEvent, EVENT_CODES, EVENT_TYPE_OF, unpackDetails } from './event-rows.ts'
import { verifications } from './schema.ts'
import type { Writer } from './writer.ts'

export function toEventRecord(row: EventRow): EventRecord {
  const type = EVENT_TYPE_OF.get(row.type)
  if (!type) throw new Error(`event type ${row.type} is not known to this version`)
  const { seq, budgetIndex: _b, recipientSealed: _r, channel: _c, ...record } = row
  return { ...record, sequence: seq, type, details: unpackDetails(type, row.details) }
}

function toRefusal(row: EventRow): RefusalRecord {
  const { budgetIndex, recipientSealed, channel } = row
  return { ...toEventRecord(row), budgetIndex, recipientSealed, channel, cursor: encodeCursor(row) }
}

const isAmong = (budgetIndexes: readonly Uint8Array[], row: EventRow) =>
  budgetIndexes.some((one) => row.budgetIndex && Buffer.compare(one, row.budgetIndex) === 0)

/** What is filtered in memory: one verification, one case or one person has few rows. */
function matches(row: EventRow, query: EventQuery): boolean {
  const { service, verificationId, reference, types = [], budgetIndexes } = query
  return (
    (service === null || row.service === service) &&
    (verificationId === undefined || row.verificationId === verificationId) &&
    (reference === undefined || row.reference === reference) &&
    (types.length === 0 || types.some((type) => EVENT_CODES[type] === row.type)) &&
    (budgetIndexes === undefined || isAmong(budgetIndexes, row))
  )
}

function createList(reads: ReturnType<typeof createEventReads>) {
  /** All that can match, at least the newest `limit` of it. */
  const candidates = (query: EventQuery, range: Range): EventRow[] => {
    const { budgetIndexes, verificationId, reference, types = [] } = query
    if (verificationId) return reads.ofVerification(verificationId, range)
    if (reference !== undefined) return reads.ofReference(reference, range)
    if (budgetIndexes !== undefined) {
      const read = verificationId === null ? reads.ofPersonAlone : reads.ofPerson
      return budgetIndexes.flatMap((budgetIndex) => read(budgetIndex, range))
    }
    const codes = types.map((type) => EVENT_CODES[type])
    return reads.ofStreams(query.service, codes, range)
  }
  return (query: EventQuery) => {
    const range = {
      ...decodeCursor(query.cursor),
      since: query.since ?? 0,
      until: query.until ?? Number.MAX_SAFE_INTEGER,
      limit: query.limit + 1,
    }
    const found = candidates(query, range).filter((row) => matches(row, query))
    return toPage(found.sort(byPlace), query.limit, (row) => row)
  }
}

function createAppend(orm: Orm, appendEvent: AppendEvent) {
  const seqOf = orm
    .select({ seq: verifications.seq })
    .from(verifications)
    .where(eq(verifications.id, sql.placeholder('id')))
    .prepare()
  return (event: NewEvent) => {
    const {
      at,
      type,
      verificationId,
      budgetIndex,
      recipientSealed = null,
      details,
      ...actor
    } = event
    const row = verificationId === null ? undefined : seqOf.get({ id: verificationId })
    const verificationSeq = row?.seq ?? null
    appendEvent({ at, type, verificationSeq, budgetIndex, recipientSealed, actor, details })
  }
}

export function createEventStore(deps: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
}): EventStore & { newestAt(): Promise<number> } {
  const { orm, writer } = deps
  const reads = createEventReads(orm)
  const list = createList(reads)
  const append = createAppend(orm, deps.appendEvent)
  return {
    append: (rows) => writer.write(() => rows.forEach(append)),
    list: (query) =>
      writer.read(() => {
        const { items, ...rest } = list(query)
        return { items: items.map(toEventRecord), ...rest }
      }),
    listRefusals: (query) =>
      writer.read(() => {
        const { items, nextCursor } = list({ ...query, types: ['request.refused'] })
        return { items: items.map(toRefusal), nextCursor }
      }),
    follow: (position, limit) =>
      writer.read(() => {
        const { rows, ...rest } = reads.follow(position, limit)
        return { ...rest, items: rows.map(toEventRecord) }
      }),
    mark: () => writer.read(() => reads.mark()),
    newestAt: () => writer.read(() => reads.newestAt()),
  }
}
