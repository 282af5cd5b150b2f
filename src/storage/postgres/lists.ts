// The block and allow lists on PostgreSQL: each write a function of the database (drizzle/postgres, 'lists').
// It must not hold a rule of its own: shield/lists.ts and shield/match.ts decide.

import type { ListStore, Made } from '../../shield/ports.ts'
import { type EntryRow, toEntrySlice } from '../lists.ts'
import { sql } from './drizzle.ts'
import { createPeopleReads } from './people-rows.ts'
import type { Query } from './pool.ts'
import { actorJson, json, type Raw, rowJson } from './rows.ts'

export function createListStore(query: Query): ListStore {
  const { newest, toRow, ...people } = createPeopleReads<EntryRow>(
    query,
    'list_entries',
    'root_key',
  )
  return {
    ...people,
    async version() {
      const [row] = await query<{ version: number }>(sql`select version from list_version`)
      return row?.version ?? 0
    },
    async inForce(now, limit) {
      const rows = await query<Raw>(sql`select * from list_entries
        where ends_at is null or ends_at > ${now} limit ${limit}`)
      return rows.map(toRow)
    },
    async find(id) {
      const [row] = await query<Raw>(sql`select * from list_entries where id = ${id}`)
      return row && toRow(row)
    },
    list: async (filter, cursor, limit) =>
      toEntrySlice(await newest(filter.budgetIndexes, cursor), filter, limit),
    async make({ entry, most, share, actor, details }) {
      const [row] = await query<Made>(sql`select * from cs_make_list_entry_2(
        ${rowJson(entry)}, ${most}, ${share}, ${actorJson(actor)}, ${json(details)})`)
      if (!row) throw new Error('the database made no decision on an entry')
      return row
    },
    async end({ entry, now, actor, details }) {
      const [row] = await query<{ done: boolean }>(sql`select cs_end_list_entry_1(
        ${entry.id}, ${now}, ${actorJson(actor)}, ${json(details)}) as done`)
      return row?.done ?? false
    },
    async purge({ before, limit }) {
      const [row] = await query<{ gone: number }>(
        sql`select cs_purge_list_entries_1(${before}, ${limit}) as gone`,
      )
      return row?.gone ?? 0
    },
    async rewrap({ before, after }) {
      const sealed = before.recipientSealed && Buffer.from(before.recipientSealed)
      const [row] = await query<{ done: boolean }>(
        sql`select cs_rewrap_list_entry_1(${before.id}, ${sealed}, ${rowJson(after)}) as done`,
      )
      return row?.done ?? false
    },
  }
}
