// Twilio: its own codes, at the request (2xxxx) and by receipt (3xxxx). https://www.twilio.com/docs/api/errors
// It must not repeat a message of Twilio's: those quote the number.

import { TWILIO_CALLS } from './calls.ts'
import { TOO_LONG_TEXT } from './numbers.ts'
import {
  type Advice,
  forUser,
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
const INVALID = forUser(
  'unknown',
  lasting(
    'This is not a phone number that exists.',
    `Check the digits and the country code with the user. ${OTHER_NUMBER}`,
  ),
)
const LANDLINE = forUser(
  'no_texts',
  otherChannel('This number is a landline, or cannot receive texts.', MOBILE_NUMBER),
)
const OPTED_OUT = forUser(
  'opted_out',
  repeatable(
    'The user has opted out of texts from this sender (they once answered STOP).',
    'They can lift this by sending START to the number that the texts come from.',
  ),
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
const UNREACHABLE = forUser(
  'unreachable',
  repeatable(
    'The phone could not be reached: switched off, without signal, abroad, or unable to receive texts.',
    'The user switches the phone on and waits for a signal.',
  ),
)
const FILTERED = forUser(
  'filtered',
  otherChannel(
    'The carrier, or Twilio, filtered the message as unwanted.',
    OTHER_NUMBER,
    'The operator checks the text and the sender’s registration.',
  ),
)
const UNREGISTERED = lasting(
  'The sender is not registered for texts to this country.',
  `The operator registers it at Twilio (A2P 10DLC, toll-free verification). ${OPERATOR}`,
)
const TEMPLATE = lasting(
  'The content template does not exist, is not approved, or takes other variables.',
  `The operator checks TWILIO_WHATSAPP_CONTENT_SID against the content templates at Twilio: one of the type whatsapp/authentication, approved by WhatsApp. ${OPERATOR}`,
)
const WHATSAPP_SENDER = lasting(
  'The sender is not set up for WhatsApp at Twilio, or its account at Meta is restricted.',
  `The operator checks TWILIO_WHATSAPP_FROM and the WhatsApp sender at Twilio. ${OPERATOR}`,
)
const NOT_ON_WHATSAPP = otherChannel(
  'This number has no WhatsApp, or an app that is too old for codes.',
  OTHER_NUMBER,
)
const NOT_NOW = otherChannel('WhatsApp does not deliver to this user for now.', OTHER_NUMBER)
const BLOCKED = otherChannel('The user has blocked the sender on WhatsApp.', OTHER_NUMBER)
const AWAY = passing('WhatsApp, or Twilio’s way to it, is not available for now.')

export const TWILIO: Readonly<Record<string, Advice>> = {
  ...TWILIO_CALLS,
  failed: repeatable('Twilio reports that the message or call failed, and gives no reason.'),
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
  21614: forUser(
    'no_texts',
    otherChannel('This is not a mobile number: it is a landline, or mistyped.', MOBILE_NUMBER),
  ),
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
  30006: forUser(
    'no_texts',
    otherChannel('This number is a landline, or its carrier cannot be reached.', MOBILE_NUMBER),
  ),
  30007: FILTERED,
  30008: repeatable('The carrier did not deliver the message and gave no reason.'),
  30022: THROTTLED,
  30032: UNREGISTERED,
  30034: UNREGISTERED,
  60205: LANDLINE,
  21655: TEMPLATE,
  21656: TEMPLATE,
  63001: WHATSAPP_SENDER,
  63002: WHATSAPP_SENDER,
  63003: NOT_ON_WHATSAPP,
  63005: TEMPLATE,
  63006: TEMPLATE,
  63007: WHATSAPP_SENDER,
  63008: WHATSAPP_SENDER,
  63010: AWAY,
  63012: AWAY,
  63013: FILTERED,
  63014: BLOCKED,
  63015: lasting(
    'This is WhatsApp’s sandbox: it sends only to numbers that have joined it.',
    `The operator registers a sender of their own. ${OPERATOR}`,
  ),
  63016: TEMPLATE,
  63018: THROTTLED,
  63020: WHATSAPP_SENDER,
  63021: TEMPLATE,
  63024: NOT_ON_WHATSAPP,
  63027: TEMPLATE,
  63028: TEMPLATE,
  63031: INVALID,
  63032: NOT_NOW,
  63033: BLOCKED,
  63038: THROTTLED,
  63040: TEMPLATE,
  63041: TEMPLATE,
  63042: TEMPLATE,
  63049: NOT_NOW,
  63051: SUSPENDED,
}
