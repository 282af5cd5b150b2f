// check_per_number: what one recipient's verifications were charged lately, summed from the rows.
// It must not count in rows of its own: what is refused spends nothing (I8).

import { TTL_SECONDS } from '../../verification/policy.ts'
import type { ChargeInput } from '../../verification/ports.ts'
import { and, eq, gt, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'

/** When the next check of this number is possible; undefined: now. */
export type NumberLimit = (
  perNumber: NonNullable<ChargeInput['perNumber']> & { service: string },
  now: number,
) => number | undefined

/** A row charged within the window was created at most this long before it. */
const LONGEST_LIFETIME_MS = TTL_SECONDS.max * 1000

export function createNumberLimit(orm: Orm): NumberLimit {
  const p = sql.placeholder
  const v = verifications
  const spent = orm
    .select({
      total: sql<number | null>`sum(${v.attempts})`,
      oldest: sql<number | null>`min(${v.lastAttemptAt})`,
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
  return ({ service, limit, budgetIndexes, authenticated }, now) => {
    const windowMs = limit.windowSeconds * 1000
    const since = now - windowMs
    const createdSince = since - LONGEST_LIFETIME_MS
    let total = 0
    let oldest = now
    for (const budgetIndex of budgetIndexes) {
      const key = { service, budgetIndex, authenticated: authenticated ? 1 : 0 }
      const row = spent.get({ ...key, since, createdSince })
      total += row?.total ?? 0
      oldest = Math.min(oldest, row?.oldest ?? now)
    }
    return total >= limit.max ? oldest + windowMs : undefined
  }
}
