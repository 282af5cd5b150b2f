// The lines that keep what support types and reads in the console right: found, advised, in the reader's own time.
// It must not name what keeps strangers out: console.ts and sign-in.ts have that.

import { type Mutant, mutant } from '../mutation.ts'

const OFFERS = 'test/admin/offers.test.ts'
const DIAGNOSED = 'test/admin/diagnosed.test.ts'
const LOCAL_TIME = 'test/console/local-time.test.ts'
const FIND = 'test/console/find.test.ts'
const FIRST_LOOK = 'test/console/first-look.test.ts'

export const SUPPORT: readonly Mutant[] = [
  mutant(
    'C74.ended-no-button',
    'no advice names a button that is not there: verifications that ended',
    [OFFERS, 'C74: no advice names an action that the page does not have'],
    {
      node: 'ConditionalExpression',
      becomes: `'Send again.',
      isOver ? '' : START_OVER`,
    },
  ),
  mutant(
    'C74.sends-left',
    'no message is offered where none is left',
    [OFFERS, 'has no message left'],
    {
      node: 'BinaryExpression',
      nth: 2,
      becomes: `isOpen &&
    attempt.kind !== 'decoy' &&
    attempt.attempts < attempt.maxAttempts`,
    },
  ),
  mutant(
    'C74.no-late-send',
    'no message is offered that would come too late',
    [OFFERS, 'has too little time left'],
    { node: 'BinaryExpression', becomes: 'attempt.expiresAt - now >= 0' },
  ),
  mutant(
    'C74.viewer-no-offers',
    'a key that may look only is offered nothing',
    [OFFERS, 'may look only'],
    { node: 'PropertyAssignment', becomes: 'channels' },
  ),
  mutant(
    'C74.api-same-diagnosis',
    'the API says what the page says, to what the reader of it may do',
    [DIAGNOSED, 'names to a key that may look only'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C74.command-same-diagnosis',
    'the command says what the page says',
    [DIAGNOSED, 'refused by the provider: by page'],
    { node: 'ArrayLiteralExpression', becomes: '[diagnosis.meaning]' },
  ),
  mutant(
    'C74.helpful-button-first',
    'the button that helps nobody is not the first one',
    [OFFERS, 'C74: no advice names an action that the page does not have'],
    { node: 'ConditionalExpression', becomes: '[again, cancel]' },
  ),
  mutant(
    'C74.fold-identical-tries',
    'identical tries are one line, and tries that differ are not',
    ['test/admin/fold-tries.test.ts', 'that came to something else'],
    { node: 'CallExpression', becomes: 'JSON.stringify([provider])' },
  ),
  mutant(
    'C74.live-local-time',
    'rows that come in live are in the reader’s own time, too',
    [LOCAL_TIME, 'of rows that come in live'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C74.ambiguous-no-erase',
    'nobody is erased or exported by a number that may be two people’s',
    [FIND, 'nobody is erased or exported'],
    {
      node: 'ConditionalExpression',
      becomes: `person ? { person } : { refused: refuseField(c, deps, 'to', detail) }`,
    },
  ),
  mutant(
    'C74.visible-countries',
    'a number is read by the countries of the services that the key sees',
    [FIND, 'is read by the countries of the key’s own service'],
    { node: 'ConditionalExpression', becomes: 'service === null ? every : []' },
  ),
  mutant(
    'C74.service-country-first',
    'a number is read by the country of the service’s language first',
    [FIND, 'what nobody is called by says how it was read'],
    { node: 'BinaryExpression', becomes: 'Number(isOwn(a)) - Number(isOwn(b))' },
  ),
  mutant('C74.bare-user-id', 'a user id is found without a word before it', [FIND, 'user-42'], {
    node: 'ReturnStatement',
    becomes: 'return bySpelling',
  }),
  mutant(
    'C74.command-one-person',
    'a command names one person, or says that it may be several',
    [FIND, 'attempts, export and erase take any spelling'],
    { node: 'IfStatement', becomes: 'if (others.length < 9) return only' },
  ),
  mutant(
    'C74.health-links',
    'numbers of Health lead to what they count',
    [FIRST_LOOK, 'has numbers that lead to what they count'],
    { node: 'PropertyAssignment', becomes: 'value: failures' },
  ),
  mutant(
    'C74.sent-not-approved',
    'a message that was sent does not look approved',
    [FIRST_LOOK, 'has no green but APPROVED'],
    { node: 'PropertyAssignment', becomes: `sent: 'good'` },
  ),
  mutant(
    'C74.date-beside-time',
    'the date stands beside each time',
    [LOCAL_TIME, 'are UTC without a script, and say so'],
    { node: 'CallExpression', becomes: 'utc.slice(11, 19)' },
  ),
  mutant(
    'C74.utc-title',
    'UTC stands in the title of each time',
    [LOCAL_TIME, 'are those of America/Los_Angeles, on each page'],
    { node: 'TemplateExpression', find: '${utc}', replace: '' },
  ),
  mutant(
    'C74.time-zone-named',
    'a page says whose its times are',
    [LOCAL_TIME, 'are those of America/Los_Angeles, on each page'],
    { node: 'TaggedTemplateExpression', becomes: 'html`<span>UTC</span>`' },
  ),
  mutant(
    'C74.reader-zone-input',
    'times are asked for in the reader’s own zone',
    [LOCAL_TIME, 'are asked for in the same zone'],
    { node: 'CallExpression', nth: 2, becomes: 'value' },
  ),
  mutant(
    'C74.phone-row',
    'at the width of a phone a row is what tells attempts apart',
    [FIRST_LOOK, 'small holds 4 attempts'],
    {
      node: 'NoSubstitutionTemplateLiteral',
      find: ' .log .stack td:is(:nth-child(4), :nth-child(n + 7)) { display: none }',
      replace: '',
    },
  ),
  mutant(
    'C74.desk-one-line',
    'an attempt is one line at the width of a desk',
    [FIRST_LOOK, 'large holds 15 attempts'],
    {
      node: 'NoSubstitutionTemplateLiteral',
      find: `@media (min-width: 46.01rem) and (max-width: 90rem) { .when .soft { display: none } }
`,
      replace: '',
    },
  ),
  mutant(
    'C74.health-viewer-words',
    'Health says what it means to a reader who does not run it',
    [FIRST_LOOK, 'says what it means to a reader who does not run it'],
    { node: 'PropertyAssignment', becomes: `note: ''` },
  ),
  mutant(
    'C74.search-end-zone',
    'the end of what was searched says whose time it is',
    [LOCAL_TIME, 'the end of what was searched says whose time it is'],
    { node: 'TemplateExpression', find: ' ${ZONE}', replace: '' },
  ),
]
