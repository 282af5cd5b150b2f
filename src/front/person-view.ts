// A verification as the person at the screen may know it, at a moment. Pure.
// Without `authenticated` it must not depend on what became of a message: receipts tell strangers whether an account exists and
// when a phone is on. What is shown then follows from the start, from what this person did, and from the time alone.

import { type Channel, isFactorChannel, type VerificationChannel } from '../kernel/channel.ts'
import { mask } from '../kernel/mask.ts'
import { HAND_OVER_MS } from '../kernel/steps.ts'
import type { FrontMessage, Opened } from '../verification/front-ports.ts'
import { isLandline, isUnreadable, readRecipient } from '../verification/recipient.ts'
import {
  attemptsRemaining,
  isSpent,
  RESEND_MIN_REMAINING_MS,
  resendAt,
  resendWaitMs,
  statusAt,
  type VerificationRecord,
  type VerificationStatus,
} from '../verification/state.ts'
import { describeMessage, type MessageReason, type MessageState } from './message-words.ts'

/** A hand-over to a provider takes about as long; until then nobody is told that it was sent. */
export const SENT_AFTER_MS = 3_000
/** So that the person sees how it ended. */
const SHOWN_AFTER_END_MS = 5 * 60_000

export const ACTIONS = ['check', 'resend', 'next'] as const
export type Action = (typeof ACTIONS)[number]

export type PersonView = {
  reference: string
  status: VerificationStatus
  /** Masked; null: a subject, whose id means nothing to a person. */
  recipient: string | null
  channel: VerificationChannel
  purpose: string
  brand: string
  locale: string
  expiresAt: number
  expiresInSeconds: number
  resendAt: number | null
  resendInSeconds: number | null
  attemptsRemaining: number
  /** Null: of an authenticator app or a recovery code. */
  codeLength: number | null
  nextStep: { channel: Channel; at: number } | null
  /** Null where nothing is sent. */
  message: PersonMessage | null
  /** Possible at this moment. */
  actions: readonly Action[]
}
export type PersonMessage = {
  state: MessageState
  text: string
  reason: MessageReason | null
  at: number | null
}

export type ViewContext = {
  brand: string
  /** In plaintext. */
  party: string
  /** Of its token. */
  actions: boolean
  /** Why a provider refused, in words for a person; null: nothing that they can help. */
  explain: (refused: { provider: string | null; code: string }) => MessageReason | null
}

type Progress = Pick<PersonView, 'channel' | 'resendAt' | 'nextStep' | 'message'>

const STATE: Readonly<Record<FrontMessage['status'], MessageState>> = {
  waiting: 'trying',
  queued: 'trying',
  sending: 'trying',
  canceled: 'trying',
  sent: 'sent',
  delivered: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
}

const secondsUntil = (at: number, now: number) => Math.max(0, Math.ceil((at - now) / 1000))

function isToLandline(party: string, country: string | null): boolean {
  const read = readRecipient(party, country)
  return !isUnreadable(read) && isLandline(read)
}

function reasonOf(
  { record }: Opened,
  { channel, provider, errorCode }: FrontMessage,
  state: MessageState,
  { party, explain }: ViewContext,
): MessageReason | null {
  if (state === 'delivered') return null
  if (channel === 'sms' && isToLandline(party, record.country)) return 'landline'
  return state === 'failed' && errorCode !== null ? explain({ provider, code: errorCode }) : null
}

function messageOf(opened: Opened, context: ViewContext, now: number): PersonMessage | null {
  const newest = opened.messages.findLast(({ send }) => send > 0)
  if (!newest) return null
  const state = STATE[newest.status]
  const at = state === 'delivered' ? newest.deliveredAt : state === 'sent' ? newest.sentAt : null
  const reason = reasonOf(opened, newest, state, context)
  const seconds = at === null ? null : Math.max(0, Math.floor((now - at) / 1000))
  return { state, text: describeMessage(state, newest.channel, { reason, seconds }), reason, at }
}

/** Of somebody who has passed another factor. */
function progressOf(opened: Opened, context: ViewContext, now: number): Progress {
  const { record } = opened
  const { channel, nextStep } = record
  const isOpen = statusAt(record, now) === 'pending'
  return {
    channel,
    resendAt: resendAt(record, now),
    nextStep: isOpen && nextStep ? { channel: nextStep.channel, at: nextStep.at } : null,
    message: messageOf(opened, context, now),
  }
}

/**
 * A chain as if none of its messages arrived and each step went out as late as it may: its steps are neither shown nor moved
 * on, and nothing is sent again before its end.
 */
function timerOf({ record, messages }: Opened, now: number) {
  const steps = messages.filter(({ timeoutMs }) => timeoutMs !== null)
  const own = messages.filter(({ timeoutMs }) => timeoutMs === null)
  const lastOwn = own.at(-1)
  const chainMs = steps.reduce((sum, { timeoutMs }) => sum + HAND_OVER_MS + (timeoutMs ?? 0), 0)
  const sends = own.length + steps.length
  const sentLast = Math.max(lastOwn?.queuedAt ?? 0, record.createdAt + chainMs)
  const at = sentLast + resendWaitMs(sends)
  const isOver = statusAt(record, now) !== 'pending' || isSpent(record) || sends >= record.maxSends
  const isLate = record.expiresAt - Math.max(at, now) < RESEND_MIN_REMAINING_MS
  return { first: own.at(0), lastOwn, resendAt: isOver || isLate ? null : at }
}

/** Of anybody else: the same for a message that arrived, for one that failed, and for a decoy's. */
function progressByTime(opened: Opened, now: number): Progress {
  const { first, lastOwn, resendAt } = timerOf(opened, now)
  if (!first || !lastOwn)
    return { channel: opened.record.channel, resendAt: null, nextStep: null, message: null }
  const state = now - lastOwn.queuedAt < SENT_AFTER_MS ? 'trying' : 'sent'
  const text = describeMessage(state, first.channel, { reason: null, seconds: null })
  return {
    ...{ channel: first.channel, resendAt, nextStep: null },
    message: { state, text, reason: null, at: null },
  }
}

function actionsOf(
  record: VerificationRecord,
  { resendAt, nextStep }: Progress,
  now: number,
): Action[] {
  const possible: Record<Action, boolean> = {
    check: attemptsRemaining(record, now) > 0,
    resend: resendAt !== null && now >= resendAt,
    next: nextStep !== null,
  }
  return ACTIONS.filter((action) => possible[action])
}

export function viewFor(opened: Opened, context: ViewContext, now: number): PersonView {
  const { record } = opened
  const isFactor = isFactorChannel(record.channel)
  const progress = record.authenticated // mutant: C86.silent-without-authenticated
    ? progressOf(opened, context, now)
    : progressByTime(opened, now)
  return {
    reference: record.reference,
    status: statusAt(record, now),
    recipient: isFactor ? null : mask(context.party),
    channel: progress.channel,
    purpose: record.purpose,
    brand: context.brand,
    locale: record.locale,
    expiresAt: record.expiresAt,
    expiresInSeconds: secondsUntil(record.expiresAt, now),
    resendAt: progress.resendAt,
    resendInSeconds: progress.resendAt === null ? null : secondsUntil(progress.resendAt, now),
    attemptsRemaining: attemptsRemaining(record, now),
    codeLength: isFactor ? null : record.codeLength,
    nextStep: progress.nextStep,
    message: progress.message,
    actions: context.actions ? actionsOf(record, progress, now) : [],
  }
}

/** Until when it is shown at all. */
export const shownUntil = ({ endedAt, expiresAt }: VerificationRecord): number =>
  Math.min(endedAt ?? expiresAt, expiresAt) + SHOWN_AFTER_END_MS

/** Whether a page that shows the one needs the other: seconds are counted down there. */
export function isSameView(a: PersonView, b: PersonView): boolean {
  const steady = ({ message, ...view }: PersonView) =>
    JSON.stringify({
      ...{ ...view, expiresInSeconds: 0, resendInSeconds: 0 },
      message: message && { ...message, text: '' },
    })
  return steady(a) === steady(b)
}

/** When it changes without anything having happened; null: not any more. */
export function changesAt({ record, messages }: Opened, view: PersonView, now: number) {
  const sentAt = messages
    .filter(({ timeoutMs }) => timeoutMs === null)
    .map(({ queuedAt }) => queuedAt + SENT_AFTER_MS)
  // One millisecond later it would come too late.
  const lastSend = record.expiresAt - RESEND_MIN_REMAINING_MS + 1
  const times = [...sentAt, view.resendAt ?? 0, lastSend, record.expiresAt].filter((at) => at > now)
  return times.length === 0 ? null : Math.min(...times)
}
