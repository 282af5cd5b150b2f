// Failures that mean the same at every provider: those that the service names itself, and HTTP statuses (RFC 9110 §15).
// It must not guess at a provider's own codes, nor read more into a status than its RFC says.

import { TOO_LONG_TEXT } from './numbers.ts'
import {
  type Advice,
  lasting,
  OPERATOR,
  OTHER_ADDRESS,
  otherChannel,
  passing,
  repeatable,
  START_OVER,
  uncertain,
} from './words.ts'

/** However the connection to the provider fails. */
const NO_WAY = passing('The provider could not be reached, so the message did not leave.')
const FIX_URL = `The operator corrects the provider’s URL. ${OPERATOR}`

/** No provider had answered. */
const UNANSWERED: Readonly<Record<string, Advice>> = {
  timeout: uncertain('The provider did not answer in time. The message may have gone out anyway.'),
  connection_refused: NO_WAY,
  connection_failed: NO_WAY,
  connection_closed: uncertain(
    'The connection to the provider was lost. The message may have gone out anyway.',
  ),
  connect_timeout: NO_WAY,
  unreachable: NO_WAY,
  name_not_found: passing(
    'The provider’s host name could not be resolved, so the message did not leave.',
    'The operator checks the provider’s URL and the DNS.',
  ),
  tls_failed: lasting(
    'There is no secure connection to the provider: its certificate, or TLS, was not accepted.',
    `The operator checks the provider’s certificate and URL. ${OPERATOR}`,
  ),
  not_http: lasting('The server at the provider’s URL does not speak HTTP.', FIX_URL),
  invalid_address: lasting(
    'The address contains characters that no mail can be sent to safely.',
    OTHER_ADDRESS,
  ),
  no_provider: otherChannel(
    'No provider is configured for this channel any more.',
    `The operator configures a provider for it. ${OPERATOR}`,
  ),
  expired_before_sent: lasting(
    'The code was about to expire before the message could be sent.',
    `${START_OVER} If it happens often, messages wait too long: see the queue in Health.`,
  ),
  too_many_sends: {
    ...repeatable(
      'It stayed unclear three times whether a provider accepted the message, or five messages may have gone out already, so nothing more was sent.',
    ),
    meanwhile: 'Ask whether a code has arrived: it is valid.',
  },
  unreadable: lasting(
    'The stored message cannot be opened: its key no longer exists, or it was changed.',
    `${START_OVER} The operator checks SECRET_KEY of each node.`,
  ),
  country_not_allowed: otherChannel(
    'Numbers of this country are not called: VOICE_COUNTRIES does not name it.',
    START_OVER,
    'If the country is wanted, the operator adds it to VOICE_COUNTRIES.',
  ),
  plan_failed: lasting(
    'The message could not be prepared.',
    `${START_OVER} The operator checks the log: this is a fault of the service.`,
  ),
  provider_error: uncertain(
    'The send failed within the service. The message may have gone out anyway.',
    'The operator checks the log: this is a fault of the service.',
  ),
}

/** Our words for what a provider answered. */
const ANSWERED: Readonly<Record<string, Advice>> = {
  starttls_refused: lasting(
    'The mail server refused a secure connection, and nothing is sent without one.',
    `The operator checks SMTP_URL and the mail server’s TLS. ${OPERATOR}`,
  ),
  no_smtputf8: lasting(
    'The address has letters beyond ASCII before its @, and the mail server accepts none (it does not offer SMTPUTF8).',
    `${OTHER_ADDRESS} If every mail fails like this, the operator gives MAIL_FROM a name in ASCII.`,
  ),
  gateway_refused: lasting(
    'The gateway answered that it did not accept the message.',
    'See the gateway’s own reason. If it is about the recipient, check it with the user; otherwise the operator checks the gateway’s account.',
  ),
  gateway_busy: passing(
    'The gateway refused the message for now: its answer matches HTTP_…_TEMPORARY.',
    'If it happens often, the operator checks the rate that the gateway’s account allows.',
  ),
  not_confirmed: uncertain(
    'The gateway’s answer does not confirm that it accepted the message. It may have gone out anyway.',
    'If no message is ever confirmed, the operator checks HTTP_…_SUCCESS and HTTP_…_ID_POINTER.',
  ),
  undelivered: repeatable(
    'The provider accepted the message, but reports that it did not arrive.',
    'Check the recipient with the user. The provider’s own log may know more.',
  ),
  quoted: lasting(
    'The provider refused the message; its answer quoted the message, so it was not kept.',
    'The operator finds the answer at the provider, by the time of the try.',
  ),
}

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
    'The provider requires payment: the account has run out of credit.',
    `The operator tops up the account. ${OPERATOR}`,
  ),
  403: otherChannel(
    'The provider does not allow the account to send this, or not to this recipient.',
    OPERATOR,
    'The operator checks the account’s permissions.',
  ),
  404: lasting('There is nothing at the provider’s URL.', FIX_URL),
  407: KEYS,
  409: uncertain('The provider reports that it has this message already. It may have gone out.'),
  413: TOO_LONG_TEXT,
  422: BAD_REQUEST,
  429: passing(
    'The provider reports too many requests: the account sends more than it may.',
    'The operator asks the provider for a higher rate.',
  ),
  503: passing('The provider cannot accept messages at the moment, so this one did not leave.'),
}

const SERVER = uncertain(
  'The provider has a fault of its own, or a server in between gave up on it. The message may have gone out anyway.',
)
const REDIRECT = lasting(
  'The provider answered with a redirect, which is not followed: it would take the message elsewhere.',
  FIX_URL,
)

/** Whether a failure with this code is none that a provider reported. */
export const isUnanswered = (code: string) => Object.hasOwn(UNANSWERED, code)

function adviseOnStatus(code: string): Advice | undefined {
  const status = Number(/^http_(\d{3})$/.exec(code)?.[1])
  if (BY_STATUS[status]) return BY_STATUS[status]
  if (status >= 500 || status === 408) return SERVER
  return status >= 300 && status < 400 ? REDIRECT : undefined
}

export function adviseAtAny(code: string): Advice | undefined {
  const own = isUnanswered(code) ? UNANSWERED : ANSWERED
  return Object.hasOwn(own, code) ? own[code] : adviseOnStatus(code)
}
