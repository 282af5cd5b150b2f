// Sessions of the admin console on PostgreSQL.
// It must not see a session's id, only its SHA-256.

import {
  type AdminSession,
  type AdminSessionStore,
  MAX_SESSIONS_OF_KEY,
} from '../../access/ports.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { camelRow, type Raw } from './rows.ts'

export function createAdminSessionStore(query: Query): AdminSessionStore {
  return {
    async insert({ idHash, keyId, createdAt, seenAt, expiresAt }) {
      // mutant: C33.pg-session-cap
      await query(sql`delete from admin_sessions where expires_at < ${createdAt} or id_hash in
        (select id_hash from admin_sessions where key_id = ${keyId}
          order by created_at desc offset ${MAX_SESSIONS_OF_KEY - 1})`)
      await query(sql`insert into admin_sessions (id_hash, key_id, created_at, seen_at, expires_at)
        values (${Buffer.from(idHash)}, ${keyId}, ${createdAt}, ${seenAt}, ${expiresAt})`)
    },
    async find(idHash) {
      const [row] = await query<Raw>(
        sql`select * from admin_sessions where id_hash = ${Buffer.from(idHash)}`,
      )
      return row && (camelRow(row) as AdminSession)
    },
    async touch(idHash, now) {
      await query(sql`update admin_sessions set seen_at = greatest(seen_at, ${now})
        where id_hash = ${Buffer.from(idHash)}`)
    },
    async remove(idHash) {
      const rows = await query(
        sql`delete from admin_sessions where id_hash = ${Buffer.from(idHash)} returning key_id`,
      )
      return rows.length > 0
    },
  }
}
