// The event log on PostgreSQL: append, and pages by every filter, each by an index.
// It must not change or remove an event.

import {
  EVENT_TYPES,
  type EventQuery,
  type EventRecord,
  type EventStore,
  type RefusalRecord,
} from '../../events/types.ts'
import { decodeCursor, encodeCursor, type Place, toPage } from '../cursor.ts'
import { type Sql, sql, texts } from './drizzle.ts'
import { createFollow, EVENT_FIELDS, toEventRecord } from './event-follow.ts'
import type { Query } from './pool.ts'
import { byteList, hex, json, type Raw } from './rows.ts'

/** Of a refusal: whom it is about, in addition. */
const REFUSAL_FIELDS = sql`${EVENT_FIELDS}, coalesce(e.budget_index, v.budget_index) as budget_index,
  coalesce(v.recipient_sealed, e.recipient_sealed) as recipient_sealed, v.channel`

const placeOf = ({ at, sequence }: EventRecord): Place => ({ at, seq: sequence })

function toRefusal(row: Raw): RefusalRecord {
  const record = toEventRecord(row) as RefusalRecord
  return { ...record, cursor: encodeCursor(placeOf(record)) }
}

const NEWEST_FIRST = sql`order by e.at desc, e.seq desc`

const all = (conditions: readonly Sql[]) => sql.join([...conditions], sql` and `)

function rangeOf(query: EventQuery, place: Place): Sql {
  return sql`e.at >= ${query.since ?? 0} and e.at < ${query.until ?? Number.MAX_SAFE_INTEGER}
    and (e.at, e.seq) < (${place.at}, ${place.seq})`
}

/** One verification, one case or one person: few rows, found by their index and sorted. */
function narrowly(query: EventQuery, fields: Sql, place: Place, limit: number): Sql {
  const { service, types, verificationId, reference, budgetIndexes } = query
  const budgets = budgetIndexes && byteList(budgetIndexes)
  const conditions = [rangeOf(query, place)]
  if (service !== null) conditions.push(sql`e.service = ${service}`)
  if (types && types.length > 0) conditions.push(sql`e.type = any(${texts(types)})`)
  if (verificationId === null) conditions.push(sql`e.verification_seq is null`)
  else if (verificationId !== undefined) conditions.push(sql`v.id = ${verificationId}`)
  if (reference !== undefined) conditions.push(sql`v.reference = ${reference}`)
  const isOfOne = verificationId || reference !== undefined
  if (budgets && isOfOne)
    conditions.push(sql`coalesce(e.budget_index, v.budget_index) = any(${budgets})`)
  const events =
    budgets && !isOfOne
      ? sql`(select * from events where budget_index = any(${budgets}) ${
          verificationId === null
            ? sql``
            : sql`or verification_seq = any(array(
          select seq from verifications where budget_index = any(${budgets})))`
        } offset 0)`
      : sql`events`
  return sql`select ${fields} from ${events} e left join verifications v on v.seq = e.verification_seq
    where ${all(conditions)} ${NEWEST_FIRST} limit ${limit}`
}

/** One short stream through the index for each service and type, merged: never a scan. */
function byStreams(query: EventQuery, fields: Sql, place: Place, limit: number): Sql {
  const types = query.types && query.types.length > 0 ? query.types : EVENT_TYPES
  const services =
    query.service === null
      ? sql`(with recursive s(service) as (
          (select service from events order by service limit 1) union all
          select (select service from events where service > s.service order by service limit 1)
          from s where s.service is not null
        ) select service from s where service is not null)`
      : sql`(select ${query.service}::text as service)`
  return sql`select ${fields} from ${services} s cross join unnest(${texts(types)}) t(type)
      cross join lateral (
        select * from events e where e.service = s.service and e.type = t.type and ${rangeOf(query, place)}
        ${NEWEST_FIRST} limit ${limit}
      ) e left join verifications v on v.seq = e.verification_seq
    ${NEWEST_FIRST} limit ${limit}`
}

function isNarrow({ verificationId, reference, budgetIndexes }: EventQuery): boolean {
  return verificationId !== undefined || reference !== undefined || budgetIndexes !== undefined
}

export function createEventStore(query: Query): EventStore & { newestAt(): Promise<number> } {
  const list = async <Shown extends EventRecord>(
    asked: EventQuery,
    fields: Sql,
    show: (row: Raw) => Shown,
  ) => {
    const read = isNarrow(asked) ? narrowly : byStreams
    const rows = await query<Raw>(read(asked, fields, decodeCursor(asked.cursor), asked.limit + 1))
    return toPage(rows.map(show), asked.limit, placeOf)
  }
  return {
    async append(events) {
      const rows = events.map(({ budgetIndex, recipientSealed, ...event }, n) => ({
        ...event,
        // A join keeps no order: without it events of one statement would come in any order.
        n,
        budget: budgetIndex && hex(budgetIndex),
        recipient: recipientSealed && hex(recipientSealed),
      }))
      // mutant: C73.pg-event-order
      await query(sql`
        insert into events (at, type, verification_seq, service, key_id, client_ip, user_agent, budget_index, recipient_sealed, details)
        select x.at, x.type, v.seq, x.service, x."keyId", x."clientIp", x."userAgent", decode(x.budget, 'hex'),
          decode(x.recipient, 'hex'), x.details
        from jsonb_to_recordset(${json(rows)}) as x(at bigint, type text, "verificationId" text, service text,
          "keyId" text, "clientIp" text, "userAgent" text, budget text, recipient text, details jsonb, n integer)
        left join verifications v on v.id = x."verificationId" order by x.n`)
    },
    list: (asked) => list(asked, EVENT_FIELDS, toEventRecord),
    listRefusals: (asked) =>
      list({ ...asked, types: ['request.refused'] }, REFUSAL_FIELDS, toRefusal),
    follow: createFollow(query),
    async mark() {
      // A sum: a number below the highest may be committed after it.
      const [row] = await query<{ mark: string | null }>(
        sql`select sum(seq)::text as mark from (select seq from events order by seq desc limit 200) e`,
      )
      return row?.mark ?? ''
    },
    async newestAt() {
      const [row] = await query<{ at: number | null }>(
        sql`select max(at) as at from (select at from events order by seq desc limit 1000) e`,
      )
      return row?.at ?? 0
    },
  }
}
