// The lines that say of a file, a mount, a socket or a pooler what is wrong with it, and keep its helpers harmless.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C71_FILES = 'test/storage/sqlite/c71-files.test.ts'
const FILE_FAULT = 'test/kernel/file-fault.test.ts'
const SERVE = 'test/service/serve.test.ts'
const TEMPORARY_FILES = 'test/storage/sqlite/temporary-files.test.ts'
const PGBOUNCER = 'test/storage/postgres/pgbouncer.test.ts'
const C71_ELSEWHERE = 'test/commands/c71-elsewhere.test.ts'

export const FILES: readonly Mutant[] = [
  mutant(
    'C71.group-writable-told',
    'a database that a group may write serves as it is, and that is said',
    [C71_FILES, 'a database that its group may write works, with a warning'],
    { node: 'BinaryExpression', becomes: 'own !== null' },
  ),
  mutant(
    'C71.root-file-owner',
    'what root makes beside the service’s store belongs to the service',
    [C71_FILES, 'what root makes in the folder of the service belongs to the service'],
    {
      node: 'IfStatement',
      becomes: 'if (process.getuid?.() === -1) fs.chownSync(path, owner.uid, owner.gid)',
    },
  ),
  mutant(
    'C71.read-only-file',
    'a file or folder that is mounted read-only is said to be so',
    [FILE_FAULT, 'a database that is there'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.read-only-folder',
    'a folder that cannot be made on a read-only mount is said to be so',
    [FILE_FAULT, 'a folder that would have to be made'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.companion-faults',
    'the companions of a database are looked at, too',
    [FILE_FAULT, 'a companion on a mount of its own'],
    {
      node: 'Identifier',
      nth: 2,
      becomes: `companions
.slice(0, 0)`,
    },
  ),
  mutant(
    'C71.socket-folder-missing',
    'the folder that a socket lacks is named',
    [SERVE, 'nothing is removed: none/x.sock'],
    { node: 'PrefixUnaryExpression', becomes: `folder === ''` },
  ),
  mutant(
    'C71.socket-path-occupied',
    'what stands in the place of a socket is named',
    [SERVE, 'nothing is removed: folder'],
    { node: 'BinaryExpression', becomes: '`the socket ${path} cannot be used (${code})`' },
  ),
  mutant(
    'C71.limits-memory-sort',
    'the limits sort in memory, too',
    [TEMPORARY_FILES, 'the counters of the limits are sorted in memory'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.move-memory-sort',
    'a move sorts in memory, too',
    [TEMPORARY_FILES, 'a large migration before a move sorts'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.unknown-statement',
    'a statement that was prepared on another connection is an outage, not a bug',
    [PGBOUNCER, '26000: alone, and as drizzle'],
    { node: 'StringLiteral', becomes: '' },
  ),
  mutant(
    'C71.duplicate-statement',
    'a statement that another connection’s client had prepared is an outage, not a bug',
    [PGBOUNCER, '42P05: alone, and as drizzle'],
    { node: 'StringLiteral', becomes: '' },
  ),
  mutant(
    'C71.shared-pooler-advice',
    'the sentence about a pooler that shares connections names both ways',
    [PGBOUNCER, '42P05: alone, and as drizzle'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
  mutant(
    'C71.refusing-pooler-advice',
    'the sentence about a pooler that refuses a connection names both ways',
    [PGBOUNCER, 'a pooler that refuses how it is spoken to: both ways are named'],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C71.pgbouncer-parameters',
    'the documented line of pgbouncer.ini names all that a connection begins with',
    [PGBOUNCER, 'the documented line of pgbouncer.ini works'],
    {
      file: 'docs/operations.md',
      find: 'ignore_startup_parameters = options,statement_timeout,',
      replace: 'ignore_startup_parameters = options,',
    },
  ),
  mutant(
    'C71.searched-folder-named',
    'a command that finds no store says from which folder it looked',
    [C71_ELSEWHERE, 'in another folder, as a process, without any setting'],
    { node: 'TemplateExpression', find: ': ${process.cwd()}', replace: '' },
  ),
  mutant(
    'C71.empty-not-store',
    'an empty file is no store for a command',
    [C71_ELSEWHERE, 'a file that is empty is no store: DATA_DIR'],
    { node: 'IfStatement', becomes: 'if (statSync(whole).size >= 0) return' },
  ),
]
