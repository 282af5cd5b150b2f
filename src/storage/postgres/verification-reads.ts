// The console's list of verifications, each with its newest message, on PostgreSQL.
// It must not scan: a page without a narrow key looks at a bounded stretch of the rows, newest first.

import type {
  SendTry,
  VerificationFilter,
  VerificationReads,
  VerificationSlice,
} from '../../admin/ports.ts'
import { type RecentRow, toRecentTries } from '../recent-tries.ts'
import {
  byCreation,
  bySeq,
  decodeSeq,
  MAX_LOOKED_AT,
  type Numbered,
  type NumberedVerification,
  OUT_OF_ORDER_MS,
  startOf,
  toPage,
  withoutNumber,
} from '../verification-slices.ts'
import { type Sql, sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { byteList, camelRow, type Raw } from './rows.ts'

const FIELDS = sql`v.seq, v.id, v.reference, v.service, v.status, v.channel, v.purpose, v.kind, v.authenticated,
  v.country, v.locale, v.metadata, v.recipient_sealed, v.budget_index, v.attempts, v.failed, v.max_attempts,
  v.sends, v.max_sends, v.code_length, v.client_ip, v.created_at, v.expires_at, v.ended_at, v.checked_by, v.outcome,
  d.status as delivery_status, d.provider, d.error_code, d.error_message`
const WITH_MESSAGE = sql`left join deliveries d on d.verification_seq = v.seq and d.send = v.sends`
const STOP = sql`v.seq, v.created_at as "createdAt"`

const toNumbered = (row: Raw) => camelRow(row) as NumberedVerification

/** The names of what may be filtered by, each with its column. */
const FILTERS = [
  ['service', sql`v.service`], // mutant: C35.pg-verifications-service
  ['status', sql`v.status`],
  ['channel', sql`v.channel`],
  ['country', sql`v.country`],
  ['delivery', sql`d.status`],
  ['provider', sql`d.provider`],
  [
    'fault',
    sql`(select a.fault from send_attempts a where a.verification_seq = v.seq and a.send = v.sends
      and a.result is not null order by a.attempt desc limit 1)`,
  ],
  ['reference', sql`v.reference`],
] as const

const all = (conditions: readonly Sql[]) => sql.join([...conditions], sql` and `)

function matches(filter: VerificationFilter): Sql {
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = filter
  const wanted = FILTERS.flatMap(([name, column]) =>
    filter[name] === null || filter[name] === undefined ? [] : [sql`${column} = ${filter[name]}`],
  )
  return all([sql`v.created_at >= ${since} and v.created_at < ${until}`, ...wanted])
}

/** By number, newest first: of a case, or of everybody. */
function createByNumber(query: Query) {
  const seqAt = async (time: number) => {
    const [row] = await query<{ seq: number }>(sql`select cs_seq_at_1(${time}) as seq`)
    return row?.seq ?? 0
  }
  return async (
    filter: VerificationFilter,
    cursor: string | null,
    limit: number,
  ): Promise<VerificationSlice> => {
    const { reference, budgetIndexes, since, until } = filter
    const given = decodeSeq(cursor)
    const end = until === undefined ? given : await seqAt(until + OUT_OF_ORDER_MS)
    const below = Math.min(given, end)
    const above = since === undefined ? 0 : (await seqAt(since - OUT_OF_ORDER_MS)) - 1
    // All rows of a case are checked: they are few, and found by their index.
    const [stop] =
      reference === undefined
        ? await query<Numbered>(sql`select ${STOP} from verifications v
            where seq < ${below} order by seq desc limit 1 offset ${MAX_LOOKED_AT - 1}`)
        : []
    const from = Math.max((stop?.seq ?? 1) - 1, above)
    const conditions = [sql`v.seq < ${below} and v.seq > ${from}`, matches(filter)]
    if (budgetIndexes) conditions.push(sql`v.budget_index = any(${byteList(budgetIndexes)})`)
    const found = await query<Raw>(sql`select ${FIELDS} from verifications v ${WITH_MESSAGE}
      where ${all(conditions)} order by v.seq desc limit ${limit + 1}`)
    return toPage(found.map(toNumbered), limit, stop, bySeq(above))
  }
}

/** Of one person, by the index of persons: a test number may have a million, and none of them are sorted. */
function createOfPerson(query: Query) {
  return async (
    filter: VerificationFilter,
    budgetIndexes: readonly Uint8Array[],
    cursor: string | null,
    limit: number,
  ): Promise<VerificationSlice> => {
    const start = startOf(filter, cursor)
    const looked = sql`(select v.* from unnest(${byteList(budgetIndexes)}) b(index) cross join lateral (
        select * from verifications v where v.budget_index = b.index and v.created_at >= ${filter.since ?? 0}
          and (v.created_at, v.seq) < (${start.at}, ${start.seq})
        order by v.created_at desc, v.seq desc limit ${MAX_LOOKED_AT}
      ) v order by v.created_at desc, v.seq desc limit ${MAX_LOOKED_AT})`
    const [stop] = await query<Numbered>(sql`select ${STOP} from ${looked} v
      order by created_at desc, seq desc limit 1 offset ${MAX_LOOKED_AT - 1}`)
    const conditions = [matches(filter)]
    // A row that came in between would push the last one out of both pages.
    if (stop) conditions.push(sql`(v.created_at, v.seq) >= (${stop.createdAt}, ${stop.seq})`)
    const found = await query<Raw>(sql`select ${FIELDS} from ${looked} v ${WITH_MESSAGE}
      where ${all(conditions)} order by v.created_at desc, v.seq desc limit ${limit + 1}`)
    return toPage(found.map(toNumbered), limit, stop, byCreation)
  }
}

export function createVerificationReads(query: Query): VerificationReads {
  const byNumber = createByNumber(query)
  const ofPerson = createOfPerson(query)
  return {
    async list(filter, cursor, limit) {
      const { reference, budgetIndexes } = filter
      return reference === undefined && budgetIndexes !== undefined
        ? ofPerson(filter, budgetIndexes, cursor, limit)
        : byNumber(filter, cursor, limit)
    },
    async find(service, id) {
      const [row] = await query<Raw>(sql`select ${FIELDS} from verifications v ${WITH_MESSAGE}
        where v.id = ${id} and (${service}::text is null or v.service = ${service})`)
      return row && withoutNumber(toNumbered(row))
    },
    async recentTries(before, limit) {
      const rows =
        await query<Raw>(sql`select v.seq, v.created_at, v.kind, v.status, v.checked_by, v.outcome, v.country, v.budget_index, d.channel,
          a.provider, a.started_at, a.result, a.fault, a.receipt, a.receipt_at
        from (select * from verifications where seq < ${before ?? Number.MAX_SAFE_INTEGER}
          order by seq desc limit ${limit}) v
        left join send_attempts a on a.verification_seq = v.seq
        left join deliveries d on d.verification_seq = a.verification_seq and d.send = a.send
        order by v.seq desc, a.send desc, a.attempt desc`)
      return toRecentTries(
        rows.map((row) => camelRow(row) as RecentRow),
        limit,
      )
    },
    async triesOf(id) {
      const rows =
        await query<Raw>(sql`select a.send, a.attempt as try_number, a.provider, a.started_at, a.duration_ms,
          a.result, a.reference, a.error_code, a.error_message, a.fault,
          a.receipt, a.receipt_at, a.receipt_code
        from verifications v join send_attempts a on a.verification_seq = v.seq where v.id = ${id}
        order by a.send, a.attempt`)
      return rows.map((row) => camelRow(row) as SendTry)
    },
  }
}
