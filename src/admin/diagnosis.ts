// Why a code did not arrive or was not accepted, and what to do, in two sentences: from the newest message and the outcome.
// It must not read a clock or a store, nor name a button that the page does not have.

import type { EventRecord, EventType } from '../events/types.ts'
import { type DeliveryStatus, isFactorChannel } from '../kernel/channel.ts'
import { statusAt, type VerificationStatus } from '../verification/state.ts'
import { adviseOn } from './advice/advice.ts'
import { repeatable, START_OVER } from './advice/words.ts'
import {
  BY_FACTOR,
  DECOY,
  type Diagnosis,
  diagnoseCanceled,
  diagnoseClosed,
  diagnoseDelegated,
  say,
} from './diagnoses.ts'
import { nextStep, type Offers, offersFor, othersIn } from './offers.ts'
import type { ListedVerification, VerificationDetail } from './ports.ts'

/** A text arrives within seconds, a mail within a minute: after that it most likely never will. */
const LATE_MS = 60_000

const newest = (events: readonly EventRecord[], type: EventType) =>
  events.findLast((event) => event.type === type)

const nameOf = ({ provider }: ListedVerification) => `The provider ${provider ?? ''}`.trim()

/** Each sentence once: the advice and the next step may end in the same words. */
function join(...sentences: string[]): string | null {
  const text = [...new Set(sentences.filter((one) => one !== ''))].join(' ')
  return text === '' ? null : text
}

/** Advice on a final failure, by the buttons of the page. */
function diagnoseFailure(verification: ListedVerification, offers: Offers): Diagnosis {
  const { errorCode, errorMessage, provider, channel } = verification
  const advice = adviseOn({ provider, code: errorCode ?? errorMessage ?? '' }, 'failed')
  const { text, isButton } = nextStep(advice, offers, channel)
  const isOver = offers.isOpen || `${advice.action} ${text}`.includes('start over')
  const action = join(
    offers.isOpen ? advice.meanwhile : '', // mutant: C74.ended-not-good
    advice.action,
    text,
    isOver ? '' : START_OVER, // mutant: C74.ended-no-button
  )
  const by = isButton && advice.remedy === 'channel' ? othersIn(offers, channel)[0] : undefined
  return say('bad', advice.meaning, action, { resend: isButton ? 'helps' : 'is useless', by })
}

function diagnoseQueued({ verification, events }: VerificationDetail): Diagnosis {
  const { errorCode } = verification
  const wait = 'It goes out within seconds. If it stays queued, see the queue in Health.'
  if (errorCode === null) return say('warn', 'The message is queued.', wait)
  const retrying = newest(events, 'delivery.retrying') ?? newest(events, 'delivery.undelivered')
  const waitMs = Number(retrying?.details.retry_in_ms)
  const at = retrying && Number.isFinite(waitMs) ? retrying.at + waitMs : null
  // The message is on its way to the next provider: the error is that of the one before.
  const before = retrying?.details.provider
  const provider = typeof before === 'string' ? before : verification.provider
  const about = { provider, code: errorCode }
  const { meaning, action, meanwhile } = adviseOn(about, 'retrying')
  return say('warn', meaning, join('It will be retried automatically.', meanwhile, action), { at })
}

/** Another message, or what to do where the page has no such button. */
const another = (offers: Offers, { channel }: ListedVerification) =>
  nextStep(repeatable(''), offers, channel).text

/** Who was asked before the provider that took the newest message. */
function passedOver(events: readonly EventRecord[], { provider }: ListedVerification): string {
  const last = newest(events, 'delivery.sent')?.details.send
  const names = events
    .filter(({ type, details }) => type === 'delivery.retrying' && details.send === last)
    .flatMap(({ details: { provider: one } }) => (typeof one === 'string' ? one : []))
  const others = [...new Set(names)].filter((name) => name !== provider)
  return others.length === 0 ? '' : ` after ${others.join(' and ')} did not`
}

function diagnoseSent(
  { verification, events }: VerificationDetail,
  offers: Offers,
  now: number,
): Diagnosis {
  const sent = newest(events, 'delivery.sent')
  const isLate = sent !== undefined && now - sent.at > LATE_MS
  const where =
    verification.channel === 'email'
      ? 'The user checks the spam folder and the address.'
      : 'The user checks the signal, the number and blocked senders.'
  const after = passedOver(events, verification)
  const meaning = `${nameOf(verification)} accepted the message${after}; it has not reported whether it arrived.`
  if (!isLate) return say('', meaning, `Wait a moment. ${where}`, { resend: 'may help' })
  return say('warn', meaning, join(where, another(offers, verification)), { resend: 'helps' })
}

/** By the newest message of an open verification. */
function diagnoseMessage(detail: VerificationDetail, offers: Offers, now: number): Diagnosis {
  const { verification } = detail
  const provider = verification.provider ?? 'the provider'
  const newestCode = 'The user enters the newest code that they received.'
  switch (verification.deliveryStatus) {
    case 'failed':
    case 'undelivered':
      return diagnoseFailure(verification, offers)
    case 'queued':
      return diagnoseQueued(detail)
    case 'sending':
      return say('', `The message is being handed to ${provider} now.`)
    case 'delivered':
      return say('', `${nameOf(verification)} reports that the message arrived.`, newestCode, {
        resend: 'may help',
      })
    case 'sent':
      return diagnoseSent(detail, offers, now)
    case 'canceled':
    case null:
      return say('warn', 'No message is on its way.', join(another(offers, verification)), {
        resend: 'helps',
      })
  }
}

function diagnoseExpired({ verification, events }: VerificationDetail, offers: Offers): Diagnosis {
  const { deliveryStatus, errorCode, provider } = verification
  if (deliveryStatus === 'failed' || deliveryStatus === 'undelivered')
    return diagnoseFailure(verification, offers)
  if (deliveryStatus === 'sent' || deliveryStatus === 'delivered') {
    const late = 'accepted the message, but no correct code was entered in time.'
    return say('warn', `${nameOf(verification)} ${late}`, START_OVER)
  }
  // Tries continued until then: nobody refused it for good.
  const why = errorCode && ` ${adviseOn({ provider, code: errorCode }, 'retrying').meaning}` // mutant: C74.exhausted-not-refused
  const was = newest(events, 'delivery.sent') // mutant: C74.earlier-taken-told
    ? 'A provider accepted an earlier message, but no correct code was entered, and it expired before the newest one was accepted.'
    : 'It expired before a provider accepted its message.'
  const action = `${START_OVER} If it happens often, see the queue in Health.`
  return say('warn', `${was}${why ?? ''}`, action)
}

function diagnoseEnd(
  detail: VerificationDetail,
  status: Exclude<VerificationStatus, 'pending'>,
  offers: Offers,
): Diagnosis {
  switch (status) {
    case 'approved':
      return say('good', 'The code was correct. There is nothing to do.')
    case 'canceled':
      return diagnoseCanceled(detail)
    case 'max_attempts_reached': {
      const action = `${START_OVER} They enter only the code of the newest message.`
      return say('bad', 'Too many wrong codes. The code no longer works.', action)
    }
    case 'closed':
      return diagnoseClosed(detail)
    case 'expired':
      return diagnoseExpired(detail, offers)
  }
}

const isToLandline = ({ events }: VerificationDetail) =>
  newest(events, 'verification.started')?.details.number_type === 'landline'

/** The provider reported why, or that it arrived. */
const SETTLED: readonly (DeliveryStatus | null)[] = ['failed', 'undelivered', 'delivered']

/** Unless the provider settled it: the likeliest reason of a message that never arrives. */
function withLandline(
  found: Diagnosis,
  status: VerificationStatus,
  { deliveryStatus }: ListedVerification,
): Diagnosis {
  const isOpen = status === 'pending' || status === 'expired'
  if (!isOpen || SETTLED.includes(deliveryStatus)) return found
  const others = found.resend === 'helps' ? '' : (found.action ?? '')
  return {
    ...found,
    meaning: `${found.meaning} The number is a landline: most of them cannot receive texts.`,
    action: join(others, 'Ask for a mobile number, or offer a code by e-mail.'),
    resend: 'is useless', // mutant: C50.landline-no-resend
  }
}

function diagnose(detail: VerificationDetail, offers: Offers, now: number): Diagnosis {
  const { verification } = detail
  const status = statusAt(verification, now)
  if (isFactorChannel(verification.channel) && status !== 'closed') return BY_FACTOR[status]
  if (verification.kind === 'decoy') return say('', DECOY)
  if (verification.checkedBy === 'twilio' && (status === 'pending' || status === 'expired'))
    return diagnoseDelegated(detail, status, now)
  const found =
    status === 'pending'
      ? diagnoseMessage(detail, offers, now)
      : diagnoseEnd(detail, status, offers)
  if (verification.kind === 'real')
    return isToLandline(detail) ? withLandline(found, status, verification) : found // mutant: C50.landline-shown
  const meaning = `A test recipient: nothing is really sent. ${found.meaning}`
  return { ...found, meaning }
}

/** The channels of the service's providers, and whether the reader's key has the scope admin. */
export type Reading = Parameters<typeof offersFor>[1]

/** The same diagnosis for page, API and command, with the buttons that it names. */
export function diagnoseFor(
  detail: VerificationDetail,
  about: Reading,
): { offers: Offers; diagnosis: Diagnosis } {
  const offers = offersFor(detail.verification, about)
  return { offers, diagnosis: diagnose(detail, offers, about.now) }
}

/** Null: the next try is not ahead. */
export function nextTryAt({ at }: Diagnosis, now: number): number | null {
  return at === null || at <= now ? null : at
}
