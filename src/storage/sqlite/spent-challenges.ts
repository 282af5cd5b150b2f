// Challenges that a start was made for: noted with it, purged when nobody accepts them any more.
// It must not check a challenge: src/shield does.

import type { SpentChallenge } from '../../verification/challenge-ports.ts'
import { atMost, eq, lte, type Orm, sql } from './drizzle.ts'
import { spentChallenges } from './schema-challenges.ts'

export type SpentChallenges = {
  has(id: Uint8Array): boolean
  /** In the transaction of the start. @returns false where it was spent before */
  spend(challenge: SpentChallenge): boolean
  purge(now: number, limit: number): number
}

export function createSpentChallenges(orm: Orm): SpentChallenges {
  const p = sql.placeholder
  const t = spentChallenges
  const find = orm
    .select({ id: t.id })
    .from(t)
    .where(eq(t.id, p('id')))
    .prepare()
  const insert = orm
    .insert(t)
    .values({ id: p('id'), keptUntil: p('keptUntil') })
    .onConflictDoNothing()
    .prepare()
  const over = orm
    .select({ id: t.id })
    .from(t)
    .where(lte(t.keptUntil, p('now')))
    .limit(atMost('limit'))
    .prepare()
  const remove = orm
    .delete(t)
    .where(eq(t.id, p('id')))
    .prepare()
  return {
    has: (id) => find.get({ id }) !== undefined,
    spend: (challenge) => insert.run(challenge).changes === 1,
    purge(now, limit) {
      const rows = over.all({ now, limit })
      for (const row of rows) remove.run(row)
      return rows.length
    },
  }
}
