// The lines that say of a file, a mount, a socket or a pooler what is wrong with it, and keep its helpers harmless.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C71_FILES = 'test/storage/sqlite/c71-files.test.ts'
const FILE_FAULT = 'test/kernel/file-fault.test.ts'
const MAKE_FOLDER = 'test/kernel/make-folder.test.ts'
const SERVE = 'test/service/serve.test.ts'
const TEMPORARY_FILES = 'test/storage/sqlite/temporary-files.test.ts'
const PGBOUNCER = 'test/storage/postgres/pgbouncer.test.ts'
const C71_ELSEWHERE = 'test/commands/c71-elsewhere.test.ts'

export const FILES: readonly Mutant[] = [
  mutant(
    'C71.group-writable-told',
    'a database that a group may write is used as it is, with a warning',
    [C71_FILES, 'a database that its group may write works, with a warning'],
    { node: 'BinaryExpression', becomes: 'own !== null' },
  ),
  mutant(
    'C71.root-file-owner',
    'files that root creates beside the service’s store belong to the service',
    [C71_FILES, 'C71: files that root creates in the service’s folder belong to the service'],
    {
      node: 'IfStatement',
      becomes: 'if (process.getuid?.() === -1) fs.chownSync(path, owner.uid, owner.gid)',
    },
  ),
  mutant(
    'C71.read-only-file',
    'the message about a read-only file or folder says that it is read-only',
    [FILE_FAULT, 'a database that is there'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.read-only-folder',
    'the message about a folder on a read-only mount says that it is read-only',
    [FILE_FAULT, 'a folder that would have to be made'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.companion-faults',
    'the companion files of a database are checked, too',
    [FILE_FAULT, 'a companion on a mount of its own'],
    {
      node: 'Identifier',
      nth: 2,
      becomes: `companions
.slice(0, 0)`,
    },
  ),
  mutant(
    'C71.pseudo-folder-named',
    'a folder that cannot be created among what the kernel makes up is refused with its reason',
    [C71_FILES, 'C71: a file system of the kernel itself: data in /proc/countersign'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.pseudo-file-named',
    'a file that cannot be created among what the kernel makes up is refused with its reason',
    [C71_FILES, 'C71: a file system of the kernel itself: store in /proc/c.db'],
    { node: 'CallExpression', becomes: 'undefined' },
  ),
  mutant(
    'C71.dangling-folder-named',
    'a folder that is a link to nowhere is named as such',
    [C71_FILES, 'C71: a folder that is a link to nowhere'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.folders-step-by-step',
    'folders are made one by one: a recursive mkdir never returns from /proc',
    [C71_FILES, 'C71: a file system of the kernel itself: data in /proc/countersign'],
    { node: 'ObjectLiteralExpression', becomes: '{ mode: DIRECTORY_MODE, recursive: true }' },
  ),
  mutant(
    'C71.folder-made-twice',
    'a folder that another process has made meanwhile is taken',
    [MAKE_FOLDER, 'C71: is made once where another process is faster'],
    { node: 'IfStatement', becomes: 'throw error' },
  ),
  mutant(
    'C71.socket-folder-missing',
    'the missing folder of a socket is named',
    [SERVE, 'nothing is removed: none/x.sock'],
    { node: 'PrefixUnaryExpression', becomes: `folder === ''` },
  ),
  mutant(
    'C71.socket-path-occupied',
    'a file in the place of a socket is named',
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
    'a statement prepared on another connection is an outage, not a bug',
    [PGBOUNCER, '26000: alone, and as drizzle'],
    { node: 'StringLiteral', becomes: '' },
  ),
  mutant(
    'C71.duplicate-statement',
    'a statement already prepared by another client is an outage, not a bug',
    [PGBOUNCER, '42P05: alone, and as drizzle'],
    { node: 'StringLiteral', becomes: '' },
  ),
  mutant(
    'C71.shared-pooler-advice',
    'the message about a pooler that shares connections names both ways out',
    [PGBOUNCER, '42P05: alone, and as drizzle'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
  mutant(
    'C71.refusing-pooler-advice',
    'the message about a pooler that refuses a connection names both ways out',
    [PGBOUNCER, 'a pooler that refuses this kind of connection: both ways are named'],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C71.pgbouncer-parameters',
    'the documented line of pgbouncer.ini names all parameters that a connection begins with',
    [PGBOUNCER, 'the documented line of pgbouncer.ini works'],
    {
      file: 'docs/operations.md',
      find: 'ignore_startup_parameters = options,statement_timeout,',
      replace: 'ignore_startup_parameters = options,',
    },
  ),
  mutant(
    'C71.searched-folder-named',
    'a command that finds no store names the folder from which it looked',
    [C71_ELSEWHERE, 'in another folder, as a process, without any setting'],
    { node: 'TemplateExpression', find: ': ${process.cwd()}', replace: '' },
  ),
  mutant(
    'C71.empty-not-store',
    'an empty file is not a store for a command',
    [C71_ELSEWHERE, 'an empty file is not a store: DATA_DIR'],
    { node: 'IfStatement', becomes: 'if (statSync(whole).size >= 0) return' },
  ),
]
