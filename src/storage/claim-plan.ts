// What a claim does with a row that the worker can't plan, and with one that comes too late.
// It must not tell what was thrown: it may hold the code (I7).

import type { DueDelivery, Outbox, Plan } from '../delivery/outbox-ports.ts'

export const EXPIRED = {
  code: 'expired_before_sent',
  message: 'too little time was left to send it',
}
const UNPLANNED = { code: 'plan_failed', message: 'the message could not be prepared' }

export function planSafely(
  plan: Parameters<Outbox['claim']>[0]['plan'],
  due: DueDelivery,
): Plan<unknown> {
  // mutant: I7.prepare-error-dropped
  try {
    return plan(due)
  } catch {
    // A row that can't be opened or rendered never will be.

    return { kind: 'fail', error: UNPLANNED }
  }
}
