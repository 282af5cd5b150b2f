// Records in which a check was worth more than it may be, or a limit let one too many through.
// It must not break more than one promise in a case, as far as that can be.

import {
  ask,
  asked,
  type Case,
  crowd,
  find,
  insert,
  type Mutable,
  numberOf,
  redisKill,
  row,
} from './doctor.ts'
import type { ChaosRecord } from './record.ts'
import { RULES } from './settings.ts'
import { APPROVED, CANCELED, CODES, EXPIRED } from './sound-record.ts'

export const CHECKS: Case[] = [
  [
    'approved once',
    'two events of approval',
    (r) => insert(r, find(r, APPROVED, 'verification.approved'), {}),
    /2 events of approval/,
  ],
  [
    'approved once',
    'two requests that were told 200',
    (r) => ask(r, 'c2', { logical: 'c9' }),
    /approved to 2 requests/,
  ],
  [
    'approved once',
    'an approval that was told and is gone',
    (r) => {
      row(r, APPROVED).status = 'canceled'
    },
    /told to be approved, and is canceled/,
  ],
  [
    'ends once',
    'an end after the end',
    (r) => insert(r, find(r, APPROVED, 'verification.approved'), { type: 'verification.canceled' }),
    /ended as verification.approved, verification.canceled/,
  ],
  [
    'ends once',
    'a code that is kept',
    (r) => {
      row(r, EXPIRED).hasCode = true
    },
    /keeps its code/,
  ],
  [
    'no attempt beyond its limit',
    'more wrong codes logged than attempts charged',
    (r) => {
      for (let n = 0; n < 2; n += 1) insert(r, find(r, APPROVED, 'check.incorrect'), {})
      row(r, APPROVED).failed = 3
    },
    /4 comparisons were logged, 2 charged/,
  ],
  [
    'no attempt beyond its limit',
    'more attempts charged than allowed',
    (r) => {
      row(r, APPROVED).attempts = RULES.maxAttempts + 1
    },
    /6 attempts were charged/,
  ],
  [
    'no attempt beyond its limit',
    'more wrong codes told than logged',
    (r) => ask(r, 'c1', { logical: 'c9', code: '3333333' }),
    /3 comparisons were told, 2 (charged|logged)/,
  ],
  [
    'one code',
    'messages that differ',
    (r) => {
      ;(r.messages[2] as Mutable<ChaosRecord['messages'][0]>).code = '0000000'
    },
    /carry 2 codes/,
  ],
  [
    'one code',
    'another code approved',
    (r) => {
      for (const one of r.asked) if (one.logical === 'c2') one.code = '0000000'
    },
    /approved by a code not sent/,
  ],
  [
    'one code',
    'the right code told wrong',
    (r) => {
      asked(r, 'c1').code = CODES[APPROVED] ?? ''
    },
    /the right code was told wrong/,
  ],
]

export const LIMITS: Case[] = [
  [
    'no limit exceeded',
    'messages to a number',
    (r) => crowd(r, RULES.sendsPerNumber - 1, numberOf(r)),
    /messages to the number of vrf_0+3: 5, not 4/,
  ],
  [
    'no limit exceeded',
    'messages for an address',
    (r) => {
      const { clientIp } = row(r, CANCELED)
      for (let n = 0; n < RULES.sendsPerAddress; n += 1) crowd(r, 1, { clientIp, budget: `b${n}` })
    },
    /messages for the address of vrf_0+3: 10, not 8/,
  ],
  [
    'no limit exceeded',
    'more than the windows that kills of Redis opened',
    (r) => {
      redisKill(r)
      crowd(r, 2 * RULES.sendsPerNumber - 1, numberOf(r))
    },
    /messages to the number of vrf_0+3: 9, not 8/,
  ],
  [
    'no limit exceeded',
    'guesses at a number',
    (r) => {
      crowd(r, 4, { ...numberOf(r), clientIp: null, attempts: 4 })
    },
    /guesses at the number of vrf_0+3: 16/,
  ],
]
