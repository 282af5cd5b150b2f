// The comparison of a code that Twilio sent: Twilio compares it, and this service counts the attempt as its own.
// It must not take anything for a right code but Twilio's own word that it is.

import type { Refusal } from '../../verification/api.ts'
import {
  type Comparer,
  readCode,
  type Undecided,
  type Verdict,
} from '../../verification/comparison.ts'
import { GONE, MAX_CHECKS, RETRY_SECONDS, type TwilioError } from './errors.ts'
import { serviceSidOf } from './sids.ts'
import type { Asked, Upstream } from './upstream.ts'

/** By what their error means to the log; its caller gets it as it is. */
function slugOf({ status, code }: TwilioError): Refusal['error'] {
  if (code === GONE) return 'verification_not_found'
  if (code === MAX_CHECKS) return 'max_attempts_reached'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'overloaded' : 'invalid_request'
}

const busy = (detail: string): Refusal => ({
  ...{ kind: 'refused', error: 'overloaded', detail },
  retryAfterSeconds: RETRY_SECONDS,
})

function verdictOf(asked: Asked): Verdict | Undecided {
  switch (asked.kind) {
    case 'answered': {
      const { status, valid } = asked.body
      return { valid: status === 'approved' && valid === true, use: null, by: 'twilio' } // mutant: C95.only-approved
    }
    case 'refused': {
      const { error: elsewhere } = asked
      const error = slugOf(elsewhere)
      return { mayHaveCounted: false, refusal: { ...busy(elsewhere.message), error, elsewhere } }
    }
    case 'unsent':
      return {
        mayHaveCounted: false,
        refusal: busy('Twilio could not be reached; nothing was checked'),
      }
    case 'lost':
      return {
        mayHaveCounted: true,
        refusal: busy(
          'Twilio did not answer: nobody knows whether the code was right. If it was, a repeated check is 20404; then start a new verification',
        ),
      }
  }
}

export const createTwilioComparer = (upstream: Upstream): Pick<Comparer, 'prepare'> => ({
  prepare: async ({ service, party, typed }) => ({
    run: async () =>
      verdictOf(await upstream.check(serviceSidOf(service), party, readCode(typed) ?? typed)),
    release() {},
  }),
})
