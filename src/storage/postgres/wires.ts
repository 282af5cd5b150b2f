// The wires' rows on PostgreSQL: written with a start, found by the wire's id or by what the start was made with.

import type { WireKey, WireStore } from '../../verification/wire-ports.ts'
import type { RowBeside } from './beside.ts'
import type { Query } from './pool.ts'
import { bytesOf, type Raw, toRecord } from './rows.ts'

export const wireRow = (id: string, { wire, sid }: WireKey): RowBeside => ({
  into: 'wire_verifications (verification_id, wire, sid)',
  types: ['text', 'text', 'text'],
  values: [id, wire, sid],
})

const OF_WIRE = `select w.sid as wire_sid, f.* from verification_rows_2 f
  join wire_verifications w on w.verification_id = f.id where f.service = $1 and w.wire = $2`
const BY_SID = `${OF_WIRE} and w.sid = $3`
const NEWEST = `${OF_WIRE} and f.session_mac = any($3) order by f.seq desc limit 1`
const SID = 'select sid from wire_verifications where verification_id = $1'
/** Whoever named it may name two alike, one after the other: the one before has ended. */
const FREE =
  'update wire_verifications set sid = verification_id where sid = $2 and verification_id <> $1'
const RENAME = 'update wire_verifications set sid = $2 where verification_id = $1'

export function createWireStore(query: Query): WireStore {
  const one = async (text: string, values: unknown[]) => {
    const [row] = await query<Raw>({ text, values })
    if (!row) return undefined
    const { wire_sid: sid, ...record } = row
    return { sid: String(sid), record: toRecord(record) }
  }
  return {
    find: (service, { wire, sid }) => one(BY_SID, [service, wire, sid]),
    newest: (service, { wire, sessionMacs }) => one(NEWEST, [service, wire, bytesOf(sessionMacs)]),
    async sidOf(id) {
      const [row] = await query<{ sid: string }>({ text: SID, values: [id] })
      return row?.sid
    },
    async rename(id, sid) {
      for (const text of [FREE, RENAME]) await query({ text, values: [id, sid] })
    },
  }
}
