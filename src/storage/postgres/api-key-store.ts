// API keys on PostgreSQL.
// It must not see a key's secret, only its SHA-256.

import type { ApiKeyRecord, ApiKeyStore } from '../../access/ports.ts'
import { sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { camelRow, json, type Raw } from './rows.ts'

const toRecord = (row: Raw) => camelRow(row) as ApiKeyRecord

export function createApiKeyStore(query: Query): ApiKeyStore {
  return {
    async find(id) {
      const [row] = await query<Raw>(sql`select * from api_keys where id = ${id}`)
      return row && toRecord(row)
    },
    async insert({ id, service, name, scopes, secretHash, createdAt, revokedAt }) {
      await query(sql`insert into api_keys (id, service, name, scopes, secret_hash, created_at, revoked_at)
        values (${id}, ${service}, ${name}, ${json(scopes)}, ${Buffer.from(secretHash)}, ${createdAt}, ${revokedAt})`)
    },
    async list(service) {
      const rows =
        service === null
          ? await query<Raw>(sql`select * from api_keys order by id desc`)
          : await query<Raw>(
              sql`select * from api_keys where service = ${service} order by created_at desc`,
            )
      return rows.map(toRecord)
    },
    async revoke(id, now) {
      const rows = await query(sql`update api_keys set revoked_at = coalesce(revoked_at, ${now})
        where id = ${id} returning id`)
      return rows.length > 0
    },
  }
}
