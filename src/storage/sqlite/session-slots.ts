// The slot a browser session holds: which row a start with it continues, and who takes it over.
// It must not end a row: one that lost its slot keeps its own end.

import type { SessionSlot } from '../../verification/ports.ts'
import { mayContinue, type VerificationRecord } from '../../verification/state.ts'
import { eq, type Orm, sql } from './drizzle.ts'
import { toRecord, type VerificationRows } from './rows.ts'
import { verifications } from './schema.ts'

export type SessionSlots = {
  continuable(slot: SessionSlot, now: number): VerificationRecord | undefined
  /** Before an insert takes the slot: the unique index must not meet the previous row. */
  free(slot: SessionSlot): void
}

export function createSessionSlots(orm: Orm, rows: VerificationRows): SessionSlots {
  const clear = orm
    .update(verifications)
    .set({ sessionSlot: null })
    .where(eq(verifications.sessionSlot, sql.placeholder('slot')))
    .prepare()
  return {
    continuable(wanted, now) {
      const held = wanted.slots.flatMap((slot) => rows.bySlot(slot) ?? [])
      return held.map(toRecord).find((record) => mayContinue(record, wanted, now))
    },
    free({ slots }) {
      for (const slot of slots) clear.run({ slot })
    },
  }
}
