// Every rule of a verification's life, once: from a row as it was read to what becomes of it. Both stores apply what is decided here.
// Pure and synchronous: a store decides again where the row changed meanwhile.

import type { EventDetails } from '../events/types.ts'
import type { Channel } from '../kernel/channel.ts'
import { nextAfterDue, nextAtOnce, type WaitingStep } from '../kernel/steps.ts'
import type { Change, Decide, Effect } from './change.ts'
import type { Verdict } from './comparison.ts'
import { HASH_DEADLINE_MS } from './policy.ts'
import {
  refuseCancel,
  refuseElsewhere,
  refuseEnded,
  refuseNoStep,
  refuseOverloaded,
  refuseResend,
} from './refuse.ts'
import {
  isSpent,
  type NewVerification,
  statusAt,
  type VerificationRecord,
  type VerificationStatus,
} from './state.ts'

export const NOTHING: Change = {
  set: {},
  ends: false,
  cancelQueued: null,
  delivery: null,
  events: [],
}

/** Without a sealed code there is nothing to send: no delivery, and no send is counted. */
export function decideStart(
  record: NewVerification,
  isLandline: boolean,
  provider: string | null = null,
  chain: readonly WaitingStep[] = [],
): Change {
  const { channel, purpose, country, kind, authenticated } = record
  const isSent = record.codeSealed !== null
  const isElsewhere = record.checkedBy === 'twilio'
  const isChain = isSent && chain.length > 0
  return {
    ...NOTHING,
    set: { sends: isSent || isElsewhere ? 1 : 0 },
    delivery: isSent ? { send: 1, channel: channel as Channel, provider } : null, // mutant: I5.outbox-in-transaction
    events: [
      {
        type: 'verification.started',
        details: {
          channel,
          purpose,
          country,
          kind,
          authenticated,
          ...checkerOf(record),
          ...(isLandline && { number_type: 'landline' }), // mutant: C50.landline-logged
          ...(isChain && { followed_by: chain.map((step) => step.channel).join() }),
        },
      },
    ],
    ...(isChain && { steps: { add: chain, next: nextAfterDue(record.createdAt) } }),
  }
}

/** A page that reloads automatically writes one row a minute, not one a second. */
const CONTINUED_EVENT_EVERY_MS = 60_000

/** Spends nothing. */
export function decideContinue<Result>(
  answer: (record: VerificationRecord) => Result,
): Decide<Result> {
  const type = 'verification.continued'
  const events = [{ type, details: {}, atMostEveryMs: CONTINUED_EVENT_EVERY_MS }] as const
  return () => ({ kind: 'change', change: { ...NOTHING, events }, answer })
}

export type FinalStatus = Exclude<VerificationStatus, 'pending'>

/** In the events of its start and its end, for whoever counts them: an unreported one was neither used nor left. */
export const checkerOf = ({ checkedBy }: Pick<VerificationRecord, 'checkedBy'>) =>
  checkedBy === null ? {} : { checked_by: checkedBy }

export const hasSteps = ({ nextStep }: VerificationRecord) => nextStep !== null

/** Final status, everything secret erased, what no worker holds canceled (I6, I7). */
export function ending(
  status: FinalStatus,
  now: number,
  hasSteps: boolean,
  before: Change = NOTHING,
  details: EventDetails = {},
): Change {
  return {
    ...before,
    ...(hasSteps && { steps: { cancel: status } }),
    set: { ...before.set, status, endedAt: now },
    ends: true, // mutant: I7.end-erases-secrets
    cancelQueued: status, // mutant: I6.end-cancels-sends
    events: [...before.events, { type: `verification.${status}`, details }],
  }
}

/**
 * The check, in one commit: the attempt it costs, the verdict, the end. Every refusal is decided before the verdict is looked
 * at (I2). In time is who was admitted before the expiry, and is here within the hash's deadline.
 */
export function decideCheck<Result>(
  { valid, use, by }: Verdict,
  admittedAt: number,
  answer: (valid: boolean, after: VerificationRecord, codesLeft: number | null) => Result,
): Decide<Result> {
  return (record, now, isLate) => {
    if (record.checkedBy === 'caller') return { kind: 'refused', refusal: refuseElsewhere() } // mutant: I24.never-approved
    const notAfter = Math.max(record.expiresAt - 1, admittedAt + HASH_DEADLINE_MS)
    // By the time of its admission; what ended it since, or took its attempts, is in the row.
    const refusal = refuseEnded(record, isLate ? now : admittedAt) // mutant: I12.check-in-time
    if (refusal) return { kind: 'refused', refusal } // mutants: I1.late-not-approved I2.attempt-cap I2.refused-before-verdict
    const charge = charged(record, now)
    const wrong: Effect<Result> = {
      change: judgedWrong(record, charge, now),
      answer: (after) => answer(false, after, null),
    }
    if (!valid) return { ...wrong, kind: 'change', notAfter }
    return {
      kind: 'change',
      notAfter,
      change: ending('approved', now, hasSteps(record), charge, by && { by }),
      answer: (after, codesLeft) => answer(true, after, codesLeft),
      use: use ? { factor: use, otherwise: wrong } : undefined,
    }
  }
}

/**
 * Where nothing else of a check could be written: the attempt it costs, whatever the verdict was (I2). Its answer alone may
 * have been lost, after the commit: then the row has a wrong code more than before, at this very time, and its attempt with it.
 */
export function decideChargeOnly(before: Pick<VerificationRecord, 'failed'>): Decide<null> {
  return (record, now) => {
    const isWritten = record.failed > before.failed && record.lastAttemptAt === now
    const isOver = record.status !== 'pending' || record.attempts >= record.maxAttempts
    // mutant: I2.charged-before
    if (isWritten || isOver) return { kind: 'refused', refusal: refuseOverloaded() }
    return { kind: 'change', change: charged(record, now), answer: () => null }
  }
}

function charged(record: VerificationRecord, now: number): Change {
  return { ...NOTHING, set: { attempts: record.attempts + 1, lastAttemptAt: now } } // mutant: I2.charge-with-verdict
}

/**
 * By its own counter: an older program beside this one charges first, and a wrong one that is settled before
 * a right one charged earlier must not end the verification under it (I3).
 */
function judgedWrong(record: VerificationRecord, charge: Change, now: number): Change {
  const failed = record.failed + 1
  const left = Math.max(0, record.maxAttempts - record.attempts - 1)
  const change: Change = {
    ...charge,
    set: { ...charge.set, failed },
    events: [{ type: 'check.incorrect', details: { attempt: failed, attempts_remaining: left } }],
  }
  const isOver = failed >= record.maxAttempts
  return isOver ? ending('max_attempts_reached', now, hasSteps(record), change) : change // mutant: I3.wrong-code-counter
}

/** The same code again: nothing is renewed (I4). Another resend, or an end, in between is refused as it is now. */
export function decideResend<Result>(
  expectedSends: number,
  to: Pick<NonNullable<Change['delivery']>, 'channel' | 'provider'>,
  answer: (after: VerificationRecord) => Result,
): Decide<Result> {
  return (record, now) => {
    const refusal = refuseResend(record, now)
    if (refusal) return { kind: 'refused', refusal }
    // Another node was faster: its message counts.
    if (record.sends !== expectedSends || record.codeSealed === null)
      return { kind: 'refused', refusal: refuseOverloaded() }
    const send = record.sends + 1
    const { channel } = to
    const change: Change = {
      ...NOTHING,
      set: { sends: send, lastSendAt: now, channel }, // mutant: I4.resend-keeps-attempts
      cancelQueued: 'replaced',
      delivery: { send, ...to }, // mutant: I5.resend-in-transaction
      events: [{ type: 'verification.resent', details: { channel, send } }],
      ...(hasSteps(record) && { steps: { next: nextAfterDue(now) } }),
    }
    return { kind: 'change', change, answer }
  }
}

/** The step that waits is due now. Where it went out since, by its time or for another caller, no other is moved. */
export function decideAdvance<Result>(
  expectedSends: number,
  answer: (after: VerificationRecord) => Result,
): Decide<Result> {
  return (record, now) => {
    const refusal = refuseEnded(record, now)
    if (refusal) return { kind: 'refused', refusal }
    if (record.sends !== expectedSends) return { kind: 'change', change: NOTHING, answer } // mutant: C54.one-step-a-call
    const { nextStep } = record
    if (!nextStep) return { kind: 'refused', refusal: refuseNoStep() }
    const details = { channel: nextStep.channel }
    const change: Change = {
      ...NOTHING,
      events: [{ type: 'verification.advanced', details }],
      steps: { next: nextAtOnce(now) },
    }
    return { kind: 'change', change, answer }
  }
}

/** Idempotent: what had ended stays as it was; what was approved cannot be taken back. */
export function decideCancel<Result>(
  answer: (after: VerificationRecord) => Result,
  error?: string,
): Decide<Result> {
  return (record, now) => {
    if (record.status === 'approved') return { kind: 'refused', refusal: refuseCancel() }
    // Past its expiry it is left to the sweeper: a check that was admitted in time may still be compared.
    const isOpen = statusAt(record, now) === 'pending'
    return {
      kind: 'change',
      change: isOpen
        ? ending('canceled', now, hasSteps(record), NOTHING, {
            ...checkerOf(record),
            ...(error !== undefined && { error }),
          })
        : NOTHING,
      answer,
    }
  }
}

/** Of a row that time has ended, `graceMs` ago at least. What took its attempts ended it first. */
export function decideSweep(record: VerificationRecord, now: number, graceMs: number): Change {
  if (record.status !== 'pending') return NOTHING
  if (isSpent(record) && (record.lastAttemptAt ?? now) <= now - graceMs)
    return ending('max_attempts_reached', now, hasSteps(record))
  const isPast = record.expiresAt <= now - graceMs
  return isPast ? ending('expired', now, hasSteps(record), NOTHING, checkerOf(record)) : NOTHING
}
