// The transitions of a delivery until its try: every rule of its life, decided once for both engines (settling.ts: after it). Pure and synchronous.
// A store loads the row, applies the change where what it was decided on still holds, and else decides again.

import { deliveryId, tryId } from '../kernel/ids.ts'
import { type NextDue, nextAtOnce } from '../kernel/steps.ts'
import type { DeliveryChange, HeldDelivery, LoadedDelivery } from './change.ts'
import type { ClaimedDelivery, DueDelivery, Outbox, Plan } from './outbox-ports.ts'
import type { Fault, ProviderError } from './ports.ts'

type ClaimInput = Parameters<Outbox['claim']>[0]
export const EXPIRED = {
  code: 'expired_before_sent',
  message: 'too little time was left to send it',
}
const UNPLANNED = { code: 'plan_failed', message: 'the message could not be prepared' }
export const CLOSED = { dueAt: null, token: null } as const

/** Why nothing more may be sent for this row, whatever the answer was; undefined: it may. */
export function canceledBecause({
  verificationStatus,
  send,
  sends,
}: Pick<HeldDelivery, 'verificationStatus' | 'send' | 'sends'>): string | undefined {
  if (verificationStatus !== 'pending') return verificationStatus
  // Only a row whose worker held it at the resend can be open beside its successor.
  return send < sends ? 'replaced' : undefined
}

export const stampOf = ({
  verificationStatus,
  sends,
}: Pick<HeldDelivery, 'verificationStatus' | 'sends'>) => ({ verificationStatus, sends })

/** What becomes of the step that waits after this message; one that was replaced, or has ended, moves none. */
export function moveNext(row: HeldDelivery, next: NextDue) {
  const isNewest = row.hasNext && canceledBecause(row) === undefined // mutant: C54.newest-moves-next
  return isNewest ? { steps: { next }, stamp: stampOf(row) } : {}
}

export function cancel(row: HeldDelivery, at: number, reason: string): DeliveryChange {
  const { channel, send, ambiguous } = row
  return {
    set: { ...CLOSED, status: 'canceled', ambiguous },
    stamp: stampOf(row),
    at,
    events: [{ type: 'delivery.canceled', details: { channel, send, reason } }],
    eraseIfUnsendable: true,
  }
}

export type Reason = ProviderError & { fault?: Fault | null }
export const columnsOf = ({ code, message }: Reason) => ({ errorCode: code, errorMessage: message })
export const faultIn = ({ fault }: Reason) => (fault ? { fault } : {}) // mutant: C53.event-fault

export function fail(row: HeldDelivery, at: number, error: Reason): DeliveryChange {
  const { provider, send, tries: attempt, ambiguous } = row
  const { code, message } = error
  const details = { provider, send, attempt, error: code, message, ...faultIn(error) }
  return {
    set: { ...CLOSED, status: 'failed', ambiguous, ...columnsOf(error) },
    at,
    events: [{ type: 'delivery.failed', details }],
    ...moveNext(row, nextAtOnce(at)),
    eraseIfUnsendable: true,
  }
}

/** A row that cannot be opened or rendered never will be. What was thrown may hold the code (I7: codes never leak). */
export function planSafely(plan: ClaimInput['plan'], due: DueDelivery): Plan<unknown> {
  // mutant: I7.prepare-error-dropped
  try {
    return plan(due)
  } catch {
    return { kind: 'fail', error: UNPLANNED }
  }
}

export function toDue(row: LoadedDelivery): DueDelivery {
  return {
    verificationId: row.verificationId,
    service: row.service,
    sendNumber: row.send,
    sends: row.sends,
    maxSends: row.maxSends,
    hasNext: row.hasNext,
    channel: row.channel,
    kind: row.kind,
    tries: row.tries,
    ambiguous: row.ambiguous,
    recipientSealed: row.recipientSealed,
    codeSealed: row.codeSealed ?? new Uint8Array(),
    locale: row.locale,
    link: row.link,
    expiresAt: row.expiresAt,
    reclaimed: row.status === 'sending',
    wordedAt: row.wordedAt,
    provider: row.provider,
    tried: row.tried,
    country: row.country,
    authenticated: row.authenticated,
    clientIp: row.clientIp,
    mayHaveGone: row.mayHaveGone,
  }
}

export type ClaimDecision = { change: DeliveryChange; claimed?: ClaimedDelivery<unknown> }
export type Claiming = Pick<ClaimInput, 'now' | 'leaseMs' | 'minRemainingMs' | 'plan'> & {
  token: string
}

function take(
  row: LoadedDelivery,
  due: DueDelivery,
  { now, leaseMs, minRemainingMs, token }: Claiming,
  { provider, prepared }: Extract<Plan<unknown>, { kind: 'send' }>,
): Required<ClaimDecision> {
  const { verificationId, send, channel, ambiguous } = row
  const tryNumber = row.tries + 1
  const leaseUntil = now + leaseMs
  const set = { dueAt: leaseUntil, token, provider, tries: tryNumber, ambiguous }
  return {
    change: {
      set: { ...set, status: 'sending' },
      stamp: stampOf(row),
      notAfter: row.expiresAt - minRemainingMs,
      newTry: { tryNumber, provider },
      at: now,
      events: [
        { type: 'delivery.attempted', details: { channel, provider, send, attempt: tryNumber } },
      ],
      eraseIfUnsendable: false,
    },
    claimed: {
      ...due,
      lane: row.provider,
      tryId: tryId(verificationId, send, tryNumber),
      deliveryId: deliveryId(verificationId, send),
      tryNumber,
      startedAt: now,
      provider,
      token,
      leaseUntil,
      prepared,
    },
  }
}

export function putOff(
  { expiresAt }: LoadedDelivery,
  { now, minRemainingMs }: Claiming,
  plan: Extract<Plan<unknown>, { kind: 'move' | 'give_back' }>,
) {
  if (plan.kind === 'give_back') return { dueAt: now + Math.max(1, plan.delayMs) }
  const { provider, tried, delayMs } = plan
  // Once too little time is left it is claimed, and fails.
  const latest = expiresAt - minRemainingMs + 1
  return { dueAt: Math.min(now + delayMs, latest), provider, tried }
}

function claimRow(row: LoadedDelivery, input: Claiming): ClaimDecision {
  const { now, minRemainingMs } = input
  const reason = canceledBecause(row)
  if (reason !== undefined) return { change: cancel(row, now, reason) } // mutant: I6.claim-ended-check
  const isTooLate = row.expiresAt - now < minRemainingMs || row.codeSealed === null // mutant: I6.claim-time-left
  if (isTooLate) return { change: { ...fail(row, now, EXPIRED), stamp: stampOf(row) } }
  const due = toDue(row)
  const plan = planSafely(input.plan, due)
  if (plan.kind === 'fail')
    return { change: { ...fail(row, now, plan.error), stamp: stampOf(row) } }
  if (plan.kind === 'send') return take(row, due, input, plan)
  return {
    change: {
      set: { status: 'queued', token: null, ambiguous: row.ambiguous, ...putOff(row, input, plan) },
      stamp: stampOf(row),
      at: now,
      events: [],
      eraseIfUnsendable: false,
    },
  }
}

/** A due row: taken, given back, or ended because nothing may be sent for it (I6). */
export function decideClaim(row: LoadedDelivery, input: Claiming): ClaimDecision {
  if (row.status !== 'sending') return claimRow(row, input)
  // The previous worker died or froze; its try may have gone out, and its row keeps no answer.
  const { channel, provider, send, tries: attempt } = row
  const counted = { ambiguous: row.ambiguous + 1, mayHaveGone: row.mayHaveGone + 1 }
  const decision = claimRow({ ...row, ...counted }, input)
  const details = { channel, provider, send, attempt }
  const events = [{ type: 'delivery.reclaimed' as const, details }, ...decision.change.events]
  return { ...decision, change: { ...decision.change, events } }
}
