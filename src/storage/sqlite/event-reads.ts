// The log's statements, newest first: by verification, by case, by person, or by (service, type).
// It must not scan: what has no narrower key is read as one short stream per service and type.

import type { VerificationChannel } from '../../kernel/channel.ts'
import { atMost, desc, eq, isNull, type Orm, sql } from './drizzle.ts'
import { EVENT_TYPE_OF } from './event-rows.ts'
import { events, verifications } from './schema.ts'

/** Rows older than the place (at, seq), from `since` (inclusive) to `until` (exclusive). */
export type Range = { at: number; seq: number; since: number; until: number; limit: number }

export const EVENT_FIELDS = {
  seq: events.seq,
  at: events.at,
  type: events.type,
  service: events.service,
  keyId: events.keyId,
  clientIp: events.clientIp,
  userAgent: events.userAgent,
  details: events.details,
  verificationId: sql<string | null>`${verifications.id}`.as('verification_id'),
  reference: sql<string | null>`${verifications.reference}`.as('reference'),
  /** The recipient's: the verification's, or the event's own where there is none. */
  budgetIndex:
    sql<Uint8Array | null>`coalesce(${events.budgetIndex}, ${verifications.budgetIndex})`.as(
      'budget',
    ),
  recipientSealed: sql<Uint8Array | null>`coalesce(${verifications.recipientSealed},
    ${events.recipientSealed})`.as('recipient'),
  channel: sql<VerificationChannel | null>`${verifications.channel}`.as('channel'),
}

/** The clock's newest time is among the last rows: commits wait 2 s at most, many rows come in that time. */
const NEWEST_AMONG = 1_000

/** Sorted in memory for one page. A person has some dozens; a test number may have any number. */
const MAX_ROWS_OF_A_PERSON = 5_000

const p = sql.placeholder
const inRange = sql`${events.at} >= +${p('since')} and ${events.at} < +${p('until')}
  and (${events.at}, ${events.seq}) < (+${p('at')}, +${p('seq')})`

function createNarrow(orm: Orm) {
  const e = events
  const v = verifications
  const ofVerifications = (condition: ReturnType<typeof eq>) =>
    orm
      .select(EVENT_FIELDS)
      .from(v)
      .innerJoin(e, eq(e.verificationSeq, v.seq))
      .where(sql`${condition} and ${inRange}`)
      .prepare()
  const byId = ofVerifications(eq(v.id, p('key')))
  const byReference = ofVerifications(eq(v.reference, p('key')))
  // An event is never older than its verification: newest verifications first, as the index has them.
  const byBudget = orm
    .select(EVENT_FIELDS)
    .from(v)
    .innerJoin(e, eq(e.verificationSeq, v.seq))
    .where(sql`${v.budgetIndex} = +${p('key')} and ${v.createdAt} <= +${p('at')} and ${inRange}`)
    .orderBy(desc(v.createdAt))
    .limit(atMost(MAX_ROWS_OF_A_PERSON))
    .prepare()
  const ownBudget = orm
    .select(EVENT_FIELDS)
    .from(e)
    .leftJoin(v, eq(v.seq, e.verificationSeq))
    .where(sql`${e.budgetIndex} = +${p('key')} and ${inRange}`)
    .orderBy(desc(e.seq))
    .limit(atMost(MAX_ROWS_OF_A_PERSON))
    .prepare()
  const ofNone = orm
    .select(EVENT_FIELDS)
    .from(e)
    .leftJoin(v, eq(v.seq, e.verificationSeq))
    .where(sql`${e.budgetIndex} = +${p('key')} and ${isNull(e.verificationSeq)} and ${inRange}`)
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
  const e = events
  const stream = orm
    .select(EVENT_FIELDS)
    .from(e)
    .leftJoin(verifications, eq(verifications.seq, e.verificationSeq))
    .where(sql`${e.service} = +${p('service')} and ${e.type} = +${p('type')} and ${inRange}`)
    .orderBy(desc(e.at), desc(e.seq))
    .limit(atMost('limit'))
    .prepare()
  // A step through the index for each service, not through its rows.
  const serviceAfter = orm
    .select({ service: sql<string | null>`min(${e.service})` })
    .from(e)
    .where(sql`${e.service} > +${p('service')}`)
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

export function createEventReads(orm: Orm) {
  const newest = orm
    .select({ at: sql<number | null>`max(at)` })
    .from(sql`(select at from events order by seq desc limit ${sql.raw(String(NEWEST_AMONG))})`)
    .prepare()
  return {
    ...createNarrow(orm),
    ofStreams: createStreams(orm),
    /** 0 where the log is empty. */
    newestAt: () => newest.get()?.at ?? 0,
  }
}
