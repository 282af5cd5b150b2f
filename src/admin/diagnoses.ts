// What a diagnosis is, and those that depend on no message: of a factor, a decoy, and a code that its caller checks.
// It must not read a clock or a store.

import type { Channel } from '../kernel/channel.ts'
import type { VerificationStatus } from '../verification/state.ts'
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

/** By whoever asked for it; or by us, where Twilio was to send the code and did not take it. */
export function diagnoseCanceled({ events }: VerificationDetail): Diagnosis {
  const error = events.find(({ type }) => type === 'verification.canceled')?.details.error
  if (error === undefined) return say('', 'Canceled. The code no longer works.', START_OVER)
  const meaning = `Canceled: Twilio was to send the code, and did not take it (${String(error)}).`
  return say('bad', meaning, `${START_OVER} If it happens often, see the login at Twilio.`)
}
