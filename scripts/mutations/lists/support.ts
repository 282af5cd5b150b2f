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
    'advice names no button that the page lacks: verifications that have ended',
    [OFFERS, 'C74: no advice names an action that the page does not have'],
    {
      node: 'ConditionalExpression',
      becomes: `'Send again.',
      isOver ? '' : START_OVER`,
    },
  ),
  mutant(
    'C74.sends-left',
    'no message is offered where no send is left',
    [OFFERS, 'has no message left'],
    {
      node: 'BinaryExpression',
      nth: 2,
      becomes: `isOpen &&
    row.kind !== 'decoy' &&
    row.attempts < row.maxAttempts`,
    },
  ),
  mutant(
    'C74.no-late-send',
    'no message is offered that would come too late',
    [OFFERS, 'has too little time left'],
    { node: 'BinaryExpression', becomes: 'row.expiresAt - now >= 0' },
  ),
  mutant('C74.viewer-no-offers', 'a read-only key is offered nothing', [OFFERS, 'may look only'], {
    node: 'PropertyAssignment',
    becomes: 'channels',
  }),
  mutant(
    'C74.api-same-diagnosis',
    'the API gives the same diagnosis as the page, for what its reader may do',
    [DIAGNOSED, 'names to a read-only key what another key could do'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C74.command-same-diagnosis',
    'the command gives the same diagnosis as the page',
    [DIAGNOSED, 'refused by the provider: by page'],
    { node: 'ArrayLiteralExpression', becomes: '[diagnosis.meaning]' },
  ),
  mutant(
    'C74.helpful-button-first',
    'a button that does not help is not the first one',
    [OFFERS, 'C74: no advice names an action that the page does not have'],
    { node: 'ConditionalExpression', becomes: '[again, cancel]' },
  ),
  mutant(
    'C74.fold-identical-tries',
    'identical tries are one line, different ones are not',
    [
      'test/admin/fold-tries.test.ts',
      'with another result are not folded: another error, provider or message',
    ],
    { node: 'CallExpression', becomes: 'JSON.stringify([provider])' },
  ),
  mutant(
    'C74.live-local-time',
    'live rows are in the reader’s own time, too',
    [LOCAL_TIME, 'of rows that come in live'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C74.held-press',
    'a live page does not change under a pressed button',
    ['test/console/live-page.test.ts', 'C74: does not change under a pressed button'],
    { node: 'CallExpression', becomes: 'false' },
  ),
  mutant(
    'C74.ambiguous-no-erase',
    'nobody is erased or exported by a number that may belong to two people',
    [FIND, 'nobody is erased or exported by a number that may belong to two people'],
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
    'a number is read first by the country of the service’s language',
    [FIND, 'a text that matches nobody shows how it was read'],
    { node: 'BinaryExpression', becomes: 'Number(isOwn(a)) - Number(isOwn(b))' },
  ),
  mutant('C74.bare-user-id', 'a user id is found without a prefix', [FIND, 'user-42'], {
    node: 'ReturnStatement',
    becomes: 'return bySpelling',
  }),
  mutant(
    'C74.command-one-person',
    'a command names one person, or reports that it may be several',
    [FIND, 'verifications, export and erase take any spelling'],
    { node: 'IfStatement', becomes: 'if (others.length < 9) return only' },
  ),
  mutant(
    'C74.health-links',
    'numbers on Health lead to what they count',
    [FIRST_LOOK, 'has numbers that link to what they count, and no link to nothing'],
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
    'a page states its time zone',
    [LOCAL_TIME, 'are those of America/Los_Angeles, on each page'],
    { node: 'TaggedTemplateExpression', becomes: 'html`<span>UTC</span>`' },
  ),
  mutant(
    'C74.reader-zone-input',
    'times are entered in the reader’s own zone',
    [
      LOCAL_TIME,
      'are entered in the same zone, and the address keeps UTC for a colleague elsewhere',
    ],
    { node: 'CallExpression', nth: 2, becomes: 'value' },
  ),
  mutant(
    'C74.phone-row',
    'on a phone a row is enough to distinguish verifications',
    [FIRST_LOOK, 'small holds 4 verifications'],
    {
      node: 'NoSubstitutionTemplateLiteral',
      find: ' .log .stack td:is(:nth-child(4), :nth-child(n + 7)) { display: none }',
      replace: '',
    },
  ),
  mutant(
    'C74.desk-one-line',
    'on a desktop a verification is one line',
    [FIRST_LOOK, 'large holds 15 verifications'],
    {
      node: 'NoSubstitutionTemplateLiteral',
      find: `@media (min-width: 46.01rem) and (max-width: 90rem) { .when .soft { display: none } }
`,
      replace: '',
    },
  ),
  mutant(
    'C74.health-viewer-words',
    'Health explains itself to a reader who does not run the service',
    [FIRST_LOOK, 'explains itself to a reader who does not run the service'],
    { node: 'PropertyAssignment', becomes: `note: ''` },
  ),
  mutant(
    'C74.search-end-zone',
    'the end of the searched period states its time zone',
    [LOCAL_TIME, 'C74: the end of the searched period states its time zone'],
    { node: 'TemplateExpression', find: ' ${ZONE}', replace: '' },
  ),
]
