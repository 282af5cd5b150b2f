// Access, on PostgreSQL: API keys, and the sessions of the admin console.
// It must not see a secret of either, only its SHA-256.

import {
  type AdminSession,
  type AdminSessionStore,
  type ApiKeyRecord,
  type ApiKeyStore,
  MAX_SESSIONS_OF_KEY,
} from '../../access/ports.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { camelRow, json, type Raw } from './rows.ts'

const toKey = (row: Raw) => camelRow(row) as ApiKeyRecord

export function createApiKeyStore(query: Query): ApiKeyStore {
  return {
    async find(id) {
      const [row] = await query<Raw>(sql`select * from api_keys where id = ${id}`)
      return row && toKey(row)
    },
    async insert({ id, service, name, scopes, secretHash, createdAt, ...times }) {
      await query(sql`insert into api_keys
        (id, service, name, scopes, secret_hash, created_at, revoked_at, expires_at, last_used_at)
        values (${id}, ${service}, ${name}, ${json(scopes)}, ${Buffer.from(secretHash)}, ${createdAt},
          ${times.revokedAt}, ${times.expiresAt}, ${times.lastUsedAt})`)
    },
    async list(service) {
      const which =
        service === null
          ? sql`order by id desc`
          : sql`where service = ${service} order by created_at desc`
      return (await query<Raw>(sql`select * from api_keys ${which}`)).map(toKey)
    },
    async revoke(id, now) {
      const rows = await query(sql`update api_keys set revoked_at = coalesce(revoked_at, ${now})
        where id = ${id} returning id`)
      return rows.length > 0
    },
    async touch(id, now) {
      await query(
        sql`update api_keys set last_used_at = greatest(last_used_at, ${now}) where id = ${id}`,
      )
    },
  }
}

export function createAdminSessionStore(query: Query): AdminSessionStore {
  return {
    async insert({ idHash, keyId, identitySealed, createdAt, seenAt, expiresAt }) {
      // mutant: C33.pg-session-cap
      await query(sql`delete from admin_sessions where expires_at < ${createdAt} or id_hash in
        (select id_hash from admin_sessions where key_id = ${keyId}
          order by created_at desc offset ${MAX_SESSIONS_OF_KEY - 1})`)
      const sealed = identitySealed && Buffer.from(identitySealed)
      const rows = await query(sql`insert into admin_sessions
        (id_hash, key_id, identity_sealed, created_at, seen_at, expires_at)
        values (${Buffer.from(idHash)}, ${keyId}, ${sealed}, ${createdAt}, ${seenAt}, ${expiresAt})
        on conflict do nothing returning key_id`)
      return rows.length > 0
    },
    async find(idHash) {
      const [row] = await query<Raw>(
        sql`select * from admin_sessions where id_hash = ${Buffer.from(idHash)}`,
      )
      return row && (camelRow(row) as AdminSession)
    },
    async list({ seenSince, now, limit }) {
      const rows = await query<Raw>(sql`select * from admin_sessions
        where seen_at > ${seenSince} and expires_at > ${now} order by seen_at desc limit ${limit}`)
      return rows.map((row) => camelRow(row) as AdminSession)
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
