// The attempt log on SQLite: append, and pages by every filter, each by an index.
// It must not change or remove an event.

import type {
  EventQuery,
  EventRecord,
  EventStore,
  NewEvent,
  RefusalRecord,
} from '../../events/types.ts'
import { byPlace, decodeCursor, encodeCursor } from '../cursor.ts'
import { eq, type Orm, sql } from './drizzle.ts'
import { unpackDetails } from './event-details.ts'
import { createFollowReads } from './event-follow.ts'
import { createEventReads, type EventRow, type Range } from './event-reads.ts'
import { type AppendEvent, EVENT_CODES, EVENT_TYPE_OF } from './event-rows.ts'
import { verifications } from './schema.ts'
import type { Writer } from './writer.ts'

function toRecord(row: EventRow): EventRecord {
  const type = EVENT_TYPE_OF.get(row.type)
  if (!type) throw new Error(`event type ${row.type} is not known to this version`)
  return {
    sequence: row.seq,
    at: row.at,
    type,
    verificationId: row.verificationId,
    reference: row.reference,
    service: row.service,
    keyId: row.keyId,
    clientIp: row.clientIp,
    userAgent: row.userAgent,
    details: unpackDetails(type, row.details),
  }
}

function toRefusal(row: EventRow): RefusalRecord {
  const { budgetIndex, recipientSealed, channel } = row
  return { ...toRecord(row), budgetIndex, recipientSealed, channel, cursor: encodeCursor(row) }
}

/** Those that `list` filters in memory: one verification, one case or one person has few rows. */
function matches(row: EventRow, query: EventQuery, types: ReadonlySet<number>): boolean {
  return (
    (query.service === null || row.service === query.service) &&
    (query.verificationId === undefined || row.verificationId === query.verificationId) &&
    (query.reference === undefined || row.reference === query.reference) &&
    (types.size === 0 || types.has(row.type))
  )
}

function createList(reads: ReturnType<typeof createEventReads>) {
  const budgetHex = (budgets: readonly Uint8Array[]) =>
    new Set(budgets.map((mac) => Buffer.from(mac).toString('hex')))

  /** All that can match, at least the newest `limit` of it. */
  const candidates = (query: EventQuery, types: readonly number[], range: Range): EventRow[] => {
    const { budgetIndexes, verificationId, reference } = query
    if (verificationId) return reads.ofVerification(verificationId, range)
    if (reference !== undefined) return reads.ofReference(reference, range)
    if (budgetIndexes !== undefined)
      return budgetIndexes.flatMap((budgetIndex) =>
        verificationId === null
          ? reads.ofPersonAlone(budgetIndex, range)
          : reads.ofPerson(budgetIndex, range),
      )
    return reads.ofStreams(query.service, types, range)
  }

  const isOfPerson = (query: EventQuery) => {
    if (query.budgetIndexes === undefined) return () => true
    const wanted = budgetHex(query.budgetIndexes)
    return (row: EventRow) =>
      row.budgetIndex !== null && wanted.has(Buffer.from(row.budgetIndex).toString('hex'))
  }

  return <Shown>(
    query: EventQuery,
    show: (row: EventRow) => Shown,
  ): { items: Shown[]; nextCursor: string | null } => {
    const types = (query.types ?? []).map((type) => EVENT_CODES[type])
    const range = {
      ...decodeCursor(query.cursor),
      since: query.since ?? 0,
      until: query.until ?? Number.MAX_SAFE_INTEGER,
      limit: query.limit + 1,
    }
    const wanted = new Set(types)
    const ofPerson = isOfPerson(query)
    const found = candidates(query, types, range)
      .filter((row) => matches(row, query, wanted) && ofPerson(row))
      .sort(byPlace)
    const page = found.slice(0, query.limit)
    const last = page.at(-1)
    return {
      items: page.map(show),
      nextCursor: last && found.length > query.limit ? encodeCursor(last) : null,
    }
  }
}

function createAppend(orm: Orm, appendEvent: AppendEvent) {
  const seqOf = orm
    .select({ seq: verifications.seq })
    .from(verifications)
    .where(eq(verifications.id, sql.placeholder('id')))
    .prepare()
  return (event: NewEvent) => {
    const { at, type, verificationId, budgetIndex, recipientSealed, details, ...actor } = event
    const row = verificationId === null ? undefined : seqOf.get({ id: verificationId })
    appendEvent({
      at,
      type,
      verificationSeq: row?.seq ?? null,
      budgetIndex,
      recipientSealed: recipientSealed ?? null,
      actor,
      details,
    })
  }
}

export function createEventStore(deps: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
}): EventStore & { newestAt(): Promise<number> } {
  const reads = createEventReads(deps.orm)
  const list = createList(reads)
  const append = createAppend(deps.orm, deps.appendEvent)
  const follow = createFollowReads(deps.orm)
  return {
    append: (rows) => deps.writer.write(() => rows.forEach(append)),
    list: (query) => deps.writer.read(() => list(query, toRecord)),
    listRefusals: (query) =>
      deps.writer.read(() => list({ ...query, types: ['request.refused'] }, toRefusal)),
    follow: (position, limit) =>
      deps.writer.read(() => {
        const { rows, ...rest } = follow(position, limit)
        return { ...rest, items: rows.map(toRecord) }
      }),
    newestAt: () => deps.writer.read(() => reads.newestAt()),
  }
}
