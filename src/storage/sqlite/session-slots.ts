// The slot a browser session holds: which row a start with it continues, and who takes it over.
// It must not end a row: one that lost its slot keeps its own end.

import type { SessionSlot } from '../../verification/ports.ts'
import { attemptsRemaining } from '../../verification/state.ts'
import { atMost, eq, type Orm, sql } from './drizzle.ts'
import { toRecord, type VerificationRow, type VerificationRows } from './rows.ts'
import { deliveries, verifications } from './schema.ts'

export type Sessions = {
  /** Pending, not expired, an attempt left, a message that can have arrived or may still be sent, the same flags. */
  continuable(slot: SessionSlot, now: number): VerificationRow | undefined
  /** Before an insert takes the slot: the unique index must not meet the row before. */
  free(slot: SessionSlot): void
}

export function createSessions(orm: Orm, rows: VerificationRows): Sessions {
  const clear = orm
    .update(verifications)
    .set({ sessionSlot: null })
    .where(eq(verifications.sessionSlot, sql.placeholder('slot')))
    .prepare()
  const d = deliveries
  const mayArrive = orm
    .select({ send: d.send })
    .from(d)
    .where(
      sql`${d.verificationSeq} = +${sql.placeholder('seq')} and (${d.status} not in ('failed', 'canceled') or ${d.ambiguous} > 0)`,
    )
    .limit(atMost(1))
    .prepare()
  const isWithoutMessage = ({ seq, sends, maxSends }: VerificationRow) =>
    sends > 0 && sends >= maxSends && mayArrive.get({ seq }) === undefined
  return {
    continuable({ slots, authenticated, decoy }, now) {
      for (const slot of slots) {
        const row = rows.bySlot(slot)
        if (!row || attemptsRemaining(toRecord(row), now) === 0 || isWithoutMessage(row)) continue // mutant: C66.session-needs-message
        if (row.authenticated === authenticated && (row.kind === 'decoy') === decoy) return row
      }
      return undefined
    },
    free({ slots }) {
      for (const slot of slots) clear.run({ slot })
    },
  }
}
