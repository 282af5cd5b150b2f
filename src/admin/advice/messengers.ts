// WhatsApp's Cloud API and Telegram's Gateway: their codes. A messenger that the user does not have is what another channel helps with.
// It must not repeat a message of either: some quote the number.

import { adviceOf, INVALID_NUMBER, OPTED_OUT_NUMBER } from './numbers.ts'
import { type Advice, lasting, OPERATOR, OTHER_NUMBER, otherChannel, passing } from './words.ts'

const WA = adviceOf('WhatsApp')
const TG = adviceOf('Telegram')

const notOn = (of: string) =>
  otherChannel(`This number has no ${of}, or an app that is too old for codes.`, OTHER_NUMBER)
const NOT_NOW = otherChannel('The messenger does not deliver to this user for now.', OTHER_NUMBER)
const TEMPLATE = lasting(
  'The template is not approved in this language, is paused, or takes other parameters.',
  `The operator checks WHATSAPP_CLOUD_TEMPLATE and WHATSAPP_CLOUD_LANGUAGES against the templates at Meta. ${OPERATOR}`,
)
const SENDER = lasting(
  'The sender’s phone number or name is not registered, not approved, or restricted.',
  `The operator checks the number at Meta. ${OPERATOR}`,
)
const AWAY = passing('WhatsApp is not available for now.')
const REQUEST = WA.FAULT

export const WHATSAPP_CLOUD: Readonly<Record<string, Advice>> = {
  0: WA.LOGIN,
  1: AWAY,
  2: AWAY,
  3: WA.LOGIN,
  4: WA.THROTTLED,
  10: WA.LOGIN,
  33: SENDER,
  190: WA.LOGIN,
  368: WA.SUSPENDED,
  80007: WA.THROTTLED,
  130429: WA.THROTTLED,
  130472: NOT_NOW,
  130497: WA.COUNTRY,
  131000: AWAY,
  131005: WA.LOGIN,
  131008: REQUEST,
  131009: REQUEST,
  131016: AWAY,
  131021: INVALID_NUMBER,
  131026: notOn('WhatsApp'),
  131030: WA.TRIAL,
  131031: WA.SUSPENDED,
  131037: SENDER,
  131042: WA.NO_CREDIT,
  131045: SENDER,
  131048: SENDER,
  131049: NOT_NOW,
  131050: OPTED_OUT_NUMBER,
  131056: WA.THROTTLED,
  131057: AWAY,
  132000: TEMPLATE,
  132001: TEMPLATE,
  132005: TEMPLATE,
  132007: TEMPLATE,
  132012: TEMPLATE,
  132015: TEMPLATE,
  132016: TEMPLATE,
  133004: AWAY,
  133010: SENDER,
}

export const TELEGRAM: Readonly<Record<string, Advice>> = {
  ACCESS_TOKEN_INVALID: TG.LOGIN,
  ACCESS_TOKEN_REQUIRED: TG.LOGIN,
  BALANCE_NOT_ENOUGH: TG.NO_CREDIT,
  CALLBACK_URL_INVALID: lasting(
    'Telegram does not accept the address for receipts.',
    `The operator checks PUBLIC_URL. ${OPERATOR}`,
  ),
  CODE_INVALID: TG.FAULT,
  CODE_LENGTH_INVALID: lasting(
    'Telegram sends codes of 4 to 8 digits only.',
    `The operator shortens the codes (CODE_LENGTH), or takes Telegram out of the channels. ${OPERATOR}`,
  ),
  FLOOD_WAIT: TG.THROTTLED,
  PHONE_NUMBER_INVALID: INVALID_NUMBER,
  PHONE_NUMBER_NOT_AVAILABLE: NOT_NOW,
  PHONE_NUMBER_NOT_FOUND: notOn('Telegram'),
  SENDER_NOT_OWNED: TG.SENDER,
  SENDER_NOT_VERIFIED: TG.SENDER,
  SENDER_USERNAME_INVALID: TG.SENDER,
  TTL_INVALID: TG.FAULT,
  UNKNOWN_METHOD: TG.LOGIN,
}
