// The attempt log on SQLite from a place on, oldest first: for who follows it.
// It must not count on a sequence being given once: the newest rows may be erased, and theirs given again.

import type { LogChanges, LogPosition } from '../../events/types.ts'
import { asc, atMost, desc, eq, gt, type Orm, sql } from './drizzle.ts'
import { EVENT_FIELDS, type EventRow } from './event-reads.ts'
import { events, verifications } from './schema.ts'

/** Told again where the row that was read last is gone: more than one erasure takes off the end. */
const BACK = 200

type Place = { seq: number; at: number }
const START: Place = { seq: 0, at: 0 }

const toPosition = ({ seq, at }: Place): LogPosition => ({ sequence: seq, at, awaited: [] })

export function createFollowReads(orm: Orm) {
  const p = sql.placeholder
  const place = { seq: events.seq, at: events.at }
  const newest = orm.select(place).from(events).orderBy(desc(events.seq)).limit(atMost(1)).prepare()
  const byNumber = orm
    .select(place)
    .from(events)
    .where(eq(events.seq, p('sequence')))
    .prepare()
  const after = orm
    .select(EVENT_FIELDS)
    .from(events)
    .leftJoin(verifications, eq(verifications.seq, events.verificationSeq))
    .where(gt(events.seq, p('sequence')))
    .orderBy(asc(events.seq))
    .limit(atMost('limit'))
    .prepare()

  return (
    position: LogPosition | null,
    limit: number,
  ): Omit<LogChanges, 'items'> & { rows: EventRow[] } => {
    const end = newest.get() ?? START
    if (position === null) return { rows: [], position: toPosition(end), hasMore: false }
    const { sequence } = position
    const isThere = byNumber.get({ sequence })?.at === position.at || sequence === 0
    const from = isThere ? sequence : Math.max(0, Math.min(sequence, end.seq) - BACK)
    const rows = after.all({ sequence: from, limit })
    const last = rows.at(-1) ?? (isThere ? { seq: sequence, at: position.at } : START)
    return { rows, position: toPosition(last), hasMore: rows.length === limit }
  }
}
