// Up to which row retention has erased addresses: nothing is looked at twice.
// It must not stand above the newest row: SQLite gives the numbers at the end again, and what comes under a mark is
// never looked at.

import { eq, type Orm, sql } from './drizzle.ts'
import { events, verifications } from './schema.ts'
import { retentionMarks as t } from './schema-lasting.ts'

const newestOf = (orm: Orm, table: typeof verifications | typeof events) =>
  orm.select({ seq: sql<number | null>`max(seq)` }).from(table).prepare()

export function createRetentionMarks(orm: Orm) {
  const p = sql.placeholder
  const found = orm
    .select({ seq: t.seq })
    .from(t)
    .where(eq(t.name, p('name')))
    .prepare()
  const stored = orm
    .insert(t)
    .values({ name: p('name'), seq: p('seq') })
    .onConflictDoUpdate({ target: t.name, set: { seq: sql`excluded.seq` } })
    .prepare()
  const newest = [
    ['verification_addresses', newestOf(orm, verifications)],
    ['event_addresses', newestOf(orm, events)],
  ] as const
  const find = (name: string) => found.get({ name })?.seq ?? 0
  const put = (name: string, seq: number) => void stored.run({ name, seq })
  return {
    find,
    put,
    /** In the transaction that removed rows, before it writes any. */
    lower() {
      for (const [name, table] of newest) {
        const last = table.get()?.seq ?? 0
        if (find(name) > last) put(name, last)
      }
    },
  }
}
