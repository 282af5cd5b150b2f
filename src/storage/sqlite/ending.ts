// Ends a verification: final status, everything secret erased, what no worker holds canceled, events.
// It must only run inside a writer's job, on a row read in that job.

import type { Actor } from '../../kernel/actor.ts'
import type { VerificationStatus } from '../../verification/state.ts'
import { and, eq, isNotNull, type Orm, sql } from './drizzle.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import type { VerificationRow } from './rows.ts'
import { codes, deliveries, verifications } from './schema.ts'

export type FinalStatus = Exclude<VerificationStatus, 'pending'>
type Row = Pick<VerificationRow, 'seq' | 'service'>

export type Endings = {
  /** False: it had ended before, nothing was changed (I1). */
  end(row: Row, status: FinalStatus, now: number, actor: Actor): boolean
  /** Cancels the deliveries that no worker holds, those waiting for a retry included. */
  cancelQueued(row: Row, now: number, reason: FinalStatus | 'replaced'): void
  /** Erases the sealed code where nothing is open and no resend is left (I7). */
  eraseIfUnsendable(seq: number): void
}

export function createEndings(orm: Orm, appendEvent: AppendEvent): Endings {
  const p = sql.placeholder
  const v = verifications
  const d = deliveries
  const endRow = orm
    .update(v)
    .set({
      status: sql`${p('status')}`,
      endedAt: sql`${p('now')}`,
      sessionSlot: null,
    })
    .where(and(eq(v.seq, p('seq')), eq(v.status, 'pending'))) // mutant: I1.pending-only
    .prepare()
  const cancel = orm
    .update(d)
    .set({ status: 'canceled', dueAt: null, token: null })
    .where(and(eq(d.verificationSeq, p('seq')), eq(d.status, 'queued')))
    .returning({ send: d.send, channel: d.channel })
    .prepare()
  // An ended verification has no row here any more.
  const removeCode = orm
    .delete(codes)
    .where(eq(codes.verificationSeq, p('seq')))
    .prepare()
  const erase = orm
    .update(codes)
    .set({ codeSealed: null })
    .where(
      and(
        eq(codes.verificationSeq, p('seq')),
        isNotNull(codes.codeSealed),
        sql`(select sends >= max_sends from verifications v where v.seq = codes.verification_seq)`,
        sql`not exists (select 1 from deliveries d where d.verification_seq = codes.verification_seq and d.due_at is not null)`,
      ),
    )
    .prepare()
  const cancelQueued: Endings['cancelQueued'] = ({ seq, service }, now, reason) => {
    for (const { send, channel } of cancel.all({ seq }))
      appendEvent({
        at: now,
        type: 'delivery.canceled',
        verificationSeq: seq,
        actor: serviceActor(service),
        details: { channel, send, reason },
      })
  }
  return {
    end(row, status, now, actor) {
      if (endRow.run({ seq: row.seq, status, now }).changes === 0) return false
      removeCode.run({ seq: row.seq }) // mutant: I7.end-erases-secrets
      const type = `verification.${status}` as const
      appendEvent({ at: now, type, verificationSeq: row.seq, actor, details: {} })
      cancelQueued(row, now, status) // mutant: I6.end-cancels-sends
      return true
    },
    cancelQueued,
    eraseIfUnsendable: (seq) => void erase.run({ seq }),
  }
}
