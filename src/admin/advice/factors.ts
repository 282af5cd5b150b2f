// What became of a verification by an authenticator app or a recovery code: no message belongs to it.
// It must not name an action of the page: there is none for these but to cancel.

import type { VerificationStatus } from '../../verification/state.ts'
import { START_OVER } from './words.ts'

type Outcome = { state: '' | 'good' | 'warn' | 'bad'; meaning: string; action?: string }

export const FACTORS: Readonly<Record<VerificationStatus, Outcome>> = {
  pending: {
    state: '',
    meaning: 'Waiting for a code that the user already has: no message belongs to it.',
    action:
      'They open their authenticator app, or use a recovery code that they have not used yet.',
  },
  approved: {
    state: 'good',
    meaning: 'The code was right. No message belongs to it: the user had it already.',
  },
  canceled: { state: '', meaning: 'Canceled. No message belonged to it.', action: START_OVER },
  max_attempts_reached: {
    state: 'bad',
    meaning:
      'Too many wrong codes. No message belonged to it: the user reads them from an app or a list.',
    action: `They check that it is the right account, and that the phone’s clock is right. ${START_OVER}`,
  },
  expired: {
    state: 'warn',
    meaning: 'No right code was typed in time. No message belonged to it: the user had it already.',
    action: START_OVER,
  },
}
