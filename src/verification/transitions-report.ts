// What a caller reports of a code that it checks itself: it ends, and nobody is approved by it.
// It must not end anything that is checked here, unless the wire that started it asks for it: then, too, nobody is approved.

import type { Change, Decide } from './change.ts'
import { refuseEnded, refuseReported, refuseUnknown } from './refuse.ts'
import type { Outcome, VerificationRecord } from './state.ts'
import { checkerOf, ending, hasSteps, NOTHING } from './transitions.ts'

/** The same report again changes nothing; another one is refused, whichever of two came first (I24). */
export function decideReport<Result>(
  outcome: Outcome,
  answer: (after: VerificationRecord) => Result,
  byWire = false,
): Decide<Result> {
  return (record, now) => {
    if (record.checkedBy !== 'caller' && !byWire)
      return { kind: 'refused', refusal: refuseUnknown() }
    if (record.status === 'closed' && record.outcome !== outcome)
      return { kind: 'refused', refusal: refuseReported(record.outcome) } // mutant: I24.first-report
    if (record.status === 'closed') return { kind: 'change', change: NOTHING, answer }
    const refusal = refuseEnded(record, now)
    if (refusal) return { kind: 'refused', refusal }
    const reported: Change = { ...NOTHING, set: { outcome } }
    const details = { outcome, ...checkerOf(record) }
    const change = ending('closed', now, hasSteps(record), reported, details)
    return { kind: 'change', change, answer }
  }
}
