// Access, on SQLite: API keys, and the sessions of the admin console.
// It must not see a secret of either, only its SHA-256.

import {
  type AdminSessionStore,
  type ApiKeyRecord,
  type ApiKeyStore,
  MAX_SESSIONS_OF_KEY,
  type Scope,
} from '../../access/ports.ts'
import { and, atMost, desc, eq, gt, lt, type Orm, sql } from './drizzle.ts'
import { apiKeys as k, adminSessions as s } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

type Deps = { orm: Orm; writer: Writer }
const p = sql.placeholder

function toRecord(row: typeof k.$inferSelect): ApiKeyRecord {
  return { ...row, scopes: JSON.parse(row.scopes) as Scope[] }
}

export function createApiKeyStore({ orm, writer }: Deps): ApiKeyStore {
  const byId = eq(k.id, p('id'))
  const find = orm.select().from(k).where(byId).prepare()
  const all = orm.select().from(k).orderBy(desc(k.id)).prepare()
  const ofService = orm
    .select()
    .from(k)
    .where(eq(k.service, p('service')))
    .orderBy(desc(k.createdAt))
    .prepare()
  const revoke = orm
    .update(k)
    .set({ revokedAt: sql`coalesce(${k.revokedAt}, ${p('now')})` })
    .where(byId)
    .prepare()
  const touch = orm
    .update(k)
    .set({ lastUsedAt: sql`max(coalesce(${k.lastUsedAt}, 0), ${p('now')})` })
    .where(byId)
    .prepare()
  return {
    find: (id) => writer.read(() => find.all({ id }).map(toRecord)[0]),
    insert: (record) =>
      writer.write(() => {
        orm
          .insert(k)
          .values({ ...record, scopes: JSON.stringify(record.scopes) })
          .run()
      }),
    list: (service) =>
      writer.read(() => (service === null ? all.all() : ofService.all({ service })).map(toRecord)),
    revoke: (id, now) => writer.write(() => revoke.run({ id, now }).changes > 0),
    touch: (id, now) => writer.write(() => void touch.run({ id, now }), { mayRepeat: true }),
  }
}

export function createAdminSessionStore({ orm, writer }: Deps): AdminSessionStore {
  const byId = eq(s.idHash, p('idHash'))
  const find = orm.select().from(s).where(byId).prepare()
  const touch = orm
    .update(s)
    .set({ seenAt: sql`max(${s.seenAt}, ${p('now')})` })
    .where(byId)
    .prepare()
  const remove = orm.delete(s).where(byId).prepare()
  const purge = orm
    .delete(s)
    .where(lt(s.expiresAt, p('now')))
    .prepare()
  const list = orm
    .select()
    .from(s)
    .where(and(gt(s.seenAt, p('seenSince')), gt(s.expiresAt, p('now'))))
    .orderBy(desc(s.seenAt))
    .limit(atMost('limit'))
    .prepare()
  const crowd = orm
    .delete(s)
    .where(
      sql`${s.idHash} in (select ${s.idHash} from ${s} where ${s.keyId} = +${p('keyId')}
        order by ${s.createdAt} desc limit -1 offset ${MAX_SESSIONS_OF_KEY - 1})`,
    )
    .prepare()
  return {
    insert: (session) =>
      writer.write(() => {
        purge.run({ now: session.createdAt })
        crowd.run({ keyId: session.keyId }) // mutant: C33.session-cap
        return orm.insert(s).values(session).onConflictDoNothing().run().changes > 0
      }),
    find: (idHash) => writer.read(() => find.get({ idHash })),
    list: (query) => writer.read(() => list.all(query)),
    touch: (idHash, now) =>
      writer.write(() => void touch.run({ idHash, now }), { mayRepeat: true }),
    remove: (idHash) => writer.write(() => remove.run({ idHash }).changes > 0),
  }
}
