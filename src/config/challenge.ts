// The work that a challenge before a start is: one for all services.

import { CHALLENGE_TRIES } from '../shield/challenge.ts'
import { wholeNumber } from './settings.ts'

export const CHALLENGE_SETTINGS = {
  challengeTries: wholeNumber(
    'SHIELD_CHALLENGE_COST',
    CHALLENGE_TRIES,
    'How much a challenge before a start costs its browser, in tries at the most (half as many on average), each 1,000 iterations of PBKDF2: docs/shield.md has what that is in time',
  ),
} as const
