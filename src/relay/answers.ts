// What a login system is told: that a message was accepted, or why not, in words that its page may show to the person.
// It must not name a setting, a limit or anything else from inside: some systems show an answer as it is.

import { ERRORS, type ErrorSlug } from '../kernel/errors.ts'
import type { Answers, RelayAnswer } from './ports.ts'

/** Without a person's fault, and without a reason that would help somebody who tries numbers. */
const OTHERWISE = 'Messages cannot be sent to this number or address.'
const LATER = 'Messages cannot be sent at the moment. Try again shortly.'

const WORDS: Partial<Record<ErrorSlug, string>> = {
  invalid_request: 'This number or address, or its code, is not valid.',
  payload_too_large: LATER,
  unauthenticated: LATER,
  rate_limited: 'Too many messages. Try again later.',
  resend_too_early: 'Too many messages. Try again later.',
  overloaded: LATER,
  store_unavailable: LATER,
  internal_error: LATER,
  idempotency_key_reused: LATER,
}

export const wordsOf = (error: ErrorSlug): string => WORDS[error] ?? OTHERWISE

export const statusOf = (error: ErrorSlug): number => ERRORS[error].status

export const json = (status: number, body: object, retryAfterSeconds?: number): RelayAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
  retryAfterSeconds,
})

/** 200, not 202: Kratos once took that for a failure, and sent six mails. */
export const ACCEPTED = json(200, {})

/** For systems that read the status alone. */
export const PLAIN: Answers = {
  accepted: () => ACCEPTED,
  refused: ({ error, retryAfterSeconds }) =>
    json(statusOf(error), { error, message: wordsOf(error) }, retryAfterSeconds),
}
