// What lies under which root key, on SQLite: factors by a step through their index, open verifications by a bounded look.
// It must not read every row of a key: counts end at their bound.

import type { RootKeyUse } from '../../factors/ports.ts'
import { joinUse, MAX_LOOKED_AT, MAX_ROWS, UNDER_KEY_BOUND } from '../root-key-use.ts'
import { and, asc, atMost, eq, gt, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'
import { factors } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

type Pair = { keyId: string; service: string }

export function createRootKeyUse({
  orm,
  writer,
}: {
  orm: Orm
  writer: Pick<Writer, 'read'>
}): RootKeyUse {
  const p = sql.placeholder
  const f = factors
  const v = verifications
  const after = orm
    .select({ keyId: f.keyId, service: f.service })
    .from(f)
    .where(sql`(${f.keyId}, ${f.service}) > (+${p('keyId')}, +${p('service')})`)
    .orderBy(asc(f.keyId), asc(f.service))
    .limit(atMost(1))
    .prepare()
  const some = orm
    .select({ seq: f.seq })
    .from(f)
    .where(and(eq(f.keyId, p('keyId')), eq(f.service, p('service'))))
    .limit(atMost('limit'))
    .prepare()
  const open = orm
    .select({ keyId: v.pepperKeyId, service: v.service })
    .from(v)
    .where(and(sql`${v.status} = 'pending'`, gt(v.expiresAt, p('now'))))
    .orderBy(asc(v.expiresAt))
    .limit(atMost(MAX_LOOKED_AT))
    .prepare()

  const pairs = (keyId: string): Pair[] => {
    const found: Pair[] = []
    for (let at: Pair = { keyId: '', service: '' }; found.length < MAX_ROWS; ) {
      const next = after.get(at)
      if (!next) return found
      if (next.keyId !== keyId) found.push(next)
      at = next
    }
    return found
  }
  return {
    notUnder: (keyId, now) =>
      writer.read(() =>
        joinUse(
          pairs(keyId).map((pair) => ({
            ...pair,
            count: some.all({ ...pair, limit: UNDER_KEY_BOUND }).length,
          })),
          open
            .all({ now })
            .filter((row) => row.keyId !== keyId) // mutant: C65.open-verification-keys
            .map((row) => ({ ...row, count: 1 })),
        ),
      ),
  }
}
