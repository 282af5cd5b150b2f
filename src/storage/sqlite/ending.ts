// What other parts of the store end: an erased person's verifications, those of a restored copy, codes that nothing sends.
// It must only run inside a writer's job, on a row read in that job.

import type { Actor } from '../../kernel/actor.ts'
import { ending, type FinalStatus } from '../../verification/transitions.ts'
import type { ApplyChange } from './change.ts'
import { and, eq, isNotNull, type Orm, sql } from './drizzle.ts'
import { codes } from './schema.ts'

export type Endings = {
  /** A row that is pending. */
  end(row: { seq: number; service: string }, status: FinalStatus, now: number, actor: Actor): void
  /** Erases the sealed code where nothing is open and no resend is left (I7: nothing secret outlives its use). */
  eraseIfUnsendable(seq: number): void
}

export function createEndings(orm: Orm, apply: ApplyChange): Endings {
  const erase = orm
    .update(codes)
    .set({ codeSealed: null })
    .where(
      and(
        eq(codes.verificationSeq, sql.placeholder('seq')),
        isNotNull(codes.codeSealed),
        sql`(select sends >= max_sends from verifications v where v.seq = codes.verification_seq)`,
        sql`not exists (select 1 from deliveries d where d.verification_seq = codes.verification_seq and d.due_at is not null)`,
      ),
    )
    .prepare()
  return {
    end: (row, status, now, actor) => apply(row, ending(status, now), now, actor),
    eraseIfUnsendable: (seq) => void erase.run({ seq }),
  }
}
