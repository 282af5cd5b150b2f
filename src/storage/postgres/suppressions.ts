// The list of suppressed recipients on PostgreSQL: each write a function of the database (drizzle/postgres, 'suppressions').
// It must not hold a rule of its own: verification/suppression.ts decides.

import type { Engine } from '../engine.ts'
import { type SuppressionRow, toSlice } from '../suppressions.ts'
import { sql } from './drizzle.ts'
import { createPeopleReads } from './people-rows.ts'
import type { Query } from './pool.ts'
import { actorJson, byteList, bytesOf, json, type Raw, rowJson } from './rows.ts'

export function createSuppressionRows(query: Query): Engine['suppressions'] {
  const { newest, toRow, ...people } = createPeopleReads<SuppressionRow>(
    query,
    'suppressions',
    'key_id',
  )
  return {
    ...people,
    async find({ channel, addressIndexes }) {
      const [row] = await query<Raw>(sql`select * from suppressions
        where address_index = any(${byteList(addressIndexes)}) and channel = ${channel} limit 1`)
      return row && toRow(row)
    },
    list: async (filter, cursor, limit) =>
      toSlice(await newest(filter.budgetIndexes, cursor), filter, limit),
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
      return row && toRow(row)
    },
    async purge({ before, limit }) {
      const [row] = await query<{ gone: number }>(
        sql`select cs_purge_suppressions_1(${before}, ${limit}) as gone`,
      )
      return row?.gone ?? 0
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
