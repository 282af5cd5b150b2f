// Ends what time has ended, in small batches, each question by its own partial index.
// It must leave a check that was charged in time its grace to be compared (I3).

import { MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import { and, atMost, eq, isNotNull, lte, type Orm, sql } from './drizzle.ts'
import type { Endings, FinalStatus } from './ending.ts'
import { serviceActor } from './event-rows.ts'
import { codes, verifications } from './schema.ts'

type SweepInput = { now: number; graceMs: number; limit: number }

function createQuestions(orm: Orm) {
  const p = sql.placeholder
  const v = verifications
  const select = () => orm.select({ seq: v.seq, service: v.service }).from(v)
  // Written out, not bound: SQLite takes a partial index only where the text implies its condition.
  const isPending = sql`${v.status} = 'pending'`
  return {
    expired: select()
      .where(and(isPending, lte(v.expiresAt, p('before'))))
      .orderBy(v.expiresAt)
      .limit(atMost('limit'))
      .prepare(),
    spent: select()
      .where(
        and(isPending, sql`${v.attempts} >= ${v.maxAttempts}`, lte(v.lastAttemptAt, p('before'))),
      )
      .orderBy(v.lastAttemptAt)
      .limit(atMost('limit'))
      .prepare(),
    unsendable: orm
      .select({ seq: codes.verificationSeq })
      .from(codes)
      .where(
        and(
          isNotNull(codes.codeSealed),
          lte(codes.expiresAt, p('before')),
          sql`not exists (select 1 from deliveries d where d.verification_seq = codes.verification_seq and d.status = 'sending')`,
        ),
      )
      .orderBy(codes.expiresAt)
      .limit(atMost('limit'))
      .prepare(),
  }
}

/** @returns how many rows were changed, at most `limit` */
export function createSweep(deps: { orm: Orm; endings: Endings }): (input: SweepInput) => number {
  const { expired, spent, unsendable } = createQuestions(deps.orm)
  const eraseCode = deps.orm
    .update(codes)
    .set({ codeSealed: null })
    .where(eq(codes.verificationSeq, sql.placeholder('seq')))
    .prepare()
  return ({ now, graceMs, limit }) => {
    let left = limit
    const end = (found: { seq: number; service: string }[], status: FinalStatus) => {
      for (const row of found) deps.endings.end(row, status, now, serviceActor(row.service))
      left -= found.length
    }
    const before = now - graceMs
    // Both may be true of one row: what took its attempts ended it first.
    end(spent.all({ before, limit: left }), 'max_attempts_reached')
    end(expired.all({ before, limit: left }), 'expired')
    // Strictly under: with exactly the minimum left a delivery may still be claimed (I6).
    const found = unsendable.all({ before: now + MIN_REMAINING_TO_SEND_MS - 1, limit: left })
    for (const { seq } of found) eraseCode.run({ seq }) // mutant: I7.sweep-sealed-code
    return limit - left + found.length
  }
}
