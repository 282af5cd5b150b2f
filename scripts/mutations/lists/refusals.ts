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
    'a limit by address is recorded for each person whom it refused',
    [C73_REFUSALS, 'people whom one address’ limit refused, each by their own number'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C73.flooder-log-share',
    'a flood from one address has a bounded share of the log’s first rows',
    [REFUSAL_LOG, 'C73: from one address does not hide the refusals of other addresses'],
    { node: 'BinaryExpression', nth: 3, becomes: 'taken >= Number.POSITIVE_INFINITY' },
  ),
  mutant(
    'C51.first-rows-bound',
    'the first rows of a period are bounded, and so is each address’s share',
    [REFUSAL_LOG, 'C73: from many addresses is as bounded as from none, in rows and in memory'],
    { node: 'IfStatement', becomes: 'if (!outgoing.hasRoom()) return false' },
  ),
  mutant(
    'C73.count-beside-limit',
    'a line of refusals counts them all, however few lines are requested',
    [
      FOLD_REFUSALS,
      'C73: a match may lie far back: a slice reads a bounded number of rows, and reports it',
    ],
    {
      node: 'ObjectLiteralExpression',
      becomes: '{ service, budgetIndexes, since, until, cursor: next, limit }',
    },
  ),
  mutant(
    'C73.page-line-boundary',
    'a slice of refusals ends before the row that would begin a line too many',
    [FOLD_REFUSALS, 'page by page each row is counted once'],
    { node: 'BinaryExpression', nth: 2, becomes: 'page.nextCursor' },
  ),
  mutant(
    'C73.command-page-count',
    'the command continues the count of a line from slice to slice',
    [REFUSALS_TEST, 'C73: however few are requested, each counts everything that was read of it'],
    { node: 'Identifier', nth: 4, becomes: '{}' },
  ),
  mutant(
    'C73.rotation-one-line',
    'a person’s refusals before and after a rotation of the root key are one line',
    [FOLD_REFUSALS, 'C73: refusals before and after a rotation of the root key are one line'],
    { node: 'VariableStatement', becomes: 'const key = own' },
  ),
  mutant(
    'C30.masked-refusals',
    'refusals show the recipient masked',
    [C73_REFUSALS, 'an address in any spelling, and fields that were wrong'],
    {
      node: 'CallExpression',
      becomes: 'String(line.person.to ?? recipients.maskedPerson(line.person))',
    },
  ),
  mutant(
    'C35.admin-refusals-service',
    'an admin’s key of one service sees that service’s refusals',
    [C73_REFUSALS, 'is for the scope admin alone, and within the key’s service'],
    { node: 'PropertyAssignment', becomes: 'service: given.service ?? null' },
  ),
  mutant(
    'C73.lift-logged',
    'the log records each lifted limit, and who lifted it',
    [C73_REFUSALS, 'lets the person start again at once, and is logged once, with who did it'],
    { node: 'PropertyAccessExpression', becomes: '(async (_: readonly object[]) => {})' },
  ),
  mutant(
    'C73.shared-limits-kept',
    'limits that also count others are not lifted for one person',
    [C73_REFUSALS, 'lets the person start again at once, and is logged once, with who did it'],
    { node: 'ArrowFunction', becomes: '(key) => (name === null || key.name === name)' },
  ),
  mutant(
    'C35.admin-lift-service',
    'an admin’s key of one service lifts that service’s limits',
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
      'C73: a lifted counter starts at zero again, and nobody else’s does',
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
      'C73: a lifted counter starts at zero again, and nobody else’s does',
    ],
    { node: 'ExpressionStatement', becomes: 'void (LIFT_SQL, change, keys.map(counterName))' },
  ),
  mutant(
    'C73.redis-lifted-removed',
    'Redis: a lifted counter is removed',
    [
      'test/limits/redis-limiter.test.ts',
      'C73: a lifted counter starts at zero again, and nobody else’s does',
    ],
    { node: 'CallExpression', nth: 3, becomes: 'client.exists(keys.map(nameOf))' },
  ),
  mutant(
    'C73.search-off-url',
    'a search in the console finds the person and puts nothing about them in an address',
    [
      REFUSALS_TEST_TEST,
      'are found by number, address and user id, masked, with what to do, under an address that reveals nothing',
    ],
    { node: 'ShorthandPropertyAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C73.ambiguous-shows-both',
    'a text that may mean two people shows both, so that they are not confused',
    [REFUSALS_TEST_TEST, 'of a number that is also somebody’s user id are not confused'],
    { node: 'SpreadAssignment', nth: 2, becomes: '...(also && {})' },
  ),
  mutant(
    'C73.unreadable-search-empty',
    'a text that can mean nobody does not show everybody’s refusals',
    [
      REFUSALS_TEST_TEST,
      'are found by number, address and user id, masked, with what to do, under an address that reveals nothing',
    ],
    { node: 'BinaryExpression', becomes: 'typed.length > Number.POSITIVE_INFINITY' },
  ),
  mutant(
    'C73.refused-only-found',
    'a person who was only ever refused is found in the log',
    [
      REFUSALS_TEST_TEST,
      'are reached from the log, where support searches first, even for somebody who was refused each time',
    ],
    { node: 'BinaryExpression', becomes: 'started.items.length >= 0' },
  ),
  mutant(
    'C73.refilled-not-lifted',
    'a limit that is full again is not reported as lifted',
    [REFUSALS_TEST_TEST, 'lead to the person, whose limits are lifted'],
    { node: 'BinaryExpression', becomes: 'isLifted && isFull !== null' },
  ),
  mutant(
    'C32.bidi-isolation',
    'a user id cannot reverse or hide letters of the line that shows it',
    ['test/console/verifications.test.ts', 'a masked recipient'],
    { node: 'CallExpression', becomes: 'recipient' },
  ),
  mutant(
    'C35.console-lift-scope',
    'the console lifts limits with the scope admin only',
    [
      REFUSALS_TEST_TEST,
      'a key of one service sees none of another’s, and a read-only key lifts nothing',
    ],
    { node: 'StringLiteral', becomes: `path.endsWith('/lift') ? 'admin:read' : 'admin'` },
  ),
  mutant(
    'C71.no-counter-file',
    'the command that lifts limits creates no file of counters',
    [REFUSALS_TEST, 'C71: lifting creates no file of counters where the service has none'],
    {
      node: 'BinaryExpression',
      becomes: `config.limits.kind === 'sqlite' && existsSync(config.limits.path) === undefined`,
    },
  ),
]
