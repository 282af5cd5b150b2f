// A try after one that may have gone out is a message more: it counts in the limits, before it goes (I18).
// It must not send anything, nor decide what becomes of the message.

import type { Clock } from '../kernel/clock.ts'
import type { ClaimedDelivery, SettleDelivery } from './outbox-ports.ts'
import type { Prepared } from './plan.ts'
import { AGAIN_AFTER_MS, REFUSED } from './steps.ts'

/** Counts one message more, unless its recipient gets none any more. @throws StoreUnavailableError */
export type CountMessage = (
  message: Pick<
    ClaimedDelivery<Prepared>,
    'service' | 'channel' | 'country' | 'authenticated' | 'clientIp' | 'prepared'
  >,
) => Promise<'admitted' | keyof typeof REFUSED>

/** Null: never again. */
type Refused = { error: { code: string; message: string }; againAfterMs: number | null }

const LATE = { code: 'lease_spent', message: 'too little of its lease was left to send it' }
const UNCOUNTED = { code: 'limits_unavailable', message: 'the limits could not be reached' }

/** Decoys count as the messages of real people do; to a test recipient nothing counts. */
async function refuseUncounted(
  countMessage: CountMessage,
  claim: ClaimedDelivery<Prepared>,
): Promise<Refused | undefined> {
  if (claim.ambiguous === 0 || claim.kind === 'test') return undefined
  try {
    const admission = await countMessage(claim)
    return admission === 'admitted' ? undefined : { error: REFUSED[admission], againAfterMs: null } // mutant: I18.extra-message-counted
  } catch {
    return { error: UNCOUNTED, againAfterMs: AGAIN_AFTER_MS } // mutant: I18.uncounted-not-sent
  }
}

/** A process that stood still while the limits were asked, or a step was begun, has lost the row to another worker by now. */
function refuseLate(leaseUntil: number, now: number, needsMs: number): Refused | undefined {
  return leaseUntil - now < needsMs ? { error: LATE, againAfterMs: 0 } : undefined // mutant: I17.not-late-after-count
}

/**
 * Why a try may not go out, neither uncounted nor past its lease; undefined: it may.
 * @param needsMs of the request, until its place is free
 */
export async function refuseTry(
  { countMessage, clock }: { countMessage: CountMessage; clock: Pick<Clock, 'now'> },
  claim: ClaimedDelivery<Prepared>,
  needsMs: number,
): Promise<Refused | undefined> {
  const uncounted = await refuseUncounted(countMessage, claim)
  return uncounted ?? refuseLate(claim.leaseUntil, clock.now(), needsMs)
}

/** The settlement of a try that was not made. */
export function settleRefused(
  { provider, tried }: ClaimedDelivery<Prepared>,
  { error, againAfterMs }: Refused,
  now: number,
): SettleDelivery['result'] {
  const notSent = { error, fault: null, ambiguous: false }
  return againAfterMs === null
    ? { kind: 'failed', ...notSent }
    : { kind: 'retry', at: now + againAfterMs, provider, tried, ...notSent }
}
