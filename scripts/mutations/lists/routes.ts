// Lines that keep C53 and C56: which provider carries a message, and when it goes to another one.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const ROUTES_TEXT = 'test/config/routes.test.ts'
const SETTINGS = 'test/config/route-settings.test.ts'
const NEXT = 'test/delivery/next-provider.test.ts'
const BACKOFF = 'test/delivery/backoff.test.ts'
const RESTS = 'test/delivery/rests.test.ts'
const PLAN = 'test/delivery/plan.test.ts'
const FAILOVER = 'test/delivery/failover.test.ts'

export const ROUTES: readonly Mutant[] = [
  mutant(
    'C56.longest-prefix',
    'the longest prefix of a number has its route, before its country',
    [ROUTES_TEXT, 'a prefix before its country'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C56.rests-in-its-country',
    'a country that a provider may not send to rests, and no other',
    [RESTS, 'rests there alone'],
    { node: 'BinaryExpression', becomes: 'restsUntil(account, now) > 0' },
  ),
  mutant(
    'C53.unknown-provider-refused',
    'a route that names a provider without settings is refused at start',
    [SETTINGS, 'is refused at start: a provider without settings'],
    { node: 'CallExpression', becomes: '[]' },
  ),
  mutant(
    'C53.default-demanded',
    'a route without a default is refused at start: elsewhere nobody would carry a message',
    [SETTINGS, 'is refused at start: no default'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.each-has-its-turn',
    'a provider that had its turn is not asked again in this round',
    [NEXT, 'whoever had no turn yet'],
    { node: 'PropertyAssignment', becomes: 'isNew: true' },
  ),
  mutant(
    'C53.refused-for-good',
    'a provider that refused a message for good is not asked again for it',
    [NEXT, 'nobody who refused it for good'],
    { node: 'VariableStatement', becomes: 'const open = order' },
  ),
  mutant(
    'C53.awake-first',
    'one that is awake comes before one that rests',
    [NEXT, 'whoever is awake'],
    { node: 'VariableStatement', becomes: 'const awake = undefined as Known | undefined' },
  ),
  mutant(
    'C53.last-one-is-asked',
    'a provider that rests is asked anyway where nobody else is awake',
    [PLAN, 'C53: goes to one that rests where nobody else is awake'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.silent-is-no-probe',
    'a message that is not sent does not keep others from a provider that rests',
    [PLAN, 'C53: a decoy is nobody’s probe'],
    {
      node: 'IfStatement',
      becomes: 'deps.rests.begin(chosen.provider, country, deps.clock.now())',
    },
  ),
  mutant(
    'C53.next-provider-at-once',
    'another provider is asked at once, without a backoff',
    [BACKOFF, 'C53: what an answer means for the other providers of the route'],
    { node: 'ConditionalExpression', becomes: 'backoffMs(round, random)' },
  ),
  mutant(
    'C53.recipient-ends-it',
    'no other provider is asked for a recipient that does not exist',
    [BACKOFF, 'C53: what an answer means for the other providers of the route'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
  mutant(
    'C53.retry-after-of-one',
    'the pause that one provider asked for does not delay the message at another',
    [BACKOFF, 'C53: what an answer means for the other providers of the route'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C49.one-pause-proves-nothing',
    'a pause that one recipient brought about makes nobody else wait',
    [RESTS, 'C49: once, it may be one recipient’s'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C53.rest-by-reach',
    'one person’s own number or mailbox makes no provider rest',
    [RESTS, 'a status that one number has'],
    { node: 'CallExpression', becomes: "('everybody' as Reach)" },
  ),
  mutant(
    'C53.early-is-no-probe',
    'a provider that is asked before its time, because all rest, is no longer left alone for that',
    [RESTS, 'asked sooner, because all others rest as well, it rests no longer for that'],
    { node: 'BinaryExpression', nth: 2, becomes: 'true' },
  ),
  mutant(
    'C53.rest-doubled-by-probes',
    'answers to requests from before a rest do not make it longer',
    [RESTS, 'what was under way when its rest began makes that no longer'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.failover-logged',
    'the event of a failover names the next provider',
    [FAILOVER, 'answers 500: the code arrives by the second'],
    { node: 'BinaryExpression', becomes: '{}' },
  ),
  mutant(
    'C53.nobodys-rows-are-claimed',
    'a message of a provider that was removed is claimed, and routed again',
    [FAILOVER, 'one that was removed: it is routed again'],
    { node: 'BinaryExpression', becomes: 'own' },
  ),
  mutant(
    'I18.extra-message-counted',
    'a message more than was asked for goes out only where the limits have room for it',
    [FAILOVER, 'is not made where a limit refuses it'],
    { node: 'ReturnStatement', becomes: 'return admission === undefined ? undefined : undefined' },
  ),
  mutant(
    'I18.uncounted-not-sent',
    'it does not go out uncounted where the limits cannot be reached',
    [FAILOVER, 'waits where the limits cannot be reached'],
    { node: 'ReturnStatement', becomes: 'return undefined' },
  ),
  mutant(
    'I18.five-messages',
    'no message goes out where five of the verification may have gone out',
    [PLAN, 'I18: no more than five messages of a verification'],
    { node: 'VariableStatement', becomes: 'const isOneTooMany = false' },
  ),
  mutant(
    'I17.not-late-after-count',
    'a process that stood still while a message was counted does not send it',
    [FAILOVER, 'I17: a process that stood still while its message was counted'],
    { node: 'ReturnStatement', becomes: 'return undefined' },
  ),
  mutant(
    'I18.ambiguous-priced',
    'a message that may have gone out is paid for',
    ['test/delivery/worker.test.ts', 'I18: each message that went out, or may have, has its price'],
    { node: 'BinaryExpression', becomes: `kind === 'accepted'` },
  ),
  mutant(
    'I18.priced-by-part',
    'each part is paid for',
    ['test/delivery/prices.test.ts', 'I18: by twilio to DE in 2 part(s)'],
    { node: 'BinaryExpression', becomes: 'found.micros' },
  ),
]
