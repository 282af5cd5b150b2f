// Twilio: its own codes, at the request (2xxxx) and by receipt (3xxxx). https://www.twilio.com/docs/api/errors
// It must not repeat a message of Twilio's: those quote the number.

import { TOO_LONG_TEXT } from './numbers.ts'
import {
  type Advice,
  lasting,
  MOBILE_NUMBER,
  OPERATOR,
  OTHER_NUMBER,
  otherChannel,
  passing,
  repeatable,
} from './words.ts'

const ACCOUNT = lasting(
  'Twilio does not accept the account or its token.',
  `The operator corrects the account SID and the auth token. ${OPERATOR}`,
)
const INVALID = lasting(
  'This is not a phone number that exists.',
  `Check the digits and the country code with the user. ${OTHER_NUMBER}`,
)
const LANDLINE = otherChannel('This number is a landline, or cannot receive texts.', MOBILE_NUMBER)
const OPTED_OUT = repeatable(
  'The user has opted out of texts from this sender (they once answered STOP).',
  'They can lift this by sending START to the number that the texts come from.',
)
const SENDER = lasting(
  'The sender cannot send to this number.',
  `The operator checks the sender (number, name or Messaging Service) for this country. ${OPERATOR}`,
)
const THROTTLED = passing(
  'Twilio, or the carrier, reports too many messages at once.',
  'The operator asks for a higher rate.',
)
const SUSPENDED = lasting(
  'The account at Twilio is suspended or not active.',
  `The operator resolves it with Twilio. ${OPERATOR}`,
)
const UNREACHABLE = repeatable(
  'The phone could not be reached: switched off, without signal, abroad, or unable to receive texts.',
  'The user switches the phone on and waits for a signal.',
)
const FILTERED = otherChannel(
  'The carrier, or Twilio, filtered the message as unwanted.',
  OTHER_NUMBER,
  'The operator checks the text and the sender’s registration.',
)
const UNREGISTERED = lasting(
  'The sender is not registered for texts to this country.',
  `The operator registers it at Twilio (A2P 10DLC, toll-free verification). ${OPERATOR}`,
)
export const TWILIO: Readonly<Record<string, Advice>> = {
  failed: repeatable('Twilio reports that the message failed, and gives no reason.'),
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
  21408: otherChannel(
    'The account may not send to this country.',
    OPERATOR,
    'If the country is wanted, the operator allows it in Twilio’s geo permissions.',
  ),
  21606: SENDER,
  21608: lasting(
    'This is a trial account: it sends only to verified numbers.',
    `The operator upgrades the account. ${OPERATOR}`,
  ),
  21610: OPTED_OUT,
  21612: SENDER,
  21614: otherChannel('This is not a mobile number: it is a landline, or mistyped.', MOBILE_NUMBER),
  21617: TOO_LONG_TEXT,
  21635: LANDLINE,
  30001: THROTTLED,
  30002: SUSPENDED,
  30003: UNREACHABLE,
  30004: otherChannel(
    'The message was blocked: by the carrier, by the phone, or because the user does not want it.',
    OTHER_NUMBER,
    'The user checks the list of blocked senders and asks the carrier about texts from services.',
  ),
  30005: lasting(
    'The carrier does not know the number: it is not in use, or no longer.',
    `Check the digits with the user. ${OTHER_NUMBER}`,
  ),
  30006: otherChannel(
    'This number is a landline, or its carrier cannot be reached.',
    MOBILE_NUMBER,
  ),
  30007: FILTERED,
  30008: repeatable('The carrier did not deliver the message and gave no reason.'),
  30022: THROTTLED,
  30032: UNREGISTERED,
  30034: UNREGISTERED,
  60205: LANDLINE,
}
