// Lines that keep I23 and the cases of the wires.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const SDK = 'test/wires/twilio-sdk.test.ts'
const DELEGATED = 'test/wires/twilio-delegated.test.ts'
const LIFE = 'test/wires/twilio-life.test.ts'
const CAMARA = 'test/wires/camara.test.ts'
const STORE = 'test/service/databases.test.ts'

export const WIRES: readonly Mutant[] = [
  mutant(
    'I23.in-transaction',
    'the id that a wire’s callers get is written with the start',
    [STORE, 'is found by its id there'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C94.own-wire',
    'a wire finds what it started for the same service, and nothing else',
    [STORE, 'another wire, another service and another id find nothing'],
    { node: 'CallExpression', becomes: `eq(v.service, p('service'))` },
  ),
  mutant(
    'C94.wire-binds',
    'no native check reaches what a wire started',
    [SDK, 'no native check reaches what it started'],
    { node: 'BinaryExpression', becomes: 'named' },
  ),
  mutant(
    'C94.own-words',
    'a refusal that a wire passes on names no field that its callers do not have',
    ['test/wires/own-words.test.ts', 'cannot give in national form'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C94.one-code',
    'a start of Twilio’s wire while one is pending sends its code again, or says why not',
    [LIFE, 'sends the same code again once a resend is due'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C94.given-twice',
    'a parameter that is given twice is refused: Twilio would read the other one',
    [DELEGATED, 'no parameter reaches Twilio but those that were read here'],
    { node: 'CallExpression', becomes: 'undefined' },
  ),
  mutant(
    'C95.only-approved',
    'nothing but Twilio’s own word makes a delegated code right',
    [DELEGATED, 'is started and checked at Twilio, under its SID, and counted here'],
    { node: 'BinaryExpression', becomes: `status !== undefined` },
  ),
  mutant(
    'C95.lost-check-charged',
    'a check whose answer from Twilio was lost costs an attempt',
    [DELEGATED, 'a check whose answer is lost costs an attempt'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C95.answer-logged',
    'what Twilio answered to a start is in the log, so that a start without an answer is seen',
    [DELEGATED, 'is started and checked at Twilio, under its SID, and counted here'],
    { node: 'AwaitExpression', becomes: 'undefined' },
  ),
  mutant(
    'C95.unanswered-shown',
    'a send that Twilio never answered is not shown as taken',
    ['test/admin/diagnosis.test.ts', 'C95: what Twilio sends, where it lost its node'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C96.own-texts',
    'a message that CAMARA’s callers choose is one of the service’s own',
    [CAMARA, 'no text is sent but those of the service'],
    { node: 'CallExpression', becomes: `(texts.get(message) ?? 'en')` },
  ),
  mutant(
    'C96.newest-only',
    'a code that is sent later to the same number takes the place of the one before',
    [CAMARA, 'OTPvalidationAPI_400.7_validate_code_verification_expired_scenario_2'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C96.own-switch',
    'a service answers in CAMARA’s form only where its settings say so',
    [CAMARA, 'a service without it is refused'],
    { node: 'ConditionalExpression', becomes: 'undefined' },
  ),
]
