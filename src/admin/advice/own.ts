// Failures that the service itself names, whatever the provider: no answer, no way there, no time left.
// It must not guess at a provider's own codes.

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

/** However the connection to the provider might fail. */
const NO_WAY = passing('The provider could not be reached, so the message did not leave.')

export const OWN: Readonly<Record<string, Advice>> = {
  timeout: uncertain(
    passing('The provider did not answer in time. The message may have gone out anyway.'),
  ),
  connection_refused: NO_WAY,
  connection_failed: NO_WAY,
  connection_closed: uncertain(
    passing('The connection to the provider was lost. The message may have gone out anyway.'),
  ),
  connect_timeout: NO_WAY,
  unreachable: NO_WAY,
  name_not_found: passing(
    'The provider’s host name could not be looked up, so the message did not leave.',
    'The operator checks the provider’s URL and the name service.',
  ),
  tls_failed: lasting(
    'No secure connection to the provider: its certificate, or TLS, was not accepted.',
    `The operator checks the provider’s certificate and URL. ${OPERATOR}`,
  ),
  not_http: lasting(
    'The server at the provider’s URL does not speak HTTP.',
    `The operator corrects the provider’s URL. ${OPERATOR}`,
  ),
  starttls_refused: lasting(
    'The mail server refused a secure connection, and nothing is sent without one.',
    `The operator checks SMTP_URL and the mail server’s TLS. ${OPERATOR}`,
  ),
  invalid_address: lasting(
    'The address holds characters that no mail can be sent to safely.',
    OTHER_ADDRESS,
  ),
  no_smtputf8: lasting(
    'The address has letters beyond ASCII before its @, and the mail server takes none (it does not offer SMTPUTF8).',
    `${OTHER_ADDRESS} If every mail fails so, the operator gives MAIL_FROM a name in ASCII.`,
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
      'Three times the provider left it open whether it took the message, so it was not tried again.',
    ),
    meanwhile: 'Ask whether a code has come: it is valid.',
  },
  unreadable: lasting(
    'The stored message cannot be opened: it was sealed under a key that no longer exists, or was changed.',
    `${START_OVER} The operator checks SECRET_KEY of each node.`,
  ),
  plan_failed: lasting(
    'The message could not be prepared.',
    `${START_OVER} The operator checks the log: this is a fault of the service.`,
  ),
  provider_error: uncertain(
    passing(
      'The send failed within the service. The message may have gone out anyway.',
      'The operator checks the log: this is a fault of the service.',
    ),
  ),
  gateway_refused: lasting(
    'The gateway answered, and its answer says that it did not take the message.',
    'See the gateway’s own reason. If it is about the recipient, check it with the user; otherwise the operator checks the gateway’s account.',
  ),
  gateway_busy: passing(
    'The gateway refused the message for the moment, by the words that HTTP_…_TEMPORARY names.',
    'If it happens often, the operator checks the rate that the gateway’s account allows.',
  ),
  not_confirmed: uncertain(
    passing(
      'The gateway’s answer does not say that it took the message. It may have gone out anyway.',
      'If no message is ever confirmed, the operator checks HTTP_…_SUCCESS and HTTP_…_ID_POINTER.',
    ),
  ),
  quoted: lasting(
    'The provider refused the message; its answer quoted the message, so it was not kept.',
    'The operator looks up the answer at the provider, by the time of the try.',
  ),
}
