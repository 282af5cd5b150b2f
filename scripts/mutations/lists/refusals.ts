// Lines by which support finds a refusal, and by which lifting a limit stays within bounds.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C73_REFUSALS = 'test/http/c73-refusals.test.ts'
const REFUSAL_LOG = 'test/events/refusal-log.test.ts'
const FOLD_REFUSALS = 'test/admin/fold-refusals.test.ts'
const REFUSALS_TEST = 'test/commands/refusals.test.ts'
const REFUSALS_TEST_TEST = 'test/console/refusals.test.ts'

export const REFUSALS: readonly Mutant[] = [
  mutant(
    'C73.person-before-refusal',
    'a start names its person before anything is refused',
    [C73_REFUSALS, 'a number of another country, a number that costs'],
    { node: 'VariableStatement', becomes: 'const about = { party: null, channel: named }' },
  ),
  mutant(
    'C73.factor-subject-named',
    'a refused start by a factor names its subject',
    [C73_REFUSALS, 'a subject: without a factor, and with no guesses left'],
    { node: 'VariableStatement', becomes: 'const about = { party: null, channel } as const' },
  ),
  mutant(
    'C73.address-limit-persons',
    'a limit by address is told of each person whom it refused',
    [C73_REFUSALS, 'people whom one address’ limit refused, each by their own number'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C73.flooder-log-share',
    'who floods from one address has a share of the log’s first rows',
    [REFUSAL_LOG, 'does not hide the refusals of those who come from elsewhere'],
    { node: 'BinaryExpression', nth: 3, becomes: 'taken >= Number.POSITIVE_INFINITY' },
  ),
  mutant(
    'C51.first-rows-bound',
    'a period’s first rows are bounded, and the shares of addresses with them',
    [REFUSAL_LOG, 'from many addresses is as bounded as from none'],
    { node: 'IfStatement', becomes: 'if (!outgoing.hasRoom()) return false' },
  ),
  mutant(
    'C73.count-beside-limit',
    'a line of refusals counts as much, however few lines were asked for',
    [FOLD_REFUSALS, 'a page reads a bounded number of rows'],
    {
      node: 'ObjectLiteralExpression',
      becomes: '{ service, budgetIndexes, since, until, cursor: next, limit }',
    },
  ),
  mutant(
    'C73.page-line-boundary',
    'a page of refusals ends before the row that would begin a line too many',
    [FOLD_REFUSALS, 'page by page each row is counted once'],
    { node: 'BinaryExpression', nth: 2, becomes: 'page.nextCursor' },
  ),
  mutant(
    'C73.command-page-count',
    'the command counts a line on from page to page',
    [REFUSALS_TEST, 'however few are asked for, each counts all that was read of it'],
    { node: 'Identifier', nth: 4, becomes: '{}' },
  ),
  mutant(
    'C73.rotation-one-line',
    'a person’s refusals before and after a rotation of the root key are one line',
    [FOLD_REFUSALS, 'what was refused before a rotation of the root key and after it is one line'],
    { node: 'VariableStatement', becomes: 'const key = own' },
  ),
  mutant(
    'C30.masked-refusals',
    'refusals tell a recipient masked',
    [C73_REFUSALS, 'an address in any spelling, and fields that were wrong'],
    {
      node: 'CallExpression',
      becomes: 'String(line.person.to ?? recipients.maskedPerson(line.person))',
    },
  ),
  mutant(
    'C35.admin-refusals-service',
    'an admin’s key of one service sees that one’s refusals',
    [C73_REFUSALS, 'is for the scope admin alone, and within the key’s service'],
    { node: 'PropertyAssignment', becomes: 'service: given.service ?? null' },
  ),
  mutant(
    'C73.lift-logged',
    'a limit that is lifted stands in the log, by who did it',
    [C73_REFUSALS, 'lets the person ask again at once, is in the log by who did it, and only once'],
    { node: 'PropertyAccessExpression', becomes: '(async (_: readonly object[]) => {})' },
  ),
  mutant(
    'C73.shared-limits-kept',
    'limits that count others, too, are not lifted for one person',
    [C73_REFUSALS, 'lets the person ask again at once, is in the log by who did it, and only once'],
    { node: 'ArrowFunction', becomes: '(key) => (name === null || key.name === name)' },
  ),
  mutant(
    'C35.admin-lift-service',
    'an admin’s key of one service lifts that one’s limits',
    [C73_REFUSALS, 'is for the scope admin alone, and within the key’s service'],
    { node: 'BinaryExpression', becomes: '(wanted ?? name) === name' },
  ),
  mutant(
    'C35.lift-admin-scope',
    'lifting a limit needs the scope admin',
    [C73_REFUSALS, 'is for the scope admin alone, and within the key’s service'],
    { node: 'PropertyAssignment', becomes: `needs: { ...WRITE, scope: 'admin:read' }` },
  ),
  mutant(
    'C73.lifted-counter-removed',
    'a lifted counter is removed',
    [
      'test/limits/sqlite-limiter.test.ts',
      'what is lifted counts from nothing again, and nobody else’s does',
    ],
    {
      node: 'ForOfStatement',
      becomes: 'for (const key of keys) void [counterFor, counterName(key)]',
    },
  ),
  mutant(
    'C73.pg-lifted-removed',
    'PostgreSQL: a lifted counter is removed',
    [
      'test/limits/postgres-limiter.test.ts',
      'what is lifted counts from nothing again, and nobody else’s does',
    ],
    { node: 'ExpressionStatement', becomes: 'void (LIFT_SQL, change, keys.map(counterName))' },
  ),
  mutant(
    'C73.redis-lifted-removed',
    'Redis: a lifted counter is removed',
    [
      'test/limits/redis-limiter.test.ts',
      'what is lifted counts from nothing again, and nobody else’s does',
    ],
    { node: 'CallExpression', nth: 3, becomes: 'client.exists(keys.map(nameOf))' },
  ),
  mutant(
    'C73.search-off-url',
    'who is looked for in the console is found, and not told in an address',
    [REFUSALS_TEST_TEST, 'are found by number, address and user id'],
    { node: 'ShorthandPropertyAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C73.ambiguous-shows-both',
    'a text that means two people shows both, so that none is taken for the other',
    [REFUSALS_TEST_TEST, 'are not taken for the other’s'],
    { node: 'SpreadAssignment', nth: 2, becomes: '...(also && {})' },
  ),
  mutant(
    'C73.unreadable-search-empty',
    'a text that can mean nobody is not answered by everybody’s refusals',
    [REFUSALS_TEST_TEST, 'are found by number, address and user id'],
    { node: 'BinaryExpression', becomes: 'typed.length > Number.POSITIVE_INFINITY' },
  ),
  mutant(
    'C73.refused-only-found',
    'somebody who was only ever refused is found in Attempts',
    [REFUSALS_TEST_TEST, 'are reached from Attempts'],
    { node: 'BinaryExpression', becomes: 'begun.items.length >= 0' },
  ),
  mutant(
    'C73.refilled-not-lifted',
    'a limit that is full again is not called lifted',
    [REFUSALS_TEST_TEST, 'lead to the person, whose limits are lifted'],
    { node: 'BinaryExpression', becomes: 'isLifted && isFull !== null' },
  ),
  mutant(
    'C32.bidi-isolation',
    'a user id cannot turn or hide letters of the line that shows it',
    ['test/console/attempts.test.ts', 'a masked recipient'],
    { node: 'CallExpression', becomes: 'recipient' },
  ),
  mutant(
    'C35.console-lift-scope',
    'the console lifts limits for the scope admin alone',
    [REFUSALS_TEST_TEST, 'one that may look lifts nothing'],
    { node: 'StringLiteral', becomes: `path.endsWith('/lift') ? 'admin:read' : 'admin'` },
  ),
  mutant(
    'C71.no-counter-file',
    'the command that lifts limits makes no file of counters',
    [REFUSALS_TEST, 'makes no file of counters where the service has none'],
    {
      node: 'BinaryExpression',
      becomes: `config.limits.kind === 'sqlite' && existsSync(config.limits.path) === undefined`,
    },
  ),
]
