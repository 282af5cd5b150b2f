// The work that a challenge before a start is: one for all services.

import { CHALLENGE_TRIES } from '../shield/challenge.ts'
import { wholeNumber } from './settings.ts'

export const CHALLENGE_SETTINGS = {
  challengeTries: wholeNumber(
    'SHIELD_CHALLENGE_COST',
    CHALLENGE_TRIES,
    'The work of a challenge before a start, in tries: so many at most, half as many on average, each 1,000 iterations of PBKDF2. See docs/shield.md for what that takes in time',
  ),
} as const
