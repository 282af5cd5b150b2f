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
    'no sentence gives a folder of the whole machine to the service',
    [C71_FILES, 'no command takes a folder of the machine from it'],
    { node: 'CallExpression', nth: 2, becomes: 'SHARED.has(uid.toString())' },
  ),
  mutant(
    'C71.narrow-file-mode',
    'a database file that others can read is narrowed',
    [C71_FILES, 'a database that others can read is narrowed, and that is said'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.file-fault-named',
    'the file that a start can’t use is named, with its owner and the command that mends it',
    [C71_FILES, 'a folder that is read-only, with a name'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.settings-file-named',
    'of a setting’s file, the sentence names the file, its owner and the command',
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
    'a command makes no store',
    [C71_ELSEWHERE, 'every command says where it looked, and leaves nothing behind'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.pg-storeless-command',
    'PostgreSQL: a command makes no store',
    [C71_ELSEWHERE, 'a PostgreSQL database without a store stays so'],
    { node: 'BinaryExpression', becomes: 'mustExist && state.version < 0' },
  ),
  mutant(
    'C71.keyless-command',
    'a command makes no development keys',
    [C71_ELSEWHERE, 'beside a store of production no development keys are made'],
    { node: 'PropertyAssignment', becomes: 'devKeys: ensureDevKeys' },
  ),
  mutant(
    'C71.pg-function-path',
    'PostgreSQL: every function of ours has a search_path of its own, those of later migrations too',
    [SEARCH_PATH, 'each function of ours has a search_path of its own'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.pg-public-only',
    'PostgreSQL: every connection looks names up in public alone',
    [SEARCH_PATH, 'options of the operator’s own hold beside it'],
    { node: 'PropertyAssignment', becomes: 'connectionString: url, ...deadlines' },
    { node: 'SpreadAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C71.pg-limits-path',
    'PostgreSQL: transactions of the limits look names up in public alone, behind a pooler, too',
    [SEARCH_PATH, 'nor are the limits, pooler transaction'],
    { node: 'TemplateExpression', find: ' set local search_path = ${SEARCH_PATH};', replace: '' },
  ),
  mutant(
    'C71.pg-unpinned-refused',
    'PostgreSQL: a search_path that can’t be pinned and leads elsewhere is refused',
    [SEARCH_PATH, 'where a pooler keeps it from being pinned'],
    { node: 'BinaryExpression', becomes: 'schema === null' },
  ),
  mutant(
    'C71.pgbouncer-unknown-db',
    'PgBouncer: a database or a user that it does not know is not taken for the wrong pool_mode',
    [PGBOUNCER, 'C71: a database that is not there is named as that'],
    { node: 'ElementAccessExpression', becomes: 'POOLER_ADVICE[0]?.[1]' },
  ),
  mutant(
    'C71.connection-error-code',
    'the code of a connection that fails reaches the log',
    ['test/storage/postgres/open.test.ts', 'C71: the log names the code'],
    { node: 'ObjectLiteralExpression', becomes: '{ code }' },
  ),
  mutant(
    'C71.session-mode-settings',
    'PgBouncer in session mode: a connection sets its deadlines and search_path itself',
    [PGBOUNCER, 'its connections have their deadlines and look names up in public'],
    { node: 'SpreadAssignment', becomes: '' },
  ),
  mutant(
    'C71.multi-host-refused',
    'several hosts in DATABASE_URL are refused in words',
    [DATABASE_URL, 'refused in words, and never repeated'],
    { node: 'BinaryExpression', becomes: 'false as boolean' },
  ),
  mutant(
    'C71.unlink-socket-only',
    'no file but a socket is removed to listen in its place',
    ['test/service/serve.test.ts', 'nothing is removed: file'],
    { node: 'VariableDeclaration', becomes: 'isSocket = path !== undefined && inUse' },
  ),
  mutant(
    'C71.socket-folder-host',
    'a socket’s folder in DATABASE_URL is the host',
    [DATABASE_URL, 'postgres://u:p@/x?host=/run/pg'],
    { node: 'ParenthesizedExpression', becomes: '!URL.canParse(text)' },
  ),
  mutant(
    'C71.pg-dead-socket',
    'PostgreSQL: a socket that nobody answers at is named, with what to look at',
    [PLACES, 'C71: one that is not there is named, with what to look at'],
    { node: 'BinaryExpression', becomes: `syscall === 'connect' && address === '/'` },
  ),
  mutant(
    'C71.pg-missing-certificate',
    'PostgreSQL: a certificate that is not there is named',
    [PLACES, 'C71: sslrootcert that is not there'],
    {
      node: 'IfStatement',
      becomes:
        "if (syscall === 'open' && path === '')\n    return `DATABASE_URL: ${describeFileFault(path, 'read') ?? `${path} cannot be read (${code})`}`",
    },
  ),
  mutant(
    'C71.http10-without-host',
    'a probe of HTTP/1.0 without Host is answered',
    ['test/http/server.test.ts', 'GET /healthz is 200'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
]
