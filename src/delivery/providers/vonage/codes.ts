// Vonage's codes: whose fault each is, and a sentence for it.
// It must not read a title or detail beyond the two that stand here: some quote the number.

import type { Codes, Json } from '../../answers/coded-answer.ts'

/**
 * The end of an answer's `type`: developer.vonage.com/api-errors and /api-errors/messages. Many come with a status webhook
 * only. What a stranger can bring about for one number (Fraud Defender's bursts, filters of content) blames neither account
 * nor country.
 */
export const VONAGE_CODES: Codes = {
  'account-suspended': ['account', 'the account is suspended'],
  forbidden: ['account', 'the account may not do this'],
  'invalid-api-key': ['account', 'the API key was refused'],
  'invalid-signature': ['account', 'the signature was refused'],
  'jwt-expired': ['account', 'the token has expired: clocks differ'],
  'jwt-revoked': ['account', 'the token was revoked'],
  'low-balance': ['account', 'the balance of the account is too low'],
  unauthorized: ['account', 'the login was refused'],
  // As the specification spells it.
  unathorized: ['account', 'the login was refused'],
  unprovisioned: ['account', 'the account or application may not send messages'],
  1000: ['temporary', 'too many requests'],
  1050: ['recipient', 'the number is barred'],
  1060: ['account', 'the account is barred'],
  1070: ['account', 'the quota of the account is used up'],
  1080: ['account', 'the account may not use this API'],
  1120: ['destination', 'the sender is not allowed there'],
  1160: ['destination', 'a trial account sends to numbers on its list only'],
  1170: ['recipient', 'the number is not valid'],
  1180: ['temporary', 'the number cannot be reached for now'],
  1190: ['recipient', 'the number is not in use'],
  1210: ['message', 'the carrier filtered the message'],
  1230: ['temporary', 'a network fails for now'],
  1240: ['recipient', 'the recipient has opted out'],
  1250: ['destination', 'there is no route to this number'],
  1251: ['destination', 'there is no route to this network'],
  1260: ['destination', 'the number cannot be reached'],
  1280: ['recipient', 'the carrier blocked the number'],
  1290: ['recipient', 'the recipient’s prepaid account has no credit'],
  1300: ['recipient', 'the number is not in the network'],
  1310: ['recipient', 'the device cannot receive the message'],
  1331: ['temporary', 'the network does not answer'],
  1420: ['destination', 'the sender is not valid there'],
  1430: ['recipient', 'the number is not valid'],
  1460: ['destination', 'the daily limit of the sender is reached'],
  1470: ['destination', 'a traffic rule of the account blocks this destination'],
  1474: ['destination', 'a traffic rule of the account blocks this country'],
  1475: ['destination', 'a traffic rule of the account blocks this network'],
  1476: ['destination', 'the sender must not be used for messages'],
  1480: ['destination', 'the entity id is missing or wrong'],
  1481: ['destination', 'the sender is not registered'],
  1482: ['destination', 'the template id is missing or wrong'],
  1483: ['recipient', 'the recipient has not consented'],
  1484: ['destination', 'the message does not comply with the rules there'],
}
/** Their numbers differ between Vonage's own pages, their titles do not. */
const BY_TITLE: ReadonlyMap<unknown, string> = new Map([
  ['Invalid recipient', '1430'],
  ['Invalid sender', '1420'],
])

/** @param problem the body of an answer (RFC 9457). Undefined: it names no code */
export function codeOf({ type, title }: Json): string | undefined {
  const [, end] = /#([\w-]{1,40})$/.exec(String(type)) ?? []
  return BY_TITLE.get(title) ?? end // mutant: C53.vonage-title
}
