// The lines that say of a file, a mount, a socket or a pooler what is wrong with it, and keep its helpers harmless.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

export const FILES: readonly Defence[] = [
  row(
    'C71',
    'a database that a group may write serves as it is, and that is said',
    {
      file: 'src/storage/sqlite/private-file.ts',
      find: 'if (own === undefined || own === uid) {',
      replace: 'if (own !== null) {',
    },
    {
      file: 'test/storage/sqlite/c71-files.test.ts',
      title: 'a database that its group may write works, with a warning',
    },
  ),
  row(
    'C71',
    'what root makes beside the service’s store belongs to the service',
    {
      file: 'src/storage/sqlite/private-file.ts',
      find: 'if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid)',
      replace: 'if (process.getuid?.() === -1) chownSync(path, owner.uid, owner.gid)',
    },
    {
      file: 'test/storage/sqlite/c71-files.test.ts',
      title: 'what root makes in the folder of the service belongs to the service',
    },
  ),
  row(
    'C71',
    'a file or folder that is mounted read-only is said to be so',
    {
      file: 'src/kernel/file-fault.ts',
      find: "  if (code === 'EROFS') return describeReadOnly(path)\n",
      replace: '',
    },
    { file: 'test/kernel/file-fault.test.ts', title: 'a database that is there' },
  ),
  row(
    'C71',
    'a folder that cannot be made on a read-only mount is said to be so',
    {
      file: 'src/kernel/file-fault.ts',
      find: "  if (code === 'EROFS') return describeReadOnly(parent)\n",
      replace: '',
    },
    { file: 'test/kernel/file-fault.test.ts', title: 'a folder that would have to be made' },
  ),
  row(
    'C71',
    'the companions of a database are looked at, too',
    {
      file: 'src/kernel/file-fault.ts',
      find: 'for (const suffix of companions) {',
      replace: 'for (const suffix of companions.slice(0, 0)) {',
    },
    { file: 'test/kernel/file-fault.test.ts', title: 'a companion on a mount of its own' },
  ),
  row(
    'C71',
    'the folder that a socket lacks is named',
    {
      file: 'src/serve.ts',
      find: 'if (!existsSync(folder)) return `there',
      replace: "if (folder === '') return `there",
    },
    { file: 'test/serve.test.ts', title: 'nothing is removed: none/x.sock' },
  ),
  row(
    'C71',
    'what stands in the place of a socket is named',
    {
      file: 'src/serve.ts',
      find: "describeFileFault(path, 'write') ?? `the socket",
      replace: '`the socket',
    },
    { file: 'test/serve.test.ts', title: 'nothing is removed: folder' },
  ),
  row(
    'C71',
    'the limits sort in memory, too',
    {
      file: 'src/limits/limits-database.ts',
      find: "    db.pragma('temp_store = MEMORY')\n",
      replace: '',
    },
    {
      file: 'test/storage/sqlite/temporary-files.test.ts',
      title: 'the counters of the limits are sorted in memory',
    },
  ),
  row(
    'C71',
    'a move sorts in memory, too',
    {
      file: 'src/storage/migrate-store/source.ts',
      find: "    client.pragma('temp_store = MEMORY')\n",
      replace: '',
    },
    {
      file: 'test/storage/sqlite/temporary-files.test.ts',
      title: 'a large migration before a move sorts',
    },
  ),
  row(
    'C71',
    'a statement that was prepared on another connection is an outage, not a bug',
    { file: 'src/kernel/postgres-errors.ts', find: "  '26000',\n", replace: '' },
    { file: 'test/storage/postgres/pgbouncer.test.ts', title: '26000: alone, and as drizzle' },
  ),
  row(
    'C71',
    'a statement that another connection’s client had prepared is an outage, not a bug',
    { file: 'src/kernel/postgres-errors.ts', find: "  '42P05',\n", replace: '' },
    { file: 'test/storage/postgres/pgbouncer.test.ts', title: '42P05: alone, and as drizzle' },
  ),
  row(
    'C71',
    'the sentence about a pooler that shares connections names both ways',
    {
      file: 'src/storage/postgres/open.ts',
      find: "  '42P05': `a pooler shares connections. ${POOLER_WAYS}`,\n",
      replace: '',
    },
    { file: 'test/storage/postgres/pgbouncer.test.ts', title: '42P05: alone, and as drizzle' },
  ),
  row(
    'C71',
    'the sentence about a pooler that refuses a connection names both ways',
    {
      file: 'src/storage/postgres/open.ts',
      find: '  [/startup param|statement pooling/i, `a pooler refuses how it is spoken to. ${POOLER_WAYS}`],\n',
      replace: '',
    },
    {
      file: 'test/storage/postgres/pgbouncer.test.ts',
      title: 'a pooler that refuses how it is spoken to: both ways are named',
    },
  ),
  row(
    'C71',
    'the documented line of pgbouncer.ini names all that a connection begins with',
    {
      file: 'docs/operations.md',
      find: 'ignore_startup_parameters = options,statement_timeout,',
      replace: 'ignore_startup_parameters = options,',
    },
    {
      file: 'test/storage/postgres/pgbouncer.test.ts',
      title: 'the documented line of pgbouncer.ini works',
    },
  ),
  row(
    'C71',
    'a command that finds no store says from which folder it looked',
    {
      file: 'src/open-store.ts',
      find: 'is looked for from the folder of the command: ${process.cwd()}',
      replace: 'is looked for from the folder of the command',
    },
    {
      file: 'test/commands/c71-elsewhere.test.ts',
      title: 'in another folder, as a process, without any setting',
    },
  ),
  row(
    'C71',
    'an empty file is no store for a command',
    {
      file: 'src/open-store.ts',
      find: 'if (statSync(whole).size > 0) return',
      replace: 'if (statSync(whole).size >= 0) return',
    },
    {
      file: 'test/commands/c71-elsewhere.test.ts',
      title: 'a file that is empty is no store: DATA_DIR',
    },
  ),
]
