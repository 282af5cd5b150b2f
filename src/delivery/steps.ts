// A step of a chain on its way out: leased when it is due, admitted by the limits, then begun as a send, or skipped. Decided once
// for both engines. Pure. It must not reckon a time: that is done in kernel/steps.ts.

import { MIN_REMAINING_TO_SEND_MS } from '../kernel/channel.ts'
import { deliveryId, tryId } from '../kernel/ids.ts'
import { nextAfterDue, nextAtOnce, stepNumber } from '../kernel/steps.ts'
import type { DeliveryChange, LoadedDelivery } from './change.ts'
import type { ClaimedDelivery, StepAdmission } from './outbox-ports.ts'
import type { ProviderError } from './ports.ts'
import {
  CLOSED,
  type ClaimDecision,
  type Claiming,
  columnsOf,
  EXPIRED,
  planSafely,
  putOff,
  stampOf,
  toDue,
} from './transitions.ts'

/** The limits cannot be reached: the code is still valid, and nothing was sent. */
export const AGAIN_AFTER_MS = 30_000
/** Of a message that no request asked for. */
export const REFUSED = {
  refused: { code: 'limited', message: 'a limit allows no further message' },
  suppressed: {
    code: 'recipient_suppressed',
    message: 'the recipient gets no messages of this channel',
  },
  blocked: { code: 'recipient_blocked', message: 'the recipient or the network is blocked' },
} as const
const NO_SENDS = { code: 'max_sends_reached', message: 'the verification has had all its messages' }

type StepRow = Pick<
  LoadedDelivery,
  'verificationStatus' | 'sends' | 'maxSends' | 'send' | 'channel' | 'provider' | 'expiresAt'
>

function cancelStep(row: StepRow, at: number, reason: string): DeliveryChange {
  const details = { channel: row.channel, step: stepNumber(row.send), reason }
  return {
    set: { ...CLOSED, status: 'canceled' },
    stamp: stampOf(row),
    at,
    events: [{ type: 'delivery.canceled', details }],
    eraseIfUnsendable: true,
  }
}

/** The one after it goes out at once. */
function skip(row: StepRow, at: number, error: ProviderError): DeliveryChange {
  const details = { channel: row.channel, step: stepNumber(row.send), error: error.code }
  return {
    set: { ...CLOSED, status: 'canceled', ...columnsOf(error) },
    stamp: stampOf(row),
    at,
    events: [{ type: 'delivery.skipped', details }],
    steps: { next: nextAtOnce(at) },
    eraseIfUnsendable: true,
  }
}

/** Why it may not go out, whatever the limits say. */
function barred(row: StepRow, now: number): ProviderError | undefined {
  if (row.sends >= row.maxSends) return NO_SENDS // mutant: C54.step-counts-as-send
  return row.expiresAt - now < MIN_REMAINING_TO_SEND_MS ? EXPIRED : undefined
}

/** A step that is due: leased for as long as the limits are asked. Nothing of it has gone out, and no send is counted. */
export function decideStepDue(row: LoadedDelivery, input: Claiming): ClaimDecision {
  const { now, leaseMs, minRemainingMs, token } = input
  // mutant: I17.ended-step
  if (row.verificationStatus !== 'pending')
    return { change: cancelStep(row, now, row.verificationStatus) }
  const reason = row.codeSealed === null ? EXPIRED : barred(row, now)
  if (reason) return { change: skip(row, now, reason) }
  const due = toDue(row)
  const plan = planSafely(input.plan, due)
  if (plan.kind === 'fail') return { change: skip(row, now, plan.error) }
  const events = { at: now, events: [], eraseIfUnsendable: false }
  const stamp = stampOf(row)
  if (plan.kind !== 'send')
    return { change: { set: { token: null, ...putOff(row, input, plan) }, stamp, ...events } }
  const { provider, prepared } = plan
  const leaseUntil = now + leaseMs
  return {
    change: {
      set: { token, dueAt: leaseUntil, provider },
      stamp,
      notAfter: row.expiresAt - minRemainingMs,
      ...events,
    },
    claimed: {
      ...due,
      lane: row.provider,
      // Of the send that it may become; a resend in between changes it.
      tryId: tryId(row.verificationId, row.sends + 1, 1),
      deliveryId: deliveryId(row.verificationId, row.sends + 1),
      tryNumber: 1,
      startedAt: now,
      provider,
      token,
      leaseUntil,
      prepared,
    },
  }
}

export type StepDecision<Prepared> = {
  change: DeliveryChange
  /** To be sent, as any claimed message. */
  begun?: ClaimedDelivery<Prepared>
}

/** A leased step, once the limits were asked. @param row as it is now */
export function decideBegun<Prepared>(
  row: StepRow,
  claim: ClaimedDelivery<Prepared>,
  { now, admission }: { now: number; admission: StepAdmission },
): StepDecision<Prepared> {
  if (row.verificationStatus !== 'pending')
    return { change: cancelStep(row, now, row.verificationStatus) }
  if (admission === 'unavailable')
    return {
      change: {
        set: { token: null },
        dueAfterMs: AGAIN_AFTER_MS,
        at: now,
        events: [],
        eraseIfUnsendable: false,
      },
    }
  const reason = admission === 'admitted' ? barred(row, now) : REFUSED[admission]
  if (reason) return { change: skip(row, now, reason) }
  const { verificationId, provider, channel, token } = claim
  // Of its own: asking the limits took of the first one.
  const leaseMs = claim.leaseUntil - claim.startedAt
  const { send: step } = row
  const send = row.sends + 1
  const details = { channel, provider, send, attempt: 1, step: stepNumber(step) }
  return {
    change: {
      set: { status: 'sending', token, provider, tries: 1 },
      dueAfterMs: leaseMs,
      stamp: stampOf(row),
      notAfter: row.expiresAt - MIN_REMAINING_TO_SEND_MS,
      newTry: { tryNumber: 1, provider },
      at: now,
      events: [{ type: 'delivery.attempted', details }],
      steps: { begin: { step, send, channel }, next: nextAfterDue(now) },
      eraseIfUnsendable: false,
    },
    begun: {
      ...claim,
      sendNumber: send,
      sends: send,
      tryId: tryId(verificationId, send, 1),
      deliveryId: deliveryId(verificationId, send),
      startedAt: now,
      leaseUntil: now + leaseMs,
    },
  }
}

/** At drain: leased and not begun, it is due again at once. */
export function decideStepReleased(): DeliveryChange {
  return { set: { dueAt: 0, token: null }, at: 0, events: [], eraseIfUnsendable: false }
}
