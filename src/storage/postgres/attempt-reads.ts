// The attempts as the console reads them, on PostgreSQL.
// It must not scan: a page without a narrow key looks at a bounded stretch of the rows, newest first.

import type { AttemptFilter, AttemptReads, SendAttempt } from '../../admin/ports.ts'
import {
  decodeAttemptCursor,
  encodeAttemptCursor,
  MAX_LOOKED_AT,
  OUT_OF_ORDER_MS,
} from '../attempt-cursor.ts'
import { ATTEMPT_FIELDS, conditionsOf, toAttempt, WITH_MESSAGE } from './attempt-rows.ts'
import { sql } from './drizzle.ts'
import { createPersonAttempts } from './person-attempts.ts'
import type { Query } from './pool.ts'
import { camelRow, type Raw } from './rows.ts'

type Place = { seq: number; created_at: number }

export function createAttemptReads(query: Query): AttemptReads {
  const ofPerson = createPersonAttempts(query)
  /** Where a page that has no narrow key stops looking. */
  const findBound = async (below: number) => {
    const [row] = await query<Place>(sql`select seq, created_at from verifications
      where seq < ${below} order by seq desc limit 1 offset ${MAX_LOOKED_AT - 1}`)
    return row
  }
  const seqAt = async (time: number) => {
    const [row] = await query<{ seq: number }>(sql`select cs_seq_at_1(${time}) as seq`)
    return row?.seq ?? 0
  }
  const rangeOf = async ({ since, until }: AttemptFilter, cursor: string | null) => {
    const given = decodeAttemptCursor(cursor)
    const end = until === undefined ? given : await seqAt(until + OUT_OF_ORDER_MS)
    const above = since === undefined ? 0 : (await seqAt(since - OUT_OF_ORDER_MS)) - 1
    return { above, below: Math.min(given, end) }
  }
  return {
    async list(filter, cursor, limit) {
      const { reference, budgetIndexes } = filter
      if (reference === undefined && budgetIndexes !== undefined)
        return ofPerson(filter, budgetIndexes, cursor, limit)
      const { above, below } = await rangeOf(filter, cursor)
      const bound = reference === undefined ? await findBound(below) : undefined
      const from = Math.max((bound?.seq ?? 1) - 1, above)
      const conditions = [sql`v.seq < ${below} and v.seq > ${from}`, ...conditionsOf(filter)]
      const found = await query<
        Raw & Place
      >(sql`select ${ATTEMPT_FIELDS} from verifications v ${WITH_MESSAGE}
        where ${sql.join(conditions, sql` and `)} order by v.seq desc limit ${limit + 1}`)
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : bound
      const hasMore = last !== undefined && last.seq - 1 > above
      return {
        items: page.map(toAttempt),
        nextCursor: hasMore ? encodeAttemptCursor(last.seq) : null,
        lookedBackTo: hasMore && last === bound ? last.created_at : null,
      }
    },
    async find(service, id) {
      const [row] =
        await query<Raw>(sql`select ${ATTEMPT_FIELDS} from verifications v ${WITH_MESSAGE}
        where v.id = ${id} and (${service}::text is null or v.service = ${service})`)
      return row && toAttempt(row)
    },
    async sendAttemptsOf(id) {
      const rows =
        await query<Raw>(sql`select a.send, a.attempt, a.provider, a.started_at, a.duration_ms, a.result,
          a.reference, a.error_code, a.error_message
        from verifications v join send_attempts a on a.verification_seq = v.seq where v.id = ${id}
        order by a.send, a.attempt`)
      return rows.map((row) => camelRow(row) as SendAttempt)
    },
  }
}
