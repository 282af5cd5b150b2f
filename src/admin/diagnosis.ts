// Why a code did not arrive or was not taken, and what to do, in two sentences: from the newest message and the outcome.
// It must not read a clock or a store: pure over what was read.

import type { EventRecord, EventType } from '../events/types.ts'
import { isFactorChannel } from '../kernel/channel.ts'
import { statusAt, type VerificationStatus } from '../verification/state.ts'
import type { AttemptDetail } from './admin.ts'
import { adviseOn } from './advice/advice.ts'
import type { AttemptRow } from './ports.ts'

export type Diagnosis = {
  state: '' | 'good' | 'warn' | 'bad'
  meaning: string
  /** Null: nothing is to be done. */
  action: string | null
  /** When the next try or the end comes by itself, where that is what one waits for. */
  at: number | null
}

/** A text is there within seconds, a mail within a minute: who has waited longer will not get it. */
const LATE_MS = 60_000
const ANEW = 'The person starts anew in the login flow.'

type Said = Pick<Diagnosis, 'state' | 'meaning'> & Partial<Diagnosis>
const say = (said: Said): Diagnosis => ({ action: null, at: null, ...said })

const FACTORS: Readonly<Record<VerificationStatus, Said>> = {
  pending: {
    state: '',
    meaning: 'Waits for a code that the person has already: no message belongs to it.',
    action: 'They open their authenticator app, or take an unused recovery code.',
  },
  approved: {
    state: 'good',
    meaning: 'The code was right. No message belongs to it: the person had it already.',
  },
  canceled: { state: '', meaning: 'It was canceled. No message belonged to it.', action: ANEW },
  max_attempts_reached: {
    state: 'bad',
    meaning:
      'Too many wrong codes. No message belonged to it: the person reads them from an app or a list.',
    action: `They check that it is the right account, and that the phone’s clock is right. ${ANEW}`,
  },
  expired: {
    state: 'warn',
    meaning:
      'No right code was typed in time. No message belonged to it: the person had it already.',
    action: ANEW,
  },
}

const newest = (events: readonly EventRecord[], type: EventType) =>
  events.findLast((event) => event.type === type)

const nameOf = ({ provider }: AttemptRow) => `The provider ${provider ?? ''}`.trim()

function diagnoseFailure(attempt: AttemptRow, isOpen: boolean): Diagnosis {
  const { errorCode, errorMessage, provider } = attempt
  const code = errorCode ?? errorMessage ?? ''
  const { meaning, action } = adviseOn({ provider, code }, 'failed')
  return say({ state: 'bad', meaning, action: isOpen ? action : `${action} ${ANEW}` })
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
  return say({ state: 'warn', ...adviseOn({ provider, code: errorCode }, 'retrying'), at })
}

function diagnoseSent({ attempt, events }: AttemptDetail, now: number): Diagnosis {
  const sent = newest(events, 'delivery.sent')
  const isLate = sent !== undefined && now - sent.at > LATE_MS
  const where =
    attempt.channel === 'email'
      ? 'The person looks into the spam folder and checks the address'
      : 'The person checks the signal, the number and blocked senders'
  return say({
    state: isLate ? 'warn' : '',
    meaning: `${nameOf(attempt)} took the message; it has not said whether it arrived.`,
    action: isLate ? `${where}; then send again.` : `Wait a moment. ${where}.`,
  })
}

/** Of a verification that is open: what its newest message does. */
function diagnoseMessage(detail: AttemptDetail, now: number): Diagnosis {
  const { attempt } = detail
  switch (attempt.deliveryStatus) {
    case 'failed':
    case 'undelivered':
      return diagnoseFailure(attempt, true)
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
        meaning: `${nameOf(attempt)} says that the message arrived.`,
        action: 'The person types the newest code that they got.',
      })
    case 'sent':
      return diagnoseSent(detail, now)
    case 'canceled':
    case null:
      return say({ state: 'warn', meaning: 'No message is under way.', action: 'Send again.' })
  }
}

function diagnoseEnd(
  { attempt }: AttemptDetail,
  status: Exclude<VerificationStatus, 'pending'>,
): Diagnosis {
  const { deliveryStatus } = attempt
  const reached = deliveryStatus === 'sent' || deliveryStatus === 'delivered'
  switch (status) {
    case 'approved':
      return say({ state: 'good', meaning: 'The code was right; nothing is to be done.' })
    case 'canceled':
      return say({
        state: '',
        meaning: 'It was canceled: its code is good for nothing.',
        action: ANEW,
      })
    case 'max_attempts_reached':
      return say({
        state: 'bad',
        meaning: 'Too many wrong codes: its code is good for nothing.',
        action: `${ANEW} They type the code of the newest message only.`,
      })
    case 'expired':
      if (deliveryStatus === 'failed' || deliveryStatus === 'undelivered')
        return diagnoseFailure(attempt, false)
      return say({
        state: 'warn',
        meaning: reached
          ? `${nameOf(attempt)} took the message, but no right code was typed in time.`
          : 'It expired before its message was sent.',
        action: reached ? ANEW : `${ANEW} If it happens often, see the queue in Health.`,
      })
  }
}

export function diagnose(detail: AttemptDetail, now: number): Diagnosis {
  const { attempt } = detail
  const status = statusAt(attempt, now)
  if (isFactorChannel(attempt.channel)) return say(FACTORS[status])
  if (attempt.kind === 'decoy')
    return say({
      state: '',
      meaning:
        'A decoy: the login flow has no such account. Nothing is sent, and no code is right.',
    })
  const found = status === 'pending' ? diagnoseMessage(detail, now) : diagnoseEnd(detail, status)
  if (attempt.kind === 'real') return found
  const meaning = `A test recipient: nothing is really sent. ${found.meaning}`
  return { ...found, meaning }
}
