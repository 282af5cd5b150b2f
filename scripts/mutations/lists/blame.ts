// Lines that keep C53: whose fault a permanent answer is, on which the next provider depends.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const HTTP = 'test/delivery/http.test.ts'
const GATEWAY_ANSWERS = 'test/delivery/gateway-answers.test.ts'
const TWILIO = 'test/delivery/twilio.test.ts'
const VONAGE = 'test/delivery/vonage.test.ts'
const AWS_SMS = 'test/delivery/aws-sms.test.ts'
const INFOBIP = 'test/delivery/infobip.test.ts'
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
    'C53.code-fault',
    'a provider’s own code says whose fault it is, not its status',
    [TWILIO, 'C53: the fault is of the recipient: 400'],
    { node: 'BinaryExpression', becomes: 'faultOfUnlisted(status)' },
  ),
  mutant(
    'C53.unlisted-403',
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
    'C53.event-fault',
    'the event of a refusal for good says whose fault it is',
    ['test/delivery/transitions.test.ts', 'C53: a try that failed says in its event'],
    { node: 'ConditionalExpression', becomes: '{}' },
  ),
  mutant(
    'C53.fault-stored',
    'the fault is stored with its try',
    ['test/storage/sqlite/verification-reads.test.ts', 'by every filter alone and together'],
    { node: 'ConditionalExpression', becomes: 'null' },
  ),
  mutant(
    'C53.pg-fault-stored',
    'PostgreSQL: the fault is stored with its try',
    ['test/storage/postgres/verification-reads.test.ts', 'by every filter alone and together'],
    {
      file: 'drizzle/postgres/0031_calls.sql',
      find: `fault = c.answer->>'fault'`,
      replace: 'fault = NULL',
    },
  ),
  mutant(
    'C53.page-blames',
    'the page says in plain words whom the provider blames',
    ['test/admin/reasons.test.ts', 'C53: the page says whose fault it is, account by 20003'],
    { node: 'ConditionalExpression', becomes: `''` },
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
  mutant(
    'C53.vonage-title',
    'an invalid recipient or sender is one whatever number Vonage gives it',
    [VONAGE, 'Invalid recipient, whatever its number'],
    { node: 'BinaryExpression', becomes: 'end' },
  ),
  mutant(
    'C53.infobip-status',
    'a 200 of Infobip’s whose message is refused is no acceptance, and says whose fault it is',
    [INFOBIP, 'C53: the fault is of the recipient: REJECTED'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C67.vonage-answer-shape',
    'a 2xx without Vonage’s id confirms nothing',
    [VONAGE, 'C67: 202 without an id'],
    {
      node: 'IfStatement',
      becomes: "return { kind: 'accepted', reference: typeof id === 'string' ? id : null }",
    },
  ),
  mutant(
    'C67.infobip-message-id',
    'every try of a send gives Infobip the same id, by which it drops a second one',
    [INFOBIP, 'C67: a try after one whose answer was lost'],
    { node: 'PropertyAssignment', nth: 3, becomes: 'messageId: message.tryId' },
  ),
  mutant(
    'C67.infobip-duplicate',
    'a duplicate at Infobip is the message of an earlier try, not a refusal',
    [INFOBIP, 'C67: a duplicate is'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C67.aws-sms-answer-shape',
    'a 2xx without AWS’s id confirms nothing',
    [AWS_SMS, 'C67: 200 without an id'],
    {
      node: 'IfStatement',
      becomes: "return { kind: 'accepted', reference: typeof id === 'string' ? id : null }",
    },
  ),
  mutant(
    'C53.aws-sms-conflict',
    'a conflict that AWS names is a refusal, not a try that is still in progress',
    [AWS_SMS, 'recipient: 409 ConflictException'],
    {
      node: 'CallExpression',
      becomes: 'refuseByCode(AWS_SMS_CODES, code, answer)',
    },
  ),
  mutant(
    'C53.aws-sms-field',
    'the field that AWS refuses says whose fault it is',
    [AWS_SMS, 'recipient: 400 ValidationException with Field'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.aws-sms-reason',
    'the reason that AWS gives says whose fault it is, not the name of the error',
    [AWS_SMS, 'recipient: 400 ConflictException with Reason'],
    { node: 'ConditionalExpression', becomes: 'name' },
  ),
  mutant(
    'C69.aws-names',
    'settings of AWS’s own tools are not taken for misspelt ones of ours',
    ['test/config/c69-names.test.ts', 'ignores settings of other programs'],
    { node: 'RegularExpressionLiteral', becomes: '/^$/' },
  ),
  mutant(
    'C66.india-ids',
    'the ids of a registration in India go with texts to India alone',
    [VONAGE, 'C66: to India with the ids'],
    { node: 'ConditionalExpression', becomes: 'ids' },
  ),
  mutant(
    'C66.advice-of-account',
    'a code of an account of a provider has that provider’s advice',
    ['test/admin/advice.test.ts', 'twilio:eu 21610'],
    { node: 'CallExpression', becomes: "BY_PROVIDER.get(provider ?? '')" },
  ),
  mutant(
    'C69.account-suggestion',
    'a name like that of an account’s setting is named with it',
    ['test/config/accounts.test.ts', 'C69: a name like theirs'],
    { node: 'BinaryExpression', becomes: 'ofAll(upper)' },
  ),
]
