// check_per_number, summed from the verifications of one number: how many guesses were charged in a window.

import { TTL_SECONDS } from '../../verification/policy.ts'
import type { NumberLimit } from '../../verification/ports.ts'
import { and, eq, gt, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'

/** A row charged within the window was created at most this long before it. */
const LONGEST_LIFETIME_MS = TTL_SECONDS.max * 1000

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
