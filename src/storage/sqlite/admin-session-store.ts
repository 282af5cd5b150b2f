// Sessions of the admin console on SQLite.
// It must not see a session's id, only its SHA-256.

import { type AdminSessionStore, MAX_SESSIONS_OF_KEY } from '../../access/ports.ts'
import { eq, lt, type Orm, sql } from './drizzle.ts'
import { adminSessions as t } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

export function createAdminSessionStore({
  orm,
  writer,
}: {
  orm: Orm
  writer: Writer
}): AdminSessionStore {
  const p = sql.placeholder
  const byId = eq(t.idHash, p('idHash'))
  const find = orm.select().from(t).where(byId).prepare()
  const insert = orm
    .insert(t)
    .values({
      idHash: p('idHash'),
      keyId: p('keyId'),
      createdAt: p('createdAt'),
      seenAt: p('seenAt'),
      expiresAt: p('expiresAt'),
    })
    .prepare()
  const touch = orm
    .update(t)
    .set({ seenAt: sql`max(${t.seenAt}, ${p('now')})` })
    .where(byId)
    .prepare()
  const remove = orm.delete(t).where(byId).prepare()
  const purge = orm
    .delete(t)
    .where(lt(t.expiresAt, p('now')))
    .prepare()
  const crowd = orm
    .delete(t)
    .where(
      sql`${t.idHash} in (select ${t.idHash} from ${t} where ${t.keyId} = +${p('keyId')}
        order by ${t.createdAt} desc limit -1 offset ${MAX_SESSIONS_OF_KEY - 1})`,
    )
    .prepare()
  return {
    insert: (session) =>
      writer.write(() => {
        purge.run({ now: session.createdAt })
        crowd.run({ keyId: session.keyId }) // mutant: C33.session-cap
        insert.run(session)
      }),
    find: (idHash) => writer.read(() => find.get({ idHash })),
    touch: (idHash, now) =>
      writer.write(() => void touch.run({ idHash, now }), { mayRepeat: true }),
    remove: (idHash) => writer.write(() => remove.run({ idHash }).changes > 0),
  }
}
