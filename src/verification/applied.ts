// The row as a change leaves it: what a caller is answered from, and what a new row is written as. Pure.

import type { NewVerification, VerificationRecord } from './state.ts'
import type { Change } from './transitions.ts'

/** The row as `change` leaves it. What a worker holds, or was sent, stays as it is. */
export function applied(record: VerificationRecord, change: Change): VerificationRecord {
  const kept = record.deliveries.map((delivery) =>
    change.cancelQueued !== null && delivery.status === 'queued'
      ? { ...delivery, status: 'canceled' as const }
      : delivery,
  )
  const added = change.delivery
    ? [{ send: change.delivery.send, status: 'queued' as const, ambiguous: false }]
    : []
  return {
    ...record,
    ...change.set,
    ...(change.ends && { codeHash: null, codeSealed: null }),
    deliveries: [...kept, ...added],
  }
}

/** A new row, before its first change. */
export function blankRecord(record: NewVerification): VerificationRecord {
  const none = { attempts: 0, failed: 0, lastAttemptAt: null, sends: 0, endedAt: null }
  return { ...record, ...none, status: 'pending', deliveries: [] }
}
