// What a diagnosis is, and those that depend on no message: of a factor, a decoy, and a code that its caller or Twilio checks.
// It must not read a clock or a store.

import type { Channel } from '../kernel/channel.ts'
import type { VerificationStatus } from '../verification/state.ts'
import { GONE_AT_TWILIO, NO_ANSWER, UNREACHABLE } from '../verification/wire-ports.ts'
import { START_OVER } from './advice/words.ts'
import type { VerificationDetail } from './ports.ts'

export type Diagnosis = {
  state: '' | 'good' | 'warn' | 'bad'
  meaning: string
  /** Null: there is nothing to do. */
  action: string | null
  /** Of the next automatic try, where the reader waits for it. */
  at: number | null
  /** Of another message: the page puts its buttons in that order. */
  resend: 'helps' | 'may help' | 'is useless'
  /** By which to send it again; absent: the same one. */
  by?: Channel | undefined
}

/** Positional: a state of the page, and two sentences. */
export const say = (
  state: Diagnosis['state'],
  meaning: string,
  action: string | null = null,
  more: Partial<Pick<Diagnosis, 'at' | 'resend' | 'by'>> = {},
): Diagnosis => ({ state, meaning, action, at: null, resend: 'is useless', ...more })

/** By an authenticator app or a recovery code: no message belongs to it, and the page can only cancel it. */
export const BY_FACTOR: Readonly<Record<Exclude<VerificationStatus, 'closed'>, Diagnosis>> = {
  pending: say(
    '',
    'Waiting for a code that the user already has: no message belongs to it.',
    'They open their authenticator app, or use a recovery code that is still unused.',
  ),
  approved: say('good', 'The code was correct. No message belongs to it: the user had it already.'),
  canceled: say('', 'Canceled. No message belonged to it.', START_OVER),
  max_attempts_reached: say(
    'bad',
    'Too many wrong codes. No message belonged to it: the code is in an app or on a list.',
    `They check that it is the right account and that the phone’s clock is correct. ${START_OVER}`,
  ),
  expired: say(
    'warn',
    'No correct code was entered in time. No message belonged to it: the user had it already.',
    START_OVER,
  ),
}

export const DECOY =
  'A decoy: the login flow has no such account. Nothing is sent, and no code is correct.'

/** The code was its caller's, who says how it ended. */
export const diagnoseClosed = ({ verification: { outcome } }: VerificationDetail): Diagnosis =>
  outcome === 'approved'
    ? say('good', 'The caller checked the code, and reported that it was correct.')
    : say('warn', 'The caller checked the code, and reported that it failed.', START_OVER)

const OFTEN = 'If it happens often, see the connection to Twilio.'
const OFTEN_REFUSED = 'If it happens often, see the login at Twilio.'

/** By whoever asked for it; or by us, where Twilio was to send the code and did not take it, or no longer had it. */
export function diagnoseCanceled({ events }: VerificationDetail): Diagnosis {
  const error = events.find(({ type }) => type === 'verification.canceled')?.details.error
  if (error === undefined) return say('', 'Canceled. The code no longer works.', START_OVER)
  if (error === GONE_AT_TWILIO)
    return say(
      'warn',
      'Canceled: Twilio no longer had it when a code was checked. It never got it, it has ended it, or the answer to the correct code was lost.',
      START_OVER,
    )
  const meaning = `Canceled: Twilio was to send the code, and did not take it (${String(error)}).`
  const often = error === UNREACHABLE ? OFTEN : OFTEN_REFUSED
  return say('bad', meaning, `${START_OVER} ${often}`)
}

/** Longer than a node waits for Twilio's answer. */
const ASKED_MS = 10_000
const UNANSWERED =
  'Nobody knows whether Twilio sent the code: its answer did not arrive, or the node that asked it ended before.'
const ASKING = ['verification.started', 'verification.resent', 'verification.delegated']

/** Of the newest send that Twilio was asked for, by its answer: no message of ours belongs to it. */
export function diagnoseDelegated(
  { events }: VerificationDetail,
  status: 'pending' | 'expired',
  now: number,
): Diagnosis {
  const last = events.findLast(({ type }) => ASKING.includes(type))
  const isAnswered = last?.type === 'verification.delegated' // mutant: C95.unanswered-shown
  const error = isAnswered ? last.details.error : NO_ANSWER
  if (status === 'expired') {
    const taken = 'Twilio accepted the message, but no correct code was entered in time.'
    return error === NO_ANSWER
      ? say('warn', `It expired. ${UNANSWERED}`, `${START_OVER} ${OFTEN}`)
      : say('warn', taken, START_OVER)
  }
  const enter = 'The user enters the newest code that they received.'
  if (error === undefined)
    return say('', 'Twilio accepted the message; it sends the code and checks it.', enter)
  if (error !== NO_ANSWER) {
    const meaning = `Twilio did not send the code again (${String(error)}); an earlier one may still work.`
    return say('warn', meaning, enter)
  }
  if (!isAnswered && last && now - last.at < ASKED_MS)
    return say('', 'Twilio is being asked to send the code now.')
  const orStart = `If one arrived, the user enters it. If none did: ${START_OVER} Twilio then sends the same code again, or a new one.`
  return say('warn', UNANSWERED, `${orStart} ${OFTEN}`)
}
