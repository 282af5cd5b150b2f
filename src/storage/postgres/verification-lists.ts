// Verifications of one person, and the newest of one browser session.
// It must not read without an index: `verifications_budget` and `verifications_session` serve these.

import type { VerificationStore } from '../../verification/ports.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { StoreContext } from './context.ts'
import { sql } from './drizzle.ts'
import { byteList, type Raw, toRecord } from './rows.ts'

export function createLists({
  query,
}: StoreContext): Pick<VerificationStore, 'list' | 'findBySession'> {
  return {
    async findBySession({ service, addressIndexes, purpose, sessionMacs }) {
      const [row] = await query<Raw>(sql`select * from verification_rows
        where session_mac = any(${byteList(sessionMacs)}) and service = ${service}
          and address_index = any(${byteList(addressIndexes)}) and purpose = ${purpose}
        order by seq desc limit 1`)
      return row && toRecord(row)
    },
    async list({ service, budgetIndexes, cursor, limit }) {
      const { at, seq } = decodeCursor(cursor)
      const found = await query<Raw>(sql`select * from verification_rows
        where budget_index = any(${byteList(budgetIndexes)}) and service = ${service}
          and (created_at, seq) < (${at}, ${seq})
        order by created_at desc, seq desc limit ${limit + 1}`)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const place = last && { at: Number(last.created_at), seq: Number(last.seq) }
      return {
        items: page.map(toRecord),
        nextCursor: place && found.length > limit ? encodeCursor(place) : null,
      }
    },
  }
}
