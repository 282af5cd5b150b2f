// The list of suppressed recipients on PostgreSQL: each write a function of the database (drizzle/postgres, 'suppressions').
// It must not hold a rule of its own: verification/suppression.ts decides.

import type { Suppression } from '../../verification/suppression.ts'
import { ROWS_READ } from '../bounded-slice.ts'
import { decodeCursor } from '../cursor.ts'
import type { Engine } from '../engine.ts'
import { type SuppressionRow, toSlice } from '../suppressions.ts'
import { sql } from './drizzle.ts'
import { keyIdsOf } from './key-steps.ts'
import type { Query } from './pool.ts'
import { actorJson, byteList, bytesOf, camelRow, json, type Raw, rowJson } from './rows.ts'

const toRow = (row: Raw) => camelRow(row) as SuppressionRow
function toSuppression(row: Raw): Suppression {
  const { seq: _seq, ...rest } = toRow(row)
  return rest
}

export function createSuppressionRows(query: Query): Engine['suppressions'] {
  return {
    async find({ channel, addressIndexes }) {
      const [row] = await query<Raw>(sql`select * from suppressions
        where address_index = any(${byteList(addressIndexes)}) and channel = ${channel} limit 1`)
      return row && toSuppression(row)
    },
    async list(filter, cursor, limit) {
      const { budgetIndexes } = filter
      const isMeant = budgetIndexes
        ? sql`and budget_index = any(${byteList(budgetIndexes)})`
        : sql``
      const rows = await query<Raw>(sql`select * from suppressions
        where seq < ${decodeCursor(cursor).seq} ${isMeant} order by seq desc limit ${ROWS_READ}`)
      return toSlice(rows.map(toRow), filter, limit)
    },
    async replace({ key, before, row, actor }) {
      const { id: suppression, channel, reason, provider, code, service } = row
      const [done] = await query<{ done: boolean }>(sql`select cs_replace_suppression_1(
        ${byteList(key.addressIndexes)}, ${before}, ${rowJson(row)},
        ${json({ suppression, channel, reason, provider, code })}, ${actorJson({ ...actor, service })}) as done`)
      return done?.done ?? false
    },
    async lift({ id, service, now, actor, details }) {
      const [row] = await query<Raw>(sql`select * from cs_lift_suppression_1(
        ${id}, ${service}, ${now}, ${actorJson(actor)}, ${json(details)})`)
      return row && toSuppression(row)
    },
    async purge({ before, limit }) {
      const [row] = await query<{ gone: number }>(
        sql`select cs_purge_suppressions_1(${before}, ${limit}) as gone`,
      )
      return row?.gone ?? 0
    },
    keyIds: () => keyIdsOf(query, 'suppressions', 'key_id'),
    async notUnder(keyId, after, limit) {
      const rows = await query<Raw>(sql`select * from suppressions
        where key_id <> ${keyId} and id > ${after} order by id limit ${limit}`)
      return rows.map(toSuppression)
    },
    async rewrap({ before, after }) {
      const [address, budget, sealed, was] = bytesOf([
        ...[after.addressIndex, after.budgetIndex, after.recipientSealed],
        before.recipientSealed,
      ])
      const rows = await query(sql`update suppressions set address_index = ${address},
          budget_index = ${budget}, recipient_sealed = ${sealed}, key_id = ${after.keyId}
        where id = ${before.id} and recipient_sealed = ${was} returning id`)
      return rows.length > 0
    },
  }
}
