// Lines by which support finds a refusal, and by which lifting a limit stays within bounds.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const SEARCH = 'test/http/c73-refusals.test.ts'
const LOG = 'test/events/refusal-log.test.ts'
const LIFT = 'lets the person ask again at once, is in the log by who did it, and only once'
const COUNTERS = 'what is lifted counts from nothing again, and nobody else’s does'
const BOUNDS = 'is for the scope admin alone, and within the key’s service'

const inFile = (file: string, find: string, replace: string) => ({ file, find, replace })

export const REFUSALS: readonly Defence[] = [
  row(
    'C73',
    'a start names its person before anything is refused',
    inFile('src/verification/start.ts', 'trace.holder = recipient', 'trace.holder = null'),
    { file: SEARCH, title: 'a number of another country, a number that costs' },
  ),
  row(
    'C73',
    'a refused start by a factor names its subject',
    inFile(
      'src/verification/start-factor.ts',
      "trace.holder = { kind: 'subject', subject: holder }",
      'trace.holder = null',
    ),
    { file: SEARCH, title: 'a subject: without a factor, and with no guesses left' },
  ),
  row(
    'C73',
    'a limit by address is told of each person whom it refused',
    inFile(
      'src/verification/log-refusals.ts',
      "if (budgetIndex !== null) return Buffer.from(budgetIndex).toString('base64url')\n",
      '\n',
    ),
    { file: SEARCH, title: 'people whom one address’ limit refused, each by their own number' },
  ),
  row(
    'C73',
    'who floods from one address has a share of the log’s first rows',
    inFile(
      'src/events/refusal-log.ts',
      'taken >= MAX_FIRST_ROWS_OF_SOURCE',
      'taken >= Number.POSITIVE_INFINITY',
    ),
    { file: LOG, title: 'does not hide the refusals of those who come from elsewhere' },
  ),
  row(
    'C51',
    'a period’s first rows are bounded, and the shares of addresses with them',
    inFile(
      'src/events/refusal-log.ts',
      'if (firstRows >= maxFirstRows || !outgoing.hasRoom()) return false',
      'if (!outgoing.hasRoom()) return false',
    ),
    { file: LOG, title: 'from many addresses is as bounded as from none' },
  ),
  row(
    'C73',
    'a line of refusals counts as much, however few lines were asked for',
    inFile('src/admin/refusals.ts', 'cursor: next, limit: ROWS }', 'cursor: next, limit }'),
    { file: 'test/admin/fold-refusals.test.ts', title: 'a page reads a bounded number of rows' },
  ),
  row(
    'C73',
    'a page of refusals ends before the row that would begin a line too many',
    inFile(
      'src/admin/refusals.ts',
      'page.items[page.items.indexOf(tooMany) - 1]?.cursor ?? next',
      'page.nextCursor',
    ),
    { file: 'test/admin/fold-refusals.test.ts', title: 'page by page each row is counted once' },
  ),
  row(
    'C73',
    'the command counts a line on from page to page',
    inFile(
      'src/commands/refusals.ts',
      'if (known) Object.assign(known, {',
      'if (known) Object.assign({}, {',
    ),
    {
      file: 'test/commands/refusals.test.ts',
      title: 'however few are asked for, each counts all that was read of it',
    },
  ),
  row(
    'C73',
    'a person’s refusals before and after a rotation of the root key are one line',
    inFile(
      'src/admin/refusals.ts',
      'const key = current ? hexOf(current) : own',
      'const key = own',
    ),
    {
      file: 'test/admin/fold-refusals.test.ts',
      title: 'what was refused before a rotation of the root key and after it is one line',
    },
  ),
  row(
    'C30',
    'refusals tell a recipient masked',
    inFile(
      'src/http/schemas/refusals.ts',
      'recipients.maskedPerson(line.person)',
      'String(line.person.to ?? recipients.maskedPerson(line.person))',
    ),
    { file: SEARCH, title: 'an address in any spelling, and fields that were wrong' },
  ),
  row(
    'C35',
    'an admin’s key of one service sees that one’s refusals',
    inFile(
      'src/http/schemas/refusals.ts',
      'service: about.within ?? given.service ?? null',
      'service: given.service ?? null',
    ),
    { file: SEARCH, title: BOUNDS },
  ),
  row(
    'C73',
    'a limit that is lifted stands in the log, by who did it',
    inFile(
      'src/admin/lift.ts',
      'await deps.events.append([',
      'await (async (_: readonly object[]) => {})([',
    ),
    { file: SEARCH, title: LIFT },
  ),
  row(
    'C73',
    'limits that count others, too, are not lifted for one person',
    inFile('src/verification/lift-limits.ts', 'isLiftable(key.name) && ', ''),
    { file: SEARCH, title: LIFT },
  ),
  row(
    'C35',
    'an admin’s key of one service lifts that one’s limits',
    inFile('src/admin/lift.ts', '(admin.service ?? name) === name && ', ''),
    { file: SEARCH, title: BOUNDS },
  ),
  row(
    'C35',
    'lifting a limit needs the scope admin',
    inFile(
      'src/http/routes/recipients-lift.ts',
      'route, ACTS,',
      "route, { ...ACTS, scope: 'admin:read' },",
    ),
    { file: SEARCH, title: BOUNDS },
  ),
  row(
    'C73',
    'a lifted counter is removed',
    inFile(
      'src/limits/sqlite-limiter.ts',
      'for (const key of keys) await counterFor(key.limit).delete(counterName(key))',
      'for (const key of keys) void [counterFor, counterName(key)]',
    ),
    { file: 'test/limits/sqlite-limiter.test.ts', title: COUNTERS },
  ),
  row(
    'C73',
    'PostgreSQL: a lifted counter is removed',
    inFile('src/limits/postgres-limiter.ts', 'await query(LIFT_SQL, ', 'void (LIFT_SQL, query, '),
    { file: 'test/limits/postgres-limiter.test.ts', title: COUNTERS },
  ),
  row(
    'C73',
    'Redis: a lifted counter is removed',
    inFile(
      'src/limits/redis-limiter.ts',
      'connection.client.del(keys.map(nameOf))',
      'connection.client.exists(keys.map(nameOf))',
    ),
    { file: 'test/limits/redis-limiter.test.ts', title: COUNTERS },
  ),
  row(
    'C73',
    'who is looked for in the console is found, and not told in an address',
    inFile(
      'src/admin/refused.ts',
      'service, budgetIndexes, since, until, error:',
      'service, since, until, error:',
    ),
    { file: 'test/admin/refusals.test.ts', title: 'are found by number, address and user id' },
  ),
  row(
    'C73',
    'a text that means two people shows both, so that none is taken for the other',
    inFile('src/admin/refused.ts', '...(also !== undefined && { also })', '...(also && {})'),
    { file: 'test/admin/refusals.test.ts', title: 'are not taken for the other’s' },
  ),
  row(
    'C73',
    'a text that can mean nobody is not answered by everybody’s refusals',
    inFile(
      'src/admin/refused.ts',
      'typed.length > MAX_TYPED',
      'typed.length > Number.POSITIVE_INFINITY',
    ),
    { file: 'test/admin/refusals.test.ts', title: 'are found by number, address and user id' },
  ),
  row(
    'C73',
    'somebody who was only ever refused is found in Attempts',
    inFile(
      'src/admin/attempts.ts',
      'begun.items.length > 0 ? begun : refusals(',
      'begun.items.length >= 0 ? begun : refusals(',
    ),
    { file: 'test/admin/refusals.test.ts', title: 'are reached from Attempts' },
  ),
  row(
    'C73',
    'a limit that is full again is not called lifted',
    inFile('src/admin/pages/person-page.ts', 'isLifted && !isFull', 'isLifted && isFull !== null'),
    { file: 'test/admin/refusals.test.ts', title: 'lead to the person, whose limits are lifted' },
  ),
  row(
    'C32',
    'a user id cannot turn or hide letters of the line that shows it',
    inFile('src/admin/recipients.ts', "recipient.replaceAll(DECEIVING, '\\ufffd')", 'recipient'),
    { file: 'test/admin/attempts.test.ts', title: 'a masked recipient' },
  ),
  row(
    'C35',
    'the console lifts limits for the scope admin alone',
    inFile(
      'src/admin/person.ts',
      "{ path: '/admin/person/lift', scope: SCOPE }",
      "{ path: '/admin/person/lift', scope: 'admin:read' }",
    ),
    { file: 'test/admin/refusals.test.ts', title: 'one that may look lifts nothing' },
  ),
  row(
    'C71',
    'the command that lifts limits makes no file of counters',
    inFile(
      'src/commands/refusals.ts',
      "config.limits.kind === 'sqlite' && !existsSync(config.limits.path)",
      "config.limits.kind === 'sqlite' && existsSync(config.limits.path) === undefined",
    ),
    {
      file: 'test/commands/refusals.test.ts',
      title: 'makes no file of counters where the service has none',
    },
  ),
]
