// What a receipt makes of its try and of the delivery: decided once for both engines. Pure.
// It must not move a verification, nor start anything once it has ended (I17).

import { nextAfterHandOver, nextAtOnce } from '../../kernel/steps.ts'
import { MAX_AMBIGUOUS_SENDS } from '../answers/backoff.ts'
import type { DeliveryChange, DeliveryEvent, LoadedDelivery } from '../change.ts'
import type { NextAfter } from '../outbox-ports.ts'
import type { Fault } from '../ports.ts'
import { charged } from '../prices.ts'
import type { NextProvider } from '../routes/next-provider.ts'
import { withTried } from '../routes/tried.ts'
import {
  CLOSED,
  canceledBecause,
  columnsOf,
  faultIn,
  moveNext,
  type Reason,
  stampOf,
} from '../transitions.ts'
import type { Receipt, ReceiptState } from './ports.ts'

/** A try with its delivery, as a store loads them for a receipt. */
export type ReportedDelivery = LoadedDelivery & {
  sentAt: number | null
  tryNumber: number
  tryProvider: string
  tryStartedAt: number
  tryResult: 'sent' | 'retry' | 'failed' | null
  receipt: ReceiptState | null
}

/** With what is known of its polls. */
export type PolledDelivery = ReportedDelivery & {
  /** Null: its answer was lost. */
  tryDurationMs: number | null
  /** The provider's own id. */
  reference: string | null
  /** Somebody has looked at it since the last poll. */
  isViewed: boolean
}

/** Of the try. */
export type TryReceipt = {
  state: ReceiptState
  at: number
  code: string | null
  fault: Fault | null
}
export type ReceiptDecision = { receipt: TryReceipt; change: DeliveryChange }

type Reported = Pick<Receipt, 'state' | 'error' | 'fault' | 'at' | 'charge'>

const RANK: Readonly<Record<ReceiptState, number>> = { sent: 1, undelivered: 2, delivered: 3 }
/** With less time left another provider's message would come too late to be typed. */
const MIN_REMAINING_TO_FAIL_OVER_MS = 45_000
const UNDELIVERED = { code: 'undelivered', message: 'the provider reported that it did not arrive' }

const isNewest = ({ tryNumber, tries }: ReportedDelivery) => tryNumber === tries

const changeOf = (row: ReportedDelivery, at: number, events: DeliveryEvent[]): DeliveryChange => ({
  set: {},
  stamp: stampOf(row),
  at,
  events,
  eraseIfUnsendable: false,
})

const tryOf = ({ tryProvider, send, tryNumber }: ReportedDelivery) => ({
  provider: tryProvider,
  send,
  attempt: tryNumber,
})

/** The provider took it, which nobody knew yet: its answer is still on the way, or never came. */
function untold(row: ReportedDelivery, now: number): DeliveryEvent[] {
  const isTold = row.tryResult === 'sent' || !isNewest(row)
  if (isTold || (row.status !== 'sending' && row.status !== 'queued')) return []
  const details = { ...tryOf(row), duration_ms: Math.max(0, now - row.tryStartedAt) }
  return [{ type: 'delivery.sent', details }]
}

/** Untried in this round, with time enough, for a message that may still be sent. */
function failOver(
  row: ReportedDelivery,
  fault: Fault | null,
  next: NextAfter,
  now: number,
): NextProvider | undefined {
  const isOver = canceledBecause(row) !== undefined || row.codeSealed === null // mutant: I17.no-failover-ended
  // Somebody, or voicemail, picked up and pressed no key: another call would be one too many.
  const wasAnswered = row.channel === 'voice' && fault === null
  if (wasAnswered) return undefined
  if (isOver || fault === 'recipient' || row.ambiguous + 1 >= MAX_AMBIGUOUS_SENDS) return undefined
  const found = next(row, withTried(row.tried, row.tryProvider, true))
  if (!found || found.isNewRound) return undefined
  const leftMs = row.expiresAt - Math.max(now, found.notBefore)
  return leftMs >= MIN_REMAINING_TO_FAIL_OVER_MS ? found : undefined
}

/** Where it has not arrived it goes to another provider. */
export const mayFailOver = (row: ReportedDelivery, next: NextAfter, now: number): boolean =>
  row.status === 'sent' && isNewest(row) && failOver(row, null, next, now) !== undefined

/** It was on its way, and may be tried again: the provider has it after all. */
function decideSent(row: ReportedDelivery, next: NextAfter, now: number): DeliveryChange {
  const change = changeOf(row, now, [])
  if (row.status !== 'queued' || row.tryResult !== 'retry' || !isNewest(row)) return change
  const { tryProvider: provider } = row
  const open = {
    status: 'sent',
    sentAt: now,
    provider,
    errorCode: null,
    errorMessage: null,
  } as const
  return {
    ...change,
    set: { ...CLOSED, ...open },
    events: untold(row, now),
    ...moveNext(row, nextAfterHandOver(now)),
    eraseIfUnsendable: failOver(row, null, next, now) === undefined,
  }
}

function decideDelivered(
  row: ReportedDelivery,
  at: number,
  { charge }: Reported,
  now: number,
): DeliveryChange {
  const { channel, tryProvider: provider, tryStartedAt } = row
  const isDouble = row.status === 'delivered'
  const after = { after_ms: Math.max(0, at - tryStartedAt), ...(isDouble && { double: true }) }
  const event: DeliveryEvent = {
    type: 'delivery.delivered',
    details: { channel, ...tryOf(row), ...after, ...charged(charge, row.country) },
  }
  if (isDouble) return changeOf(row, now, [event])
  const arrived = { status: 'delivered', deliveredAt: at, sentAt: row.sentAt ?? now } as const
  return {
    ...changeOf(row, now, [...untold(row, now), event]),
    // What is queued for it would be a double.
    // mutant: I16.delivered-cancels
    set: { ...CLOSED, ...arrived, provider, errorCode: null, errorMessage: null },
    ...(row.hasNext && { steps: { cancel: 'delivered' } }), // mutant: C54.delivered-ends-chain
    eraseIfUnsendable: true,
  }
}

function decideUndelivered(
  row: ReportedDelivery,
  { error, fault, charge }: Reported,
  next: NextAfter,
  now: number,
): DeliveryChange {
  const reason: Reason = { ...(error ?? UNDELIVERED), fault }
  const told = untold(row, now)
  const about = { error: reason.code, ...faultIn(reason) }
  const event = (provider?: string | null): DeliveryEvent => ({
    type: 'delivery.undelivered',
    details: {
      channel: row.channel,
      ...tryOf(row),
      ...about,
      ...charged(charge, row.country),
      ...(provider && { next_provider: provider }),
    },
  })
  const close: DeliveryChange = {
    ...changeOf(row, now, [...told, event()]),
    set: { ...CLOSED, status: 'undelivered', ...columnsOf(reason) },
    ...moveNext(row, nextAtOnce(now)),
    eraseIfUnsendable: true,
  }
  // Another try is already on its way, or nothing is.
  const waits = row.status === 'queued'
  if (waits) return fault === 'recipient' ? close : changeOf(row, now, [event(row.provider)])
  const isOpen = row.status === 'sent' || row.status === 'sending'
  if (!isOpen || !isNewest(row)) return changeOf(row, now, [event()])
  const found = failOver(row, fault, next, now)
  if (!found) return close
  const { provider, tried, notBefore } = found
  // It may have gone out: the next one is a message more (I18).
  const counted = { ambiguous: row.ambiguous + 1 } // mutant: I18.receipt-failover-counted
  return {
    ...changeOf(row, now, [...told, event(provider)]),
    set: { status: 'queued', token: null, provider, tried, ...counted, ...columnsOf(reason) },
    dueAfterMs: Math.max(0, notBefore - now),
    notAfter: row.expiresAt - MIN_REMAINING_TO_FAIL_OVER_MS,
  }
}

/** Undefined: it says no more than is known (I16: forward only). */
export function decideReceipt(
  row: ReportedDelivery,
  reported: Reported,
  next: NextAfter,
  now: number,
): ReceiptDecision | undefined {
  const { state, error, fault } = reported
  if (row.receipt !== null && RANK[state] <= RANK[row.receipt]) return undefined // mutant: I16.forward-only
  const at = Math.min(now, Math.max(reported.at ?? now, row.tryStartedAt))
  const isLost = state === 'undelivered'
  const code = isLost ? (error ?? UNDELIVERED).code : null
  const receipt = { state, at, code, fault: isLost ? fault : null }
  if (state === 'delivered') return { receipt, change: decideDelivered(row, at, reported, now) }
  if (isLost) return { receipt, change: decideUndelivered(row, reported, next, now) }
  return { receipt, change: decideSent(row, next, now) }
}
