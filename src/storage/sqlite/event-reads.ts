// The log's statements: newest first by verification, by case, by person or by (service, type), and onward from a place.
// It must not scan: what has no narrower key is read as one short stream per service and type.

import type { LogChanges, LogPosition } from '../../events/types.ts'
import type { VerificationChannel } from '../../kernel/channel.ts'
import { and, asc, atMost, desc, eq, gt, gte, isNull, lt, lte, type Orm, sql } from './drizzle.ts'
import { EVENT_TYPE_OF } from './event-rows.ts'
import { events as e, verifications as v } from './schema.ts'

/** Rows older than the place (at, seq), from `since` (inclusive) to `until` (exclusive). */
export type Range = { at: number; seq: number; since: number; until: number; limit: number }

const FIELDS = {
  seq: e.seq,
  at: e.at,
  type: e.type,
  service: e.service,
  keyId: e.keyId,
  clientIp: e.clientIp,
  userAgent: e.userAgent,
  details: e.details,
  verificationId: sql<string | null>`${v.id}`.as('verification_id'),
  reference: sql<string | null>`${v.reference}`.as('reference'),
  /** The recipient's: the verification's, or the event's own where there is none. */
  budgetIndex: sql<Uint8Array | null>`coalesce(${e.budgetIndex}, ${v.budgetIndex})`.as('budget'),
  recipientSealed: sql<Uint8Array | null>`coalesce(${v.recipientSealed}, ${e.recipientSealed})`.as(
    'recipient',
  ),
  channel: sql<VerificationChannel | null>`${v.channel}`.as('channel'),
}

/** The clock's newest time is among the last rows: commits wait 2 s at most, many rows come in that time. */
const NEWEST_AMONG = 1_000
/** Sorted in memory for one page. A person has some dozens; a test number may have any number. */
const MAX_ROWS_OF_A_PERSON = 5_000
/** Read again where the row that was read last no longer exists: more than one erasure takes off the end. */
const BACK = 200

const p = sql.placeholder
const inRange = and(
  gte(e.at, p('since')),
  lt(e.at, p('until')),
  sql`(${e.at}, ${e.seq}) < (+${p('at')}, +${p('seq')})`,
)

const ofVerifications = (orm: Orm) =>
  orm.select(FIELDS).from(v).innerJoin(e, eq(e.verificationSeq, v.seq))
const ofEvents = (orm: Orm) => orm.select(FIELDS).from(e).leftJoin(v, eq(v.seq, e.verificationSeq))

function createNarrow(orm: Orm) {
  const byId = ofVerifications(orm)
    .where(and(eq(v.id, p('key')), inRange))
    .prepare()
  const byReference = ofVerifications(orm)
    .where(and(eq(v.reference, p('key')), inRange))
    .prepare()
  // An event is never older than its verification: newest verifications first, as the index has them.
  const byBudget = ofVerifications(orm)
    .where(and(eq(v.budgetIndex, p('key')), lte(v.createdAt, p('at')), inRange))
    .orderBy(desc(v.createdAt))
    .limit(atMost(MAX_ROWS_OF_A_PERSON))
    .prepare()
  const ownBudget = ofEvents(orm)
    .where(and(eq(e.budgetIndex, p('key')), inRange))
    .orderBy(desc(e.seq))
    .limit(atMost(MAX_ROWS_OF_A_PERSON))
    .prepare()
  const ofNone = ofEvents(orm)
    .where(and(eq(e.budgetIndex, p('key')), isNull(e.verificationSeq), inRange))
    .orderBy(desc(e.seq))
    .limit(atMost(MAX_ROWS_OF_A_PERSON))
    .prepare()
  return {
    /** What is of a person, and of no verification. */
    ofPersonAlone: (key: Uint8Array, range: Range) => ofNone.all({ ...range, key }),
    ofVerification: (key: string, range: Range) => byId.all({ ...range, key }),
    ofReference: (key: string, range: Range) => byReference.all({ ...range, key }),
    ofPerson: (key: Uint8Array, range: Range) => [
      ...byBudget.all({ ...range, key }),
      ...ownBudget.all({ ...range, key }),
    ],
  }
}

export type EventRow = ReturnType<ReturnType<typeof createNarrow>['ofVerification']>[number]

function createStreams(orm: Orm) {
  const stream = ofEvents(orm)
    .where(and(eq(e.service, p('service')), eq(e.type, p('type')), inRange))
    .orderBy(desc(e.at), desc(e.seq))
    .limit(atMost('limit'))
    .prepare()
  // A step through the index for each service, not through its rows.
  const serviceAfter = orm
    .select({ service: sql<string | null>`min(${e.service})` })
    .from(e)
    .where(gt(e.service, p('service')))
    .prepare()
  const services = (): string[] => {
    const found: string[] = []
    for (let next: string | null | undefined = ''; next !== null && next !== undefined; ) {
      next = serviceAfter.get({ service: next })?.service
      if (next) found.push(next)
    }
    return found
  }
  return (service: string | null, types: readonly number[], range: Range) => {
    const kinds = types.length > 0 ? types : [...EVENT_TYPE_OF.keys()]
    return (service === null ? services() : [service]).flatMap((name) =>
      kinds.flatMap((type) => stream.all({ ...range, service: name, type })),
    )
  }
}

const START = { seq: 0, at: 0 }

/** In the order of their numbers, behind one. */
export function createAfter(orm: Orm) {
  const after = ofEvents(orm)
    .where(gt(e.seq, p('sequence')))
    .orderBy(asc(e.seq))
    .limit(atMost('limit'))
    .prepare()
  return (sequence: number, limit: number): EventRow[] => after.all({ sequence, limit })
}

/** Oldest first. No sequence can be relied on to be given once: a restored store gives those behind it again. */
function createFollow(orm: Orm) {
  const place = { seq: e.seq, at: e.at }
  const newest = orm.select(place).from(e).orderBy(desc(e.seq)).limit(atMost(1)).prepare()
  const byNumber = orm
    .select(place)
    .from(e)
    .where(eq(e.seq, p('sequence')))
    .prepare()
  const after = createAfter(orm)
  return (
    position: LogPosition | null,
    limit: number,
  ): Omit<LogChanges, 'items'> & { rows: EventRow[] } => {
    const toPosition = ({ seq, at }: typeof START) => ({ sequence: seq, at, awaited: [] })
    const end = newest.get() ?? START
    if (position === null) return { rows: [], position: toPosition(end), hasMore: false }
    const { sequence } = position
    const isThere = byNumber.get({ sequence })?.at === position.at || sequence === 0
    const from = isThere ? sequence : Math.max(0, Math.min(sequence, end.seq) - BACK)
    const rows = after(from, limit)
    const last = rows.at(-1) ?? (isThere ? { seq: sequence, at: position.at } : START)
    return { rows, position: toPosition(last), hasMore: rows.length === limit }
  }
}

export function createEventReads(orm: Orm) {
  const end = orm
    .select({ seq: e.seq, at: e.at })
    .from(e)
    .orderBy(desc(e.seq))
    .limit(atMost(1))
    .prepare()
  const newest = orm
    .select({ at: sql<number | null>`max(at)` })
    .from(sql`(select at from events order by seq desc limit ${sql.raw(String(NEWEST_AMONG))})`)
    .prepare()
  return {
    ...createNarrow(orm),
    ofStreams: createStreams(orm),
    follow: createFollow(orm),
    mark: () => JSON.stringify(end.get() ?? null),
    /** 0 where the log is empty. */
    newestAt: () => newest.get()?.at ?? 0,
  }
}
