// What a recipient's rows allow and have spent: the guess reservation and check_per_number.
// It must not count in rows of its own: what is refused spends nothing (I4, I8).

import { TTL_SECONDS } from '../../verification/policy.ts'
import type { ChargeInput, GuessQuery, GuessRefusal } from '../../verification/ports.ts'
import { and, eq, gt, type Orm, sql } from './drizzle.ts'
import { verifications } from './schema.ts'

export type Guesses = {
  ask(query: GuessQuery): GuessRefusal | undefined
  /** When the next check of this number is possible; undefined: now. */
  numberLimitedUntil(
    perNumber: NonNullable<ChargeInput['perNumber']> & { service: string },
    now: number,
  ): number | undefined
}

/** A row charged within the window was created at most this long before it. */
const LONGEST_LIFETIME_MS = TTL_SECONDS.max * 1000

export function createGuesses(orm: Orm): Guesses {
  const p = sql.placeholder
  const v = verifications
  const allowed = orm
    .select({
      total: sql<number | null>`sum(case
        when ${v.status} = 'pending' and ${v.expiresAt} > ${p('now')} then ${v.maxAttempts}
        when ${v.status} = 'approved' then max(${v.attempts} - 1, 0)
        else ${v.attempts} end)`,
      oldest: sql<number | null>`min(${v.createdAt})`,
    })
    .from(v)
    .where(
      and(
        eq(v.budgetIndex, p('budgetIndex')),
        gt(v.createdAt, p('since')),
        eq(v.service, p('service')),
        eq(v.authenticated, p('authenticated')),
      ),
    )
    .prepare()
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
  return {
    ask(query) {
      const { service, now, longestLifetimeMs, wanted } = query
      const authenticated = query.authenticated ? 1 : 0
      for (const { name, limit } of query.limits) {
        const spanMs = limit.windowSeconds * 1000 + longestLifetimeMs
        let total = wanted
        let oldest = now
        for (const budgetIndex of query.budgetIndexes) {
          const row = allowed.get({ service, budgetIndex, authenticated, now, since: now - spanMs })
          total += row?.total ?? 0
          oldest = Math.min(oldest, row?.oldest ?? now)
        }
        if (total > limit.max) return { name, limit, retryAt: oldest + spanMs }
      }
      return undefined
    },
    numberLimitedUntil({ service, limit, budgetIndexes, authenticated }, now) {
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
    },
  }
}
