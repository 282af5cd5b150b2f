// The endings that other parts of the store use: an erased person's verifications, those of a restored copy, codes that nothing sends.
// It must only run inside a writer's job, on a row read in that job.

import type { Actor } from '../../kernel/actor.ts'
import { MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import { ending, type FinalStatus } from '../../verification/transitions.ts'
import { stampOf } from '../change.ts'
import type { PastEnd, SweepToApply } from '../engine.ts'
import type { ApplyChange } from './change.ts'
import { and, atMost, eq, isNotNull, lte, type Orm, sql } from './drizzle.ts'
import { serviceActor } from './event-rows.ts'
import { toRecord, type VerificationRows } from './rows.ts'
import { codes, verifications } from './schema.ts'

export type Endings = {
  /** A row that is pending. */
  end(row: { seq: number; service: string }, status: FinalStatus, now: number, actor: Actor): void
  /** Erases the sealed code where nothing is open and no resend is left (I7: nothing secret outlives its use), and no call may still fetch it. */
  eraseIfUnsendable(seq: number): void
}

export function createEndings(orm: Orm, apply: ApplyChange): Endings {
  const erase = orm
    .update(codes)
    .set({ codeSealed: null }) // mutant: I15.hash-stays
    .where(
      and(
        eq(codes.verificationSeq, sql.placeholder('seq')),
        isNotNull(codes.codeSealed),
        sql`(select sends >= max_sends from verifications v where v.seq = codes.verification_seq)`,
        // mutant: I7.kept-for-call
        sql`not exists (select 1 from deliveries d where d.verification_seq = codes.verification_seq
          and (d.due_at is not null or (d.channel = 'voice' and d.status = 'sent')))`,
      ),
    )
    .prepare()
  return {
    end: (row, status, now, actor) => apply(row, ending(status, now, true), now, actor),
    eraseIfUnsendable: (seq) => void erase.run({ seq }),
  }
}

function createQuestions(orm: Orm) {
  const p = sql.placeholder
  const v = verifications
  const select = () => orm.select({ seq: v.seq }).from(v)
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

/** Those that time has ended, and the step that applies what was decided on them. */
export function createSweep(deps: { orm: Orm; rows: VerificationRows; apply: ApplyChange }): {
  pastEnd(input: { now: number; graceMs: number; limit: number }): PastEnd[]
  /** @returns how many rows were changed, at most `limit` */
  sweep(input: SweepToApply): number
} {
  const { rows, apply } = deps
  const { expired, spent, unsendable } = createQuestions(deps.orm)
  const eraseCode = deps.orm
    .update(codes)
    .set({ codeSealed: null })
    .where(eq(codes.verificationSeq, sql.placeholder('seq')))
    .prepare()
  return {
    pastEnd({ now, graceMs, limit }) {
      const before = now - graceMs
      const found = spent.all({ before, limit })
      const others = expired.all({ before, limit: limit - found.length })
      const seqs = new Set([...found, ...others].map(({ seq }) => seq))
      return [...seqs].map((seq) => ({ record: toRecord(rows.bySeq(seq)), at: now }))
    },
    sweep({ items, at, now, limit }) {
      let left = limit
      for (const { service, id, stamp, change } of items) {
        const row = rows.byId(service, id)
        if (!row || stampOf(toRecord(row)) !== stamp) continue
        apply(row, change, at, serviceActor(row.service))
        left -= 1
      }
      // Strictly under: with exactly the minimum left a delivery may still be claimed (I6: nothing is sent too late).
      const found = unsendable.all({ before: now + MIN_REMAINING_TO_SEND_MS - 1, limit: left })
      for (const { seq } of found) eraseCode.run({ seq }) // mutant: I7.sweep-sealed-code
      return limit - left + found.length
    },
  }
}
