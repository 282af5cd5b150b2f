// Lines that keep C53: whose fault a permanent answer is, on which the next provider depends.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const HTTP = 'test/delivery/http.test.ts'
const GATEWAY_ANSWERS = 'test/delivery/gateway-answers.test.ts'
const TWILIO = 'test/delivery/twilio.test.ts'
const SMTP_REFUSALS = 'test/delivery/smtp-refusals.test.ts'
const RECENT_SENDS = 'test/delivery/recent-sends.test.ts'
const SEND_HISTORY = 'test/delivery/send-history.test.ts'

export const BLAME: readonly Mutant[] = [
  mutant(
    'C53.http-account-fault',
    'a refused login, an empty balance and a wrong URL are by fault of the account',
    [HTTP, 'C53: is refused by fault of the account'],
    { node: 'ConditionalExpression', becomes: `'message'` },
  ),
  mutant(
    'C53.gateway-recipient-fault',
    'an answer that the operator described as one about the recipient is one',
    [GATEWAY_ANSWERS, '400 {"code":105}'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.twilio-code-fault',
    'a code of Twilio’s says whose fault it is, not its status',
    [TWILIO, 'C53: the fault is of the recipient: 400'],
    { node: 'ConditionalExpression', becomes: 'undefined as Fault | undefined' },
  ),
  mutant(
    'C53.twilio-unknown-403',
    'a 403 or 404 with an unknown code, which one number may cause, does not blame the account',
    [TWILIO, 'C53: the fault is of the message: 403'],
    { node: 'ConditionalExpression', becomes: `'account'` },
  ),
  mutant(
    'C53.smtp-before-recipient',
    'a refusal before the server has heard of the recipient is by fault of the account',
    [SMTP_REFUSALS, 'C53: to MAIL FROM "550 not your address"'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.smtp-recipient-code',
    'a mailbox that is unknown, full or moved is by fault of the recipient',
    [SMTP_REFUSALS, 'C53: to RCPT TO "550 5.1.1 unknown"'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.smtp-relay-denied',
    'relaying denied, or mail that a policy refuses, does not blame the recipient',
    [SMTP_REFUSALS, 'C53: to RCPT TO "550 5.7.1 relaying denied"'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C49.status-of-one-number',
    'a status that one number can cause does not make every decoy fail at the first',
    [RECENT_SENDS, 'one or two numbers of their own that are answered http_403'],
    { node: 'ConditionalExpression', becomes: `'everybody'` },
  ),
  mutant(
    'C49.destination-of-one-number',
    'a refusal of a sender to one number does not make a country’s decoys fail at the first',
    [RECENT_SENDS, 'one or two numbers of their own that are answered 21612'],
    { node: 'ConditionalExpression', becomes: `'place'` },
  ),
  mutant(
    'C49.stored-without-fault',
    'of a refusal that was stored without a fault its code says it',
    [SEND_HISTORY, 'C49: a refusal by twilio that was stored without a fault, 20003'],
    { node: 'BinaryExpression', becomes: `'message'` },
  ),
]
