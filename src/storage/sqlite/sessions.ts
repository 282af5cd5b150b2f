// The slot a browser session holds: which row a start with it continues, and who takes it over.
// It must not end a row: one that lost its slot keeps its own end.

import type { SessionSlot } from '../../verification/ports.ts'
import { attemptsRemaining } from '../../verification/state.ts'
import { eq, type Orm, sql } from './drizzle.ts'
import { toRecord, type VerificationRow, type VerificationRows } from './rows.ts'
import { verifications } from './schema.ts'

export type Sessions = {
  /** Pending, not expired, an attempt left, the same flags. */
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
  return {
    continuable({ slots, authenticated, decoy }, now) {
      for (const slot of slots) {
        const row = rows.bySlot(slot)
        if (!row || attemptsRemaining(toRecord(row), now) === 0) continue
        if (row.authenticated === authenticated && (row.kind === 'decoy') === decoy) return row
      }
      return undefined
    },
    free({ slots }) {
      for (const slot of slots) clear.run({ slot })
    },
  }
}
