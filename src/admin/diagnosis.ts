// Why a code did not arrive or was not taken, and what to do, in two sentences: from the newest message and the outcome.
// It must not read a clock or a store (pure over what was read), nor name a button that the page does not have.

import type { EventRecord, EventType } from '../events/types.ts'
import { type Channel, type DeliveryStatus, isFactorChannel } from '../kernel/channel.ts'
import { statusAt, type VerificationStatus } from '../verification/state.ts'
import type { AttemptDetail } from './admin.ts'
import { adviseOn } from './advice/advice.ts'
import { FACTORS } from './advice/factors.ts'
import { type Advice, repeatable, START_OVER } from './advice/words.ts'
import { nextStep, type Offers, offersFor, othersIn } from './offers.ts'
import type { AttemptRow } from './ports.ts'

export type Diagnosis = {
  state: '' | 'good' | 'warn' | 'bad'
  meaning: string
  /** Null: nothing is to be done. */
  action: string | null
  /** When the next try or the end comes automatically, where that is what one waits for. */
  at: number | null
  /** What another message does for it: the page puts its buttons in that order. */
  resend: 'helps' | 'may help' | 'is useless'
  /** By which it is to be sent again; absent: as before. */
  by?: Channel | undefined
}

/** A text is there within seconds, a mail within a minute: a user who has waited longer will not get it. */
const LATE_MS = 60_000

type DiagnosisText = Pick<Diagnosis, 'state' | 'meaning'> & Partial<Diagnosis>
const say = (said: DiagnosisText): Diagnosis => ({
  action: null,
  at: null,
  resend: 'is useless',
  ...said,
})

const newest = (events: readonly EventRecord[], type: EventType) =>
  events.findLast((event) => event.type === type)

const nameOf = ({ provider }: AttemptRow) => `The provider ${provider ?? ''}`.trim()

/** Sentences that are there, each once: one advice and the next step may end in the same words. */
function join(...sentences: string[]): string | null {
  const text = [...new Set(sentences.filter((one) => one !== ''))].join(' ')
  return text === '' ? null : text
}

function failureOf({ errorCode, errorMessage, provider }: AttemptRow): Advice {
  return adviseOn({ provider, code: errorCode ?? errorMessage ?? '' }, 'failed')
}

/** What to do about a failure that is over, by the buttons that there are. */
function diagnoseFailure(attempt: AttemptRow, offers: Offers): Diagnosis {
  const advice = failureOf(attempt)
  const { text, isButton } = nextStep(advice, offers, attempt.channel)
  const isOver = offers.isOpen || `${advice.action} ${text}`.includes('start over')
  return say({
    ...{ state: 'bad', meaning: advice.meaning },
    action: join(
      offers.isOpen ? advice.meanwhile : '', // mutant: C74.ended-not-good
      advice.action,
      text,
      isOver ? '' : START_OVER, // mutant: C74.ended-no-button
    ),
    resend: isButton ? 'helps' : 'is useless',
    by: isButton && advice.remedy === 'channel' ? othersIn(offers, attempt.channel)[0] : undefined,
  })
}

function diagnoseQueued({ attempt, events }: AttemptDetail): Diagnosis {
  const { errorCode, provider } = attempt
  if (errorCode === null)
    return say({
      state: 'warn',
      meaning: 'The message waits to be sent.',
      action: 'It goes out within seconds. If it goes on waiting, see the queue in Health.',
    })
  const retrying = newest(events, 'delivery.retrying')
  const waitMs = Number(retrying?.details.retry_in_ms)
  const at = retrying && Number.isFinite(waitMs) ? retrying.at + waitMs : null
  const { meaning, action, meanwhile } = adviseOn({ provider, code: errorCode }, 'retrying')
  return say({
    state: 'warn',
    meaning,
    action: join('It will be retried automatically.', meanwhile, action),
    at,
  })
}

/** Another message, or what stands in its place where the page has no such button. */
const another = (offers: Offers, { channel }: AttemptRow) =>
  nextStep(repeatable(''), offers, channel).text

function diagnoseSent({ attempt, events }: AttemptDetail, offers: Offers, now: number): Diagnosis {
  const sent = newest(events, 'delivery.sent')
  const isLate = sent !== undefined && now - sent.at > LATE_MS
  const where =
    attempt.channel === 'email'
      ? 'The user checks the spam folder and the address.'
      : 'The user checks the signal, the number and blocked senders.'
  return say({
    state: isLate ? 'warn' : '',
    meaning: `${nameOf(attempt)} took the message; it has not reported whether it arrived.`,
    action: isLate ? join(where, another(offers, attempt)) : `Wait a moment. ${where}`,
    resend: isLate ? 'helps' : 'may help',
  })
}

/** Of a verification that is open: what its newest message does. */
function diagnoseMessage(detail: AttemptDetail, offers: Offers, now: number): Diagnosis {
  const { attempt } = detail
  switch (attempt.deliveryStatus) {
    case 'failed':
    case 'undelivered':
      return diagnoseFailure(attempt, offers)
    case 'queued':
      return diagnoseQueued(detail)
    case 'sending':
      return say({
        state: '',
        meaning: `The message is being handed to ${attempt.provider ?? 'the provider'} now.`,
      })
    case 'delivered':
      return say({
        state: '',
        meaning: `${nameOf(attempt)} reports that the message arrived.`,
        action: 'The user types the newest code that they received.',
        resend: 'may help',
      })
    case 'sent':
      return diagnoseSent(detail, offers, now)
    case 'canceled':
    case null:
      return say({
        state: 'warn',
        meaning: 'No message is under way.',
        action: join(another(offers, attempt)),
        resend: 'helps',
      })
  }
}

function diagnoseExpired({ attempt, events }: AttemptDetail, offers: Offers): Diagnosis {
  const { deliveryStatus, errorCode, provider } = attempt
  if (deliveryStatus === 'failed' || deliveryStatus === 'undelivered')
    return diagnoseFailure(attempt, offers)
  if (deliveryStatus === 'sent' || deliveryStatus === 'delivered')
    return say({
      state: 'warn',
      meaning: `${nameOf(attempt)} took the message, but no right code was typed in time.`,
      action: START_OVER,
    })
  // It was being tried until then: nobody refused it for good.
  const why = errorCode && ` ${adviseOn({ provider, code: errorCode }, 'retrying').meaning}` // mutant: C74.exhausted-not-refused
  const was = newest(events, 'delivery.sent') // mutant: C74.earlier-taken-told
    ? 'A provider took an earlier message, but no right code was typed, and it expired before the newest one was taken.'
    : 'It expired before a provider took its message.'
  return say({
    state: 'warn',
    meaning: `${was}${why ?? ''}`,
    action: `${START_OVER} If it happens often, see the queue in Health.`,
  })
}

function diagnoseEnd(
  detail: AttemptDetail,
  status: Exclude<VerificationStatus, 'pending'>,
  offers: Offers,
): Diagnosis {
  switch (status) {
    case 'approved':
      return say({ state: 'good', meaning: 'The code was right; nothing is to be done.' })
    case 'canceled':
      return say({ state: '', meaning: 'Canceled. The code no longer works.', action: START_OVER })
    case 'max_attempts_reached':
      return say({
        state: 'bad',
        meaning: 'Too many wrong codes. The code no longer works.',
        action: `${START_OVER} They type only the code of the newest message.`,
      })
    case 'expired':
      return diagnoseExpired(detail, offers)
  }
}

const isToLandline = ({ events }: AttemptDetail) =>
  newest(events, 'verification.started')?.details.number_type === 'landline'

/** The provider said why, or that it arrived. */
const SETTLED: readonly (DeliveryStatus | null)[] = ['failed', 'undelivered', 'delivered']

/** Whatever the provider made of the message, unless it is settled: what arrives nowhere is most often this. */
function withLandline(
  found: Diagnosis,
  status: VerificationStatus,
  { deliveryStatus }: AttemptRow,
): Diagnosis {
  const isOpen = status === 'pending' || status === 'expired'
  if (!isOpen || SETTLED.includes(deliveryStatus)) return found
  const others = found.resend === 'helps' ? '' : (found.action ?? '')
  return {
    ...found,
    meaning: `${found.meaning} The number is a landline: most of them receive no texts.`,
    action: join(others, 'Ask for a mobile number, or offer a code by e-mail.'),
    resend: 'is useless', // mutant: C50.landline-no-resend
  }
}

function diagnose(detail: AttemptDetail, offers: Offers, now: number): Diagnosis {
  const { attempt } = detail
  const status = statusAt(attempt, now)
  if (isFactorChannel(attempt.channel)) return say(FACTORS[status])
  if (attempt.kind === 'decoy')
    return say({
      state: '',
      meaning:
        'A decoy: the login flow has no such account. Nothing is sent, and no code is right.',
    })
  const found =
    status === 'pending'
      ? diagnoseMessage(detail, offers, now)
      : diagnoseEnd(detail, status, offers)
  if (attempt.kind === 'real')
    return isToLandline(detail) ? withLandline(found, status, attempt) : found // mutant: C50.landline-shown
  const meaning = `A test recipient: nothing is really sent. ${found.meaning}`
  return { ...found, meaning }
}

/** By whom it is read: the channels of the service's providers, and whether the reader's key has the scope admin. */
export type Reading = Parameters<typeof offersFor>[1]

/** One diagnosis for the page, the API and the command, and the buttons that it names. */
export function diagnoseFor(
  detail: AttemptDetail,
  about: Reading,
): { offers: Offers; diagnosis: Diagnosis } {
  const offers = offersFor(detail.attempt, about)
  return { offers, diagnosis: diagnose(detail, offers, about.now) }
}

/** The next try, while it lies ahead. */
export function nextTryAt({ at }: Diagnosis, now: number): number | null {
  return at === null || at <= now ? null : at
}
