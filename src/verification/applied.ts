// The row as a change leaves it: what a caller is answered from, and what a new row is written as. Pure.

import { dueOf } from '../kernel/steps.ts'
import type { Change } from './change.ts'
import type { NewVerification, NextStep, VerificationRecord } from './state.ts'

function nextStepAfter(record: VerificationRecord, change: Change): NextStep | null {
  if (change.ends) return null
  const { add, next } = change.steps ?? {}
  const [first] = add ?? []
  const step = first ?? record.nextStep
  if (!step || !next) return record.nextStep
  const { channel, timeoutMs } = step
  const at = dueOf(next, timeoutMs, first ? null : (record.nextStep?.at ?? null))
  return { channel, at, timeoutMs }
}

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
    nextStep: nextStepAfter(record, change),
  }
}

/** A new row, before its first change. */
export function blankRecord(record: NewVerification): VerificationRecord {
  const none = {
    attempts: 0,
    failed: 0,
    lastAttemptAt: null,
    sends: 0,
    endedAt: null,
    outcome: null,
  }
  return { ...record, ...none, status: 'pending', deliveries: [], nextStep: null }
}
