// The lines that keep an operator's files, databases and commands from being half used, or used without a word.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C71_FILES = 'test/storage/sqlite/c71-files.test.ts'
const C71_ELSEWHERE = 'test/commands/c71-elsewhere.test.ts'
const SEARCH_PATH = 'test/storage/postgres/search-path.test.ts'
const PGBOUNCER = 'test/storage/postgres/pgbouncer.test.ts'
const DATABASE_URL = 'test/config/database-url.test.ts'
const PLACES = 'test/storage/postgres/places.test.ts'

export const OPERATORS: readonly Mutant[] = [
  mutant(
    'C71.no-system-chown',
    'no message suggests giving a system folder to the service',
    [C71_FILES, 'C71: no command suggests changing the owner of a system folder'],
    { node: 'CallExpression', nth: 2, becomes: 'SHARED.has(uid.toString())' },
  ),
  mutant(
    'C71.narrow-file-mode',
    'a database file that others can read is narrowed',
    [C71_FILES, 'C71: a database that others can read is narrowed, with a warning'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.file-fault-named',
    'an unusable file is named at start, with its owner and the command that fixes it',
    [C71_FILES, 'C71: a read-only folder, with a name that a shell would split'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.settings-file-named',
    'an unreadable file of a setting is named, with its owner and the command that fixes it',
    [C71_FILES, 'a setting’s file that may not be read, or is not there'],
    { node: 'CallExpression', becomes: 'undefined' },
  ),
  mutant(
    'C71.memory-sort',
    'a large migration sorts in memory',
    [
      'test/storage/sqlite/temporary-files.test.ts',
      'a large migration of a service sorts without a temporary file',
    ],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.storeless-command',
    'a command creates no store',
    [C71_ELSEWHERE, 'C71: every command reports where it looked, and leaves nothing behind'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.pg-storeless-command',
    'PostgreSQL: a command creates no store',
    [C71_ELSEWHERE, 'a PostgreSQL database without a store stays so'],
    { node: 'BinaryExpression', becomes: 'mustExist && state.version < 0' },
  ),
  mutant(
    'C71.keyless-command',
    'a command creates no development keys',
    [C71_ELSEWHERE, 'C71: no development keys are created beside a production store'],
    { node: 'PropertyAssignment', becomes: 'devKeys: ensureDevKeys' },
  ),
  mutant(
    'C71.pg-function-path',
    'PostgreSQL: every function of ours has its own search_path, those of later migrations too',
    [SEARCH_PATH, 'each function of ours has a search_path of its own'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.pg-public-only',
    'PostgreSQL: every connection resolves names in public alone',
    [SEARCH_PATH, 'C71: the operator’s own options still apply'],
    { node: 'PropertyAssignment', becomes: 'connectionString: url, ...deadlines' },
    { node: 'SpreadAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C71.pg-limits-path',
    'PostgreSQL: transactions of the limits resolve names in public alone, even behind a pooler',
    [SEARCH_PATH, 'nor are the limits, pooler transaction'],
    { node: 'TemplateExpression', find: ' set local search_path = ${SEARCH_PATH};', replace: '' },
  ),
  mutant(
    'C71.pg-unpinned-refused',
    'PostgreSQL: a search_path that cannot be pinned and leads elsewhere is refused',
    [SEARCH_PATH, 'where a pooler keeps it from being pinned'],
    { node: 'BinaryExpression', becomes: 'schema === null' },
  ),
  mutant(
    'C71.pgbouncer-unknown-db',
    'PgBouncer: an unknown database or user is not mistaken for the wrong pool_mode',
    [PGBOUNCER, 'C71: a missing database is reported as such, whatever the pool_mode'],
    { node: 'ElementAccessExpression', becomes: 'POOLER_ADVICE[0]?.[1]' },
  ),
  mutant(
    'C71.connection-error-code',
    'the code of a failed connection reaches the log',
    ['test/storage/postgres/open.test.ts', 'C71: the log names the code'],
    { node: 'ObjectLiteralExpression', becomes: '{ code }' },
  ),
  mutant(
    'C71.session-mode-settings',
    'PgBouncer in session mode: a connection sets its deadlines and search_path itself',
    [PGBOUNCER, 'C71: its connections have their deadlines and resolve names in public'],
    { node: 'SpreadAssignment', becomes: '' },
  ),
  mutant(
    'C71.multi-host-refused',
    'several hosts in DATABASE_URL are refused with a clear message',
    [DATABASE_URL, 'refused in words, and never repeated'],
    { node: 'BinaryExpression', becomes: 'false as boolean' },
  ),
  mutant(
    'C71.unlink-socket-only',
    'only a socket is removed to listen in its place',
    ['test/service/serve.test.ts', 'nothing is removed: file'],
    { node: 'VariableDeclaration', becomes: 'isSocket = path !== undefined && inUse' },
  ),
  mutant(
    'C71.socket-folder-host',
    'the folder of a socket in DATABASE_URL is the host',
    [DATABASE_URL, 'postgres://u:p@/x?host=/run/pg'],
    { node: 'ParenthesizedExpression', becomes: '!URL.canParse(text)' },
  ),
  mutant(
    'C71.pg-dead-socket',
    'PostgreSQL: a socket that nobody answers at is named, with what to check',
    [PLACES, 'C71: a missing one is named, with what to check'],
    { node: 'BinaryExpression', becomes: `syscall === 'connect' && address === '/'` },
  ),
  mutant(
    'C71.pg-missing-certificate',
    'PostgreSQL: a missing certificate is named',
    [PLACES, 'C71: sslrootcert that is not there'],
    {
      node: 'IfStatement',
      becomes:
        "if (syscall === 'open' && path === '')\n    return `DATABASE_URL: ${describeFileFault(path, 'read') ?? `${path} cannot be read (${code})`}`",
    },
  ),
  mutant(
    'C71.http10-without-host',
    'an HTTP/1.0 probe without Host is answered',
    ['test/http/server.test.ts', 'GET /healthz is 200'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
]
