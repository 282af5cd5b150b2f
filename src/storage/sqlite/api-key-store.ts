// API keys on SQLite.
// It must not see a key's secret, only its SHA-256.

import type { ApiKeyRecord, ApiKeyStore, Scope } from '../../access/ports.ts'
import { desc, eq, type Orm, sql } from './drizzle.ts'
import { apiKeys } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

function toRecord(row: typeof apiKeys.$inferSelect): ApiKeyRecord {
  return { ...row, scopes: JSON.parse(row.scopes) as Scope[] }
}

export function createApiKeyStore({ orm, writer }: { orm: Orm; writer: Writer }): ApiKeyStore {
  const p = sql.placeholder
  const t = apiKeys
  const find = orm
    .select()
    .from(t)
    .where(eq(t.id, p('id')))
    .prepare()
  const ofService = orm
    .select()
    .from(t)
    .where(eq(t.service, p('service')))
    .orderBy(desc(t.createdAt))
    .prepare()
  const all = orm.select().from(t).orderBy(desc(t.id)).prepare()
  const insert = orm
    .insert(t)
    .values({
      id: p('id'),
      service: p('service'),
      name: p('name'),
      scopes: p('scopes'),
      secretHash: p('secretHash'),
      createdAt: p('createdAt'),
      revokedAt: p('revokedAt'),
    })
    .prepare()
  const revoke = orm
    .update(t)
    .set({ revokedAt: sql`coalesce(${t.revokedAt}, ${p('now')})` })
    .where(eq(t.id, p('id')))
    .prepare()
  return {
    find: (id) =>
      writer.read(() => {
        const row = find.get({ id })
        return row && toRecord(row)
      }),
    insert: (record) =>
      writer.write(() => void insert.run({ ...record, scopes: JSON.stringify(record.scopes) })),
    list: (service) =>
      writer.read(() => (service === null ? all.all() : ofService.all({ service })).map(toRecord)),
    revoke: (id, now) => writer.write(() => revoke.run({ id, now }).changes > 0),
  }
}
