// Any HTTP gateway, and every provider where it tells no code of its own: by the status alone (RFC 9110 §15).
// It must not read more into a status than its RFC says.

import { type Advice, lasting, OPERATOR, otherChannel, passing, uncertain } from './words.ts'

const KEYS = lasting(
  'The provider does not accept the credentials of this service.',
  `The operator corrects the provider’s key or account. ${OPERATOR}`,
)
const BAD_REQUEST = lasting(
  'The provider does not understand the request: the recipient, or the configured body, is not what it expects.',
  'If others get their messages, check the recipient with the user. Otherwise the operator checks the provider’s settings.',
)

const BY_STATUS: Readonly<Record<number, Advice>> = {
  400: BAD_REQUEST,
  401: KEYS,
  402: lasting(
    'The provider wants to be paid: the account has run out of credit.',
    `The operator tops up the account. ${OPERATOR}`,
  ),
  403: otherChannel(
    'The provider forbids it: the account may not send this, or not to this recipient.',
    OPERATOR,
    'The operator checks the account’s permissions.',
  ),
  404: lasting(
    'There is nothing at the provider’s URL.',
    `The operator corrects the provider’s URL. ${OPERATOR}`,
  ),
  407: KEYS,
  409: uncertain(
    passing('The provider reports that it has this message already. It may have gone out.'),
  ),
  413: lasting(
    'The provider finds the message too long.',
    `The operator shortens the text. ${OPERATOR}`,
  ),
  422: BAD_REQUEST,
  429: passing(
    'The provider reports too many requests: the account sends more than it may.',
    'The operator asks the provider for a higher rate.',
  ),
}

const AWAY = passing('The provider cannot take messages just now, so this one did not leave.')
const SERVER = uncertain(
  passing(
    'The provider has a fault of its own, or a server between gave up on it. The message may have gone out anyway.',
  ),
)
const REDIRECT = lasting(
  'The provider answered with a redirect, which is not followed: it would take the message elsewhere.',
  `The operator corrects the provider’s URL. ${OPERATOR}`,
)

export function adviseOnStatus(code: string): Advice | undefined {
  const status = Number(/^http_(\d{3})$/.exec(code)?.[1])
  if (BY_STATUS[status]) return BY_STATUS[status]
  if (status === 503) return AWAY
  if (status >= 500 || status === 408) return SERVER
  return status >= 300 && status < 400 ? REDIRECT : undefined
}
