// The sums over the rows of one number: the guesses charged in a window (check_per_number), and those that its open and past
// verifications allow (I4: starting again renews nothing). Refused requests spend nothing (I8), so no rows are counted in.

import type { GuessQuery, GuessRefusal } from '../../verification/limit-ports.ts'
import { LONGEST_LIFETIME_MS } from '../../verification/policy.ts'
import type { NumberLimit } from '../../verification/ports.ts'
import { MAX_ROWS_FOR_RELIEF, reliefAt } from '../guess-relief.ts'
import { and, atMost, desc, eq, gt, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'

type NumberKey = { service: string; budgetIndex: Uint8Array; authenticated: boolean }
export type NumberSums = {
  spent(number: NumberKey, since: number): { count: number; oldestAt: number } | null
  /** When the next check of this number is possible; undefined: now. */
  fullUntil(service: string, limit: NumberLimit, now: number): number | undefined
}

export function createNumberSums(orm: Orm): NumberSums {
  const p = sql.placeholder
  const v = verifications
  const sums = orm
    .select({
      count: sql<number | null>`sum(${v.attempts})`,
      oldestAt: sql<number | null>`min(${v.lastAttemptAt})`,
    })
    .from(v)
    .where(
      and(
        eq(v.budgetIndex, p('budgetIndex')),
        gt(v.createdAt, p('createdSince')),
        eq(v.service, p('service')),
        eq(v.authenticated, p('authenticated')),
        gt(v.lastAttemptAt, p('since')),
      ),
    )
    .prepare()
  const spent: NumberSums['spent'] = ({ authenticated, ...number }, since) => {
    const createdSince = since - LONGEST_LIFETIME_MS
    const row = sums.get({ ...number, authenticated: authenticated ? 1 : 0, since, createdSince })
    return row && row.oldestAt !== null ? { count: row.count ?? 0, oldestAt: row.oldestAt } : null
  }
  return {
    spent,
    fullUntil(service, { limit, budgetIndexes, authenticated }, now) {
      const windowMs = limit.windowSeconds * 1000
      const each = budgetIndexes.flatMap(
        (budgetIndex) => spent({ service, budgetIndex, authenticated }, now - windowMs) ?? [],
      )
      const count = each.reduce((sum, one) => sum + one.count, 0)
      return count >= limit.max
        ? Math.min(now, ...each.map(({ oldestAt }) => oldestAt)) + windowMs
        : undefined
    },
  }
}

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
