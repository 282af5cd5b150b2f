// What providers of texts have in common: sentences about a number, a sender or an account, whoever reports it.
// It must not name a code: each provider's own file does.

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

export const INVALID_NUMBER = forUser(
  'unknown',
  lasting(
    'This is not a phone number that exists.',
    `Check the digits and the country code with the user. ${OTHER_NUMBER}`,
  ),
)
export const UNUSED_NUMBER = forUser(
  'unknown',
  lasting(
    'The carrier does not know the number: it is not in use, or no longer.',
    `Check the digits with the user. ${OTHER_NUMBER}`,
  ),
)
export const BARRED_NUMBER = forUser(
  'filtered',
  otherChannel(
    'This number gets no texts: its carrier, or a block list of the provider, does not allow it.',
    OTHER_NUMBER,
    'If the number is genuine, the operator asks the provider about it.',
  ),
)
export const NO_TEXTS = forUser(
  'no_texts',
  otherChannel(
    'This number cannot receive texts: it is a landline, or its device or plan takes none.',
    MOBILE_NUMBER,
  ),
)
export const OPTED_OUT_NUMBER = forUser(
  'opted_out',
  repeatable(
    'The user has opted out of texts from this sender.',
    'They can allow them again with the keyword that the sender’s texts name (often START); otherwise the operator asks the provider to lift it.',
  ),
)
export const UNREACHABLE_NUMBER = forUser(
  'unreachable',
  passing(
    'The phone could not be reached for now: switched off, without signal, or abroad.',
    'The user switches the phone on and waits for a signal.',
  ),
)
export const FILTERED_TEXT = forUser(
  'filtered',
  otherChannel(
    'The carrier, or the provider’s protection against fraud, filtered the message as unwanted.',
    OTHER_NUMBER,
    'If genuine users are affected, the operator checks the text, the sender’s registration and the provider’s protection rules.',
  ),
)
export const TOO_LONG_TEXT = lasting(
  'The message is too long for the provider.',
  `The operator shortens the text. ${OPERATOR}`,
)

/** @param of as in a sentence: `Vonage` */
export const adviceOf = (of: string) =>
  ({
    LOGIN: lasting(
      `${of} does not accept the login of this service.`,
      `The operator corrects the key or the account in the settings. ${OPERATOR}`,
    ),
    SUSPENDED: lasting(
      `The account at ${of} is suspended or may not send messages.`,
      `The operator resolves it with ${of}. ${OPERATOR}`,
    ),
    NO_CREDIT: lasting(
      `The account at ${of} has run out of credit, or has reached its spending limit.`,
      `The operator tops it up or raises the limit. ${OPERATOR}`,
    ),
    THROTTLED: passing(
      `${of} reports too many messages at once.`,
      'The operator asks for a higher rate.',
    ),
    TRIAL: lasting(
      `The account at ${of} is for tests: it sends only to verified numbers.`,
      `The operator has it enabled for production. ${OPERATOR}`,
    ),
    COUNTRY: otherChannel(
      `The account at ${of} may not send to this country or network.`,
      OPERATOR,
      `If the country is wanted, the operator allows it at ${of}.`,
    ),
    SENDER: lasting(
      'The sender is not allowed or not registered for this number’s country.',
      `The operator checks the sender at ${of} for this country. ${OPERATOR}`,
    ),
    INDIA: lasting(
      'The carriers of this country deliver registered texts only, and the ids of the registration are missing or do not match the text.',
      `The operator checks the entity and template ids in the settings of ${of}. ${OPERATOR}`,
    ),
    FAULT: repeatable(`${of} refused the message because of a fault of its own.`),
  }) satisfies Readonly<Record<string, Advice>>
