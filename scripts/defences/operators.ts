// The lines that keep an operator's files, databases and commands from being half used, or used without a word.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const FILES = 'test/storage/sqlite/c71-files.test.ts'
const TEMPORARY = 'test/storage/sqlite/temporary-files.test.ts'
const SEARCH_PATH = 'test/storage/postgres/search-path.test.ts'
const PLACES = 'test/storage/postgres/places.test.ts'
const POOLERS = 'test/storage/postgres/pgbouncer.test.ts'
const ELSEWHERE = 'test/commands/c71-elsewhere.test.ts'

export const OPERATORS: readonly Defence[] = [
  row(
    'C71',
    'no sentence gives a folder of the whole machine to the service',
    {
      file: 'src/kernel/file-fault.ts',
      find: 'SHARED.has(path)',
      replace: 'SHARED.has(uid.toString())',
    },
    { file: FILES, title: 'no command takes a folder of the machine from it' },
  ),
  row(
    'C71',
    'a database file that others can read is narrowed',
    {
      file: 'src/storage/sqlite/private-file.ts',
      find: '    chmodSync(path, FILE_MODE)\n',
      replace: '',
    },
    { file: FILES, title: 'a database that others can read is narrowed, and that is said' },
  ),
  row(
    'C71',
    'the file that a start can’t use is named, with its owner and the command that mends it',
    {
      file: 'src/storage/sqlite/open.ts',
      find: '  if (fault) return say(fault)\n',
      replace: '',
    },
    { file: FILES, title: 'a folder that is read-only, with a name' },
  ),
  row(
    'C71',
    'of a setting’s file, the sentence names the file, its owner and the command',
    {
      file: 'src/config/settings-file.ts',
      find: "describeFileFault(path, 'read')",
      replace: 'undefined',
    },
    { file: FILES, title: 'a setting’s file that may not be read, or is not there' },
  ),
  row(
    'C71',
    'a large migration sorts in memory',
    {
      file: 'src/storage/sqlite/open.ts',
      find: "  client.pragma('temp_store = MEMORY')\n",
      replace: '',
    },
    { file: TEMPORARY, title: 'a large migration of a service sorts without a temporary file' },
  ),
  row(
    'C71',
    'a command makes no store',
    {
      file: 'src/open-store.ts',
      find: '  if (mustExist) requireFile(path)\n',
      replace: '',
    },
    { file: ELSEWHERE, title: 'every command says where it looked, and leaves nothing behind' },
  ),
  row(
    'C71',
    'PostgreSQL: a command makes no store',
    {
      file: 'src/storage/postgres/migrate.ts',
      find: 'if (mustExist && state.version === 0)',
      replace: 'if (mustExist && state.version < 0)',
    },
    { file: ELSEWHERE, title: 'a PostgreSQL database without a store stays so' },
  ),
  row(
    'C71',
    'a command makes no development keys',
    {
      file: 'src/config/load.ts',
      find: 'devKeys: isCommand ? findDevKeys : ensureDevKeys,',
      replace: 'devKeys: ensureDevKeys,',
    },
    { file: ELSEWHERE, title: 'beside a store of production no development keys are made' },
  ),
  row(
    'C71',
    'PostgreSQL: every function of ours has a search_path of its own, those of later migrations too',
    {
      file: 'src/storage/postgres/migrate.ts',
      find: '    await run(PIN_FUNCTIONS)\n',
      replace: '',
    },
    { file: SEARCH_PATH, title: 'each function of ours has a search_path of its own' },
  ),
  row(
    'C71',
    'PostgreSQL: every connection looks names up in public alone',
    {
      file: 'src/kernel/postgres-connection.ts',
      find: 'connectionString: withSearchPath(url), ...deadlines',
      replace: 'connectionString: url, ...deadlines',
    },
    { file: SEARCH_PATH, title: 'options of the operator’s own hold beside it' },
  ),
  row(
    'C71',
    'PostgreSQL: transactions of the limits look names up in public alone, behind a pooler, too',
    {
      file: 'src/limits/postgres-transactions.ts',
      find: ' set local search_path = ${SEARCH_PATH};',
      replace: '',
    },
    { file: SEARCH_PATH, title: 'nor are the limits, pooler transaction' },
  ),
  row(
    'C71',
    'PostgreSQL: a search_path that can’t be pinned and leads elsewhere is refused',
    {
      file: 'src/storage/postgres/open.ts',
      find: "if (schema !== 'public')",
      replace: 'if (schema === null)',
    },
    { file: SEARCH_PATH, title: 'where a pooler keeps it from being pinned' },
  ),
  row(
    'C71',
    'PgBouncer: a database or a user that it does not know is not taken for the wrong pool_mode',
    {
      file: 'src/storage/postgres/open.ts',
      find: 'POOLER_ADVICE.find(([words]) => words.test(message))?.[1]',
      replace: 'POOLER_ADVICE[0]?.[1]',
    },
    { file: POOLERS, title: 'C71: a database that is not there is named as that' },
  ),
  row(
    'C71',
    'the code of a connection that fails reaches the log',
    {
      file: 'src/storage/postgres/open.ts',
      find: '{ error_code: code }',
      replace: '{ code }',
    },
    { file: 'test/storage/postgres/open.test.ts', title: 'C71: the log names the code' },
  ),
  row(
    'C71',
    'PgBouncer in session mode: a connection sets its deadlines and search_path itself',
    {
      file: 'src/storage/postgres/pool.ts',
      find: '    ...(first && { onConnect: async (client) => void (await client.query(first)) }),\n',
      replace: '',
    },
    { file: POOLERS, title: 'its connections have their deadlines and look names up in public' },
  ),
  row(
    'C71',
    'several hosts in DATABASE_URL are refused in words',
    {
      file: 'src/config/database-url.ts',
      find: "if (/,/.test(host + port) || /,/.test(POSTGRES.exec(text)?.[2] ?? ''))",
      replace: 'if (false as boolean)',
    },
    { file: 'test/config/database-url.test.ts', title: 'refused in words, and never repeated' },
  ),
  row(
    'C71',
    'no file but a socket is removed to listen in its place',
    {
      file: 'src/http/listen.ts',
      find: 'inUse && statSync(path).isSocket()',
      replace: 'inUse',
    },
    { file: 'test/serve.test.ts', title: 'nothing is removed: file' },
  ),

  row(
    'C71',
    'a socket’s folder in DATABASE_URL is the host',
    {
      file: 'src/config/database-url.ts',
      find: "(!host.startsWith('/') && !URL.canParse(text))",
      replace: '!URL.canParse(text)',
    },
    { file: 'test/config/database-url.test.ts', title: 'postgres://u:p@/x?host=/run/pg' },
  ),

  row(
    'C71',
    'PostgreSQL: a socket that nobody answers at is named, with what to look at',
    {
      file: 'src/storage/postgres/open.ts',
      find: "if (syscall === 'connect' && address?.startsWith('/'))",
      replace: "if (syscall === 'connect' && address === '/')",
    },
    { file: PLACES, title: 'C71: one that is not there is named, with what to look at' },
  ),
  row(
    'C71',
    'PostgreSQL: a certificate that is not there is named',
    {
      file: 'src/storage/postgres/open.ts',
      find: "if (syscall === 'open' && path)",
      replace: "if (syscall === 'open' && path === '')",
    },
    { file: PLACES, title: 'C71: sslrootcert that is not there' },
  ),
]
