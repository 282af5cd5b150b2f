// Twilio's error codes: whose fault each is.

import type { Codes } from '../../coded-answer.ts'

/**
 * https://www.twilio.com/docs/api/errors. Those from 30003 on come by receipt, or in a 201. Too many requests also come with
 * other statuses than 429.
 */
export const TWILIO_CODES: Codes = {
  failed: ['message', 'it could not be sent, or the call could not be connected'],
  // The last status of a call.
  busy: ['recipient', 'the line is busy'],
  'no-answer': ['recipient', 'nobody answered'],
  canceled: ['message', 'the call was canceled'],
  10001: ['account', 'the account is not active'],
  10004: ['temporary', 'too many calls at once'],
  14107: ['temporary', 'too many requests'],
  20003: ['account', 'the account or its token was refused'],
  20005: ['account', 'the account is not active'],
  20404: ['account', 'the account or the sender does not exist'],
  20429: ['temporary', 'too many requests'],
  21210: ['account', 'the caller is not a number of the account'],
  21211: ['recipient', 'the number is not valid'],
  21212: ['account', 'the caller is not a valid number'],
  21214: ['recipient', 'the number cannot be reached'],
  21215: ['destination', 'the account may not call this country'],
  21216: ['recipient', 'the account may not call this number'],
  21217: ['recipient', 'the number is not valid'],
  21219: ['destination', 'a trial account calls verified numbers only'],
  21408: ['destination', 'the account may not send to this country'],
  21606: ['destination', 'the sender may not send to this number'],
  21608: ['destination', 'a trial account sends to verified numbers only'],
  21610: ['recipient', 'the recipient has opted out'],
  21612: ['destination', 'the number cannot be reached from this sender'],
  21614: ['recipient', 'the number is not a mobile number'],
  21617: ['message', 'the message is too long'],
  21635: ['recipient', 'the number is a landline'],
  30001: ['temporary', 'too many messages wait at Twilio'],
  30002: ['account', 'the account is suspended'],
  30003: ['recipient', 'the phone cannot be reached'],
  30004: ['recipient', 'the message was blocked'],
  30005: ['recipient', 'the number is not in use'],
  30006: ['recipient', 'the number is a landline'],
  30007: ['message', 'the message was filtered'],
  30032: ['destination', 'the sender is not registered for this country'],
  30034: ['destination', 'the sender is not registered for this country'],
}
