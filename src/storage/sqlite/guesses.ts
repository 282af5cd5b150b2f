// The guess reservation: what a recipient's open and past verifications allow (I4).
// It must not count in rows of its own: what is refused spends nothing (I8).

import type { GuessQuery, GuessRefusal } from '../../verification/limit-ports.ts'
import { MAX_ROWS_FOR_RELIEF, reliefAt } from '../guess-relief.ts'
import { and, atMost, desc, eq, gt, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'

export type Guesses = {
  ask(query: GuessQuery): GuessRefusal | undefined
}

function conditions(p: typeof sql.placeholder) {
  const v = verifications
  return and(
    eq(v.budgetIndex, p('budgetIndex')),
    gt(v.createdAt, p('since')),
    eq(v.service, p('service')),
    eq(v.authenticated, p('authenticated')),
  )
}

export function createGuesses(orm: Orm): Guesses {
  const p = sql.placeholder
  const v = verifications
  const charged = sql<number>`case when ${v.status} = 'approved' then max(${v.attempts} - 1, 0) else ${v.attempts} end`
  // mutant: I4.full-allowance
  const allowed = sql<number>`case
    when ${v.status} = 'pending' and ${v.expiresAt} > +${p('now')} then ${v.maxAttempts}
    else ${charged} end`
  const sum = orm
    .select({ total: sql<number | null>`sum(${allowed})` })
    .from(v)
    .where(conditions(p))
    .prepare()
  const each = orm
    .select({ createdAt: v.createdAt, expiresAt: v.expiresAt, allowed, charged })
    .from(v)
    .where(conditions(p))
    .orderBy(desc(v.createdAt))
    .limit(atMost(MAX_ROWS_FOR_RELIEF))
    .prepare()
  return {
    ask({ service, now, longestLifetimeMs, wanted, limits, budgetIndexes, ...query }) {
      const authenticated = query.authenticated ? 1 : 0
      for (const { name, limit } of limits) {
        const spanMs = limit.windowSeconds * 1000 + longestLifetimeMs
        const keys = budgetIndexes.map((budgetIndex) => ({
          service,
          budgetIndex,
          authenticated,
          now,
          since: now - spanMs,
        }))
        const total = keys.reduce((all, key) => all + (sum.get(key)?.total ?? 0), wanted)
        if (total <= limit.max) continue
        const rows = keys.flatMap((key) => each.all(key))
        return { name, limit, retryAt: reliefAt(rows, total - limit.max, spanMs, now) }
      }
      return undefined
    },
  }
}
