// Failures that the service itself names, whatever the provider: no answer, no way there, no time left.
// It must not guess at a provider's own codes.

import { type Advice, lasting, OPERATOR, OTHER_ADDRESS, passing } from './words.ts'

/** What one might call the line to the provider. */
const NO_WAY = passing('The provider could not be reached, so the message did not leave.')

export const OWN: Readonly<Record<string, Advice>> = {
  timeout: passing(
    'The provider did not answer in time. The message may have gone out all the same.',
    'Ask the person to wait a minute and to use the code that comes.',
  ),
  connection_refused: NO_WAY,
  connection_failed: NO_WAY,
  connection_closed: passing(
    'The line to the provider broke off. The message may have gone out all the same.',
  ),
  connect_timeout: NO_WAY,
  unreachable: NO_WAY,
  name_not_found: passing(
    'The provider’s host name could not be looked up, so the message did not leave.',
    'The operator looks at the provider’s URL and at the name service.',
  ),
  tls_failed: lasting(
    'No secure line to the provider: its certificate, or TLS, was not accepted.',
    `The operator looks at the provider’s certificate and URL. ${OPERATOR}`,
  ),
  not_http: lasting(
    'What answered at the provider’s URL does not speak HTTP.',
    `The operator corrects the provider’s URL. ${OPERATOR}`,
  ),
  starttls_refused: lasting(
    'The mail server refused a secure line, and nothing is sent without one.',
    `The operator looks at SMTP_URL and the mail server’s TLS. ${OPERATOR}`,
  ),
  invalid_address: lasting(
    'The address holds characters that no mail can be sent to safely.',
    OTHER_ADDRESS,
  ),
  no_provider: lasting(
    'No provider is configured for this channel any more.',
    'Send again by another channel, or the operator configures a provider for this one.',
  ),
  expired_before_sent: lasting(
    'The code was about to expire before the message could be sent.',
    'The person starts anew. If it happens often, messages wait too long: see the queue in Health.',
  ),
  too_many_sends: lasting(
    'The provider left it open three times whether it took the message, so it was not tried again.',
    'Ask whether a code has come: it is good. Else send again, by another channel if there is one.',
  ),
  unreadable: lasting(
    'The stored message can not be opened: it was sealed under a key that is gone, or was changed.',
    'The person starts anew. The operator looks at SECRET_KEY of each node.',
  ),
  plan_failed: lasting(
    'The message could not be prepared.',
    'The person starts anew. The operator looks into the log: this is a fault of the service.',
  ),
  provider_error: passing(
    'The send broke off within the service. The message may have gone out all the same.',
    'The operator looks into the log: this is a fault of the service.',
  ),
  quoted: lasting(
    'The provider refused the message; its answer quoted the message, so it was not kept.',
    'The operator looks up the answer at the provider, by the time of the try.',
  ),
}
