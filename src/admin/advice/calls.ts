// Calls: how one ended, in the words of Twilio and Vonage, and what only callers are refused for.

import { type Advice, lasting, OPERATOR, OTHER_NUMBER, passing, repeatable } from './words.ts'

const NO_ANSWER = repeatable(
  'Nobody answered the call.',
  'Ask the user whether the phone is near, and not on silent.',
)
const CANCELED = repeatable('The call was canceled before anybody answered.')

export const CALL_ENDS: Readonly<Record<string, Advice>> = {
  busy: repeatable('The line was busy.', 'Ask the user to end the other call.'),
  'no-answer': NO_ANSWER,
  unanswered: NO_ANSWER,
  canceled: CANCELED,
  cancelled: CANCELED,
  rejected: repeatable('The call was rejected, by the phone or on the way to it.', OTHER_NUMBER),
  completed: repeatable(
    'The call was answered, but no key was pressed, so the code was not read out. Voicemail may have answered.',
    'Ask the user to answer the call and to press a key.',
  ),
}

const CALLER = lasting(
  'The caller’s number is not one that the account may call from.',
  `The operator checks TWILIO_VOICE_FROM. ${OPERATOR}`,
)
const NOT_CALLED = lasting(
  'The account may not call this number, or its country.',
  `If the country is wanted, the operator allows it in Twilio’s geographic permissions for calls. ${OPERATOR}`,
)

export const TWILIO_CALLS: Readonly<Record<string, Advice>> = {
  ...CALL_ENDS,
  10004: passing(
    'Twilio reports too many calls at once.',
    'The operator asks for more simultaneous calls.',
  ),
  21210: CALLER,
  21212: CALLER,
  21214: repeatable('The number could not be reached by a call.', OTHER_NUMBER),
  21215: NOT_CALLED,
  21216: NOT_CALLED,
  21217: lasting(
    'This is not a phone number that exists.',
    `Check the digits and the country code with the user. ${OTHER_NUMBER}`,
  ),
  21219: lasting(
    'This is a trial account: it calls only verified numbers.',
    `The operator upgrades the account. ${OPERATOR}`,
  ),
}
