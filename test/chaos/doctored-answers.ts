// Records in which a caller was told what does not hold, or a node wrote what it must not.
// It must not break more than one promise in a case, as far as that can be.

import { answer, ask, asked, type Case, type Mutable, row } from './doctor.ts'
import type { Asked, Outcome } from './history.ts'
import { APPROVED, CODES, EXPIRED } from './sound-record.ts'

export const ANSWERS: Case[] = [
  [
    'expected answers',
    'an error from inside',
    (r) => answer(r, 'c3', 500, { error: 'internal_error' }),
    /check c3: 500 internal_error/,
  ],
  [
    'expected answers',
    'a refusal that says not when',
    (r) => answer(r, 'c3', 503, { error: 'store_unavailable' }),
    /503 store_unavailable without Retry-After/,
  ],
  [
    'expected answers',
    'a start that is not known any more',
    (r) => answer(r, 'c3', 404, { error: 'verification_not_found' }),
    /check c3: 404 verification_not_found/,
  ],
  [
    'one answer a key',
    'two answers under one key',
    (r) => ask(r, 's1', { outcome: { ...asked(r, 's2').outcome } }),
    /s1: .* and /,
  ],
  [
    'one answer a key',
    'a refusal after the answer',
    (r) => {
      const later = asked(r, 's1').ended + 1
      ask(r, 's1', { began: later, ended: later })
      const limited = { error: 'rate_limited' }
      const outcome: Outcome = {
        ...{ kind: 'answered', status: 429, body: limited, retryAfter: '2', isReplayed: false },
      }
      ;(r.asked.at(-1) as Mutable<Asked>).outcome = outcome
    },
    /s1: later 429 rate_limited/,
  ],
  [
    'one answer a key',
    'two verifications of one request',
    (r) => {
      row(r, EXPIRED).request = row(r, APPROVED).request
    },
    /made 2 verifications/,
  ],
  [
    'one verification a session',
    'two verifications of one session',
    (r) => answer(r, 's4', 201, { id: EXPIRED, status: 'pending' }),
    /vrf_0+3, vrf_0+2/,
  ],
  [
    'told is kept',
    'a start that is gone',
    (r) => answer(r, 's1', 201, { id: 'vrf_gone', status: 'pending' }),
    /vrf_gone is not in the database/,
  ],
  [
    'told is kept',
    'an end that was told otherwise',
    (r) => answer(r, 'c3', 409, { error: 'verification_canceled' }),
    /was told canceled, is approved/,
  ],
  [
    'told is kept',
    'a resend that is gone',
    (r) => ask(r, 'r1', { logical: 'r9' }),
    /2 resends told, 1 logged/,
  ],
]

const line = (fields: object) => `${JSON.stringify(fields)}\n`
export const LOGS: Case[] = [
  [
    'quiet logs',
    'an error',
    (r) => r.logs.push({ node: 2, text: line({ level: 'error', event: 'a provider threw' }) }),
    /node 2: .*a provider threw/,
  ],
  [
    'quiet logs',
    'a bug',
    (r) =>
      r.logs.push({ node: 2, text: line({ level: 'fatal', event: 'a bug ended the service' }) }),
    /a bug ended the service/,
  ],
  [
    'quiet logs',
    'a stack of another',
    (r) => r.logs.push({ node: 1, text: 'Error: x\n    at run (/a/b.js:12:3)\n' }),
    /node 1: at run/,
  ],
  ['quiet logs', 'a node that ended', (r) => r.deaths.push('node 3 ended'), /node 3 ended/],
  [
    'no code in logs',
    'a code',
    (r) => r.logs.push({ node: 3, text: line({ event: `it was ${CODES[EXPIRED]}` }) }),
    /node 3 wrote the code of vrf_0+2/,
  ],
]
