// Twilio: its own codes, at the request (2xxxx) and by receipt (3xxxx). https://www.twilio.com/docs/api/errors
// It must not repeat a message of Twilio's: they quote the number.

import { type Advice, lasting, NO_TEXTS, OPERATOR, OTHER_NUMBER, passing } from './words.ts'

const ACCOUNT = lasting(
  'Twilio does not accept the account or its token.',
  `The operator corrects the account SID and the auth token. ${OPERATOR}`,
)
const INVALID = lasting(
  'This is not a phone number that exists.',
  `Check the digits and the country code with the person. ${OTHER_NUMBER}`,
)
const LANDLINE = lasting('This number is a landline, or can not receive texts.', NO_TEXTS)
const OPTED_OUT = lasting(
  'The person has opted out of texts from this sender (they once answered STOP).',
  'They must send START to the number that the texts come from. Then send again; or offer another channel.',
)
const SENDER = lasting(
  'The sender can not send to this number.',
  `The operator looks at the sender (number, name or Messaging Service) for this country. ${OPERATOR}`,
)
const THROTTLED = passing(
  'Twilio, or the carrier, says: too many messages at once.',
  'The operator asks for a higher rate.',
)
const SUSPENDED = lasting(
  'The account at Twilio is suspended or not active.',
  `The operator settles it with Twilio. ${OPERATOR}`,
)
const UNREACHABLE = lasting(
  'The phone could not be reached: off, without signal, abroad, or not able to receive texts.',
  'The person switches the phone on and waits for signal, then send again; or offer a code by e-mail.',
)
const FILTERED = lasting(
  'The carrier, or Twilio, filtered the message as unwanted.',
  'Offer another channel. The operator looks at the text and at the sender’s registration.',
)
const UNREGISTERED = lasting(
  'The sender is not registered for texts to this country.',
  `The operator registers it at Twilio (A2P 10DLC, toll-free verification). ${OPERATOR}`,
)
export const TWILIO: Readonly<Record<string, Advice>> = {
  10001: SUSPENDED,
  14107: THROTTLED,
  20003: ACCOUNT,
  20005: SUSPENDED,
  20404: lasting(
    'The account, or the sender, does not exist at Twilio.',
    `The operator corrects the settings. ${OPERATOR}`,
  ),
  20429: THROTTLED,
  21211: INVALID,
  21408: lasting(
    'The account may not send to this country.',
    'The operator allows the country in Twilio’s geo permissions, if it is meant. Meanwhile offer another channel.',
  ),
  21606: SENDER,
  21608: lasting(
    'This is a trial account: it sends to verified numbers only.',
    `The operator upgrades the account. ${OPERATOR}`,
  ),
  21610: OPTED_OUT,
  21612: SENDER,
  21614: lasting('This is not a mobile number: a landline, or mistyped.', NO_TEXTS),
  21635: LANDLINE,
  30001: THROTTLED,
  30002: SUSPENDED,
  30003: UNREACHABLE,
  30004: lasting(
    'The message was blocked: by the carrier, by the phone, or because the person does not want it.',
    'The person looks for blocked senders and asks the carrier about texts from services. Meanwhile offer another channel.',
  ),
  30005: lasting(
    'The number is unknown to its carrier: not in use, or no longer.',
    `Check the digits with the person. ${OTHER_NUMBER}`,
  ),
  30006: lasting('This number is a landline, or its carrier can not be reached.', NO_TEXTS),
  30007: FILTERED,
  30008: lasting(
    'The carrier did not deliver it and did not say why.',
    'Send again once; if it fails again, offer another channel.',
  ),
  30022: THROTTLED,
  30032: UNREGISTERED,
  30034: UNREGISTERED,
  60205: LANDLINE,
}
