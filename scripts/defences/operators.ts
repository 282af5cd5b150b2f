// The lines that keep an operator's files, databases and commands from being half used, or used without a word.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const FILES = 'test/storage/sqlite/c71-files.test.ts'
const TEMPORARY = 'test/storage/sqlite/temporary-files.test.ts'
const ELSEWHERE = 'test/commands/c71-elsewhere.test.ts'

export const OPERATORS: readonly Defence[] = [
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
]
