// The lines that keep an old copy of the store from making good again what was used since.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const RESTORE = 'test/storage/sqlite/c72-restore.test.ts'
const BACKUP = 'test/storage/sqlite/backup.test.ts'
const BACKUP_SOURCE = 'src/storage/sqlite/backup.ts'
const PART = 'src/storage/sqlite/backup-part.ts'
const WITHOUT_LINKS = 'test/storage/sqlite/backup-without-links.test.ts'
const HISTORY = 'test/storage/sqlite/c72-history.test.ts'
const PLACE = 'src/storage/sqlite/take-place.ts'
const SINCE = 'src/storage/sqlite/used-since.ts'
const VOID = 'src/storage/sqlite/void-copy.ts'

export const RESTORES: readonly Defence[] = [
  row(
    'C72',
    'PostgreSQL: whoever follows the log goes on where a restore has set its numbers back',
    {
      file: 'src/storage/postgres/event-follow.ts',
      find: 'if (end >= position.sequence) return found',
      replace: 'if (end >= 0) return found',
    },
    {
      file: 'test/storage/postgres/follow.test.ts',
      title: 'C72: goes on in a log that was restored',
    },
  ),
  row(
    'C72',
    'a restore ends every verification that was open in the copy',
    { file: VOID, find: "    endings.end(row, 'canceled', now, actor)\n", replace: '' },
    { file: RESTORE, title: 'a code that was used since is not good again' },
  ),
  row(
    'C72',
    'after a restore, steps of authenticator apps count as used up to now',
    { file: VOID, find: ' + ${STEPS_AHEAD})', replace: ' - 3)' },
    { file: RESTORE, title: 'a step that was used since is not good again' },
  ),
  row(
    'C72',
    'a restore takes over which recovery codes were used since',
    {
      file: VOID,
      find: '    count += voidOne.run({ now, id, selector }).changes\n',
      replace: '    count += [voidOne, now, id, selector].length - 4\n',
    },
    { file: RESTORE, title: 'a recovery code that was used since is not good again' },
  ),
  row(
    'C72',
    'a restore makes sets of recovery codes that were replaced since of no use',
    { file: VOID, find: 'if (!since.factors.has(id))', replace: 'if (since.factors.size < 0)' },
    { file: RESTORE, title: 'a set that was replaced since does not come back good' },
  ),
  row(
    'C72',
    'where nobody knows what was used since, recovery codes are of no use',
    {
      file: VOID,
      find: 'keepRecoveryCodes ? 0 :',
      replace: 'keepRecoveryCodes || !since ? 0 :',
    },
    { file: RESTORE, title: 'may be damaged: then nobody knows what was used since' },
  ),
  row(
    'C72',
    'a restore takes over which keys were revoked since, and ends the console’s sessions',
    { file: VOID, find: 'apiKeys: revokeKeys(client, options.since),', replace: 'apiKeys: 0,' },
    { file: RESTORE, title: 'keys that were revoked since stay so' },
  ),
  row(
    'C72',
    'nothing is restored while anybody has the store open',
    {
      file: 'src/storage/sqlite/restore.ts',
      find: "    client.pragma('locking_mode = EXCLUSIVE')\n",
      replace: '',
    },
    { file: RESTORE, title: 'is not touched while anybody has it open, even idly' },
  ),
  row(
    'C72',
    'nothing is restored beside a store that was moved: a code is not open in two stores',
    {
      file: 'src/storage/sqlite/restore.ts',
      find: '    if (isMoved(client))\n',
      replace: '    if (false as boolean)\n',
    },
    { file: RESTORE, title: 'nothing is put beside one that was moved to PostgreSQL' },
  ),
  row(
    'C72',
    'a backup takes the place of no file',
    { file: PART, find: 'linkSync(part, to)', replace: 'renameSync(part, to)' },
    { file: BACKUP, title: 'never takes the place of a file, and leaves no half behind' },
  ),
  row(
    'C72',
    'a backup takes the place of no file where there are no hard links either',
    { file: PART, find: "openSync(to, 'wx', FILE_MODE)", replace: "openSync(to, 'w', FILE_MODE)" },
    { file: WITHOUT_LINKS, title: 'EPERM of link(2) is no fault of the backup' },
  ),
  row(
    'C72',
    'a file system without hard links is no fault of the backup',
    { file: PART, find: 'if (!hasNoLinks(error)) throw error', replace: 'throw error' },
    { file: WITHOUT_LINKS, title: 'EPERM of link(2) is no fault of the backup' },
  ),
  row(
    'C72',
    'what a killed backup left is removed by a later one',
    { file: PART, find: '  removeLeftovers(to)\n', replace: '' },
    { file: BACKUP, title: 'what a killed backup left is removed by a later one' },
  ),
  row(
    'C72',
    'what another backup still writes is left alone',
    { file: PART, find: 'writtenAt > LEFT_AFTER_MS', replace: 'writtenAt > -1' },
    { file: BACKUP, title: 'what a killed backup left is removed by a later one' },
  ),
  row(
    'C72',
    'a backup that is stopped leaves no copy',
    { file: BACKUP_SOURCE, find: '      stop?.throwIfAborted()\n', replace: '' },
    { file: BACKUP, title: 'stopped, it leaves neither a copy nor a half of one' },
  ),
  row(
    'C72',
    'no companion of the old store stays beside the new one',
    {
      file: PLACE,
      find: "['', ...COMPANIONS].filter(",
      replace: "['', ...COMPANIONS.slice(9)].filter(",
    },
    { file: HISTORY, title: 'the write-ahead log of a store whose file was removed' },
  ),
  row(
    'C72',
    'a restore that is killed leaves a store behind: the old one or the new one',
    { file: PLACE, find: 'linkSync(path, aside)', replace: 'renameSync(path, aside)' },
    { file: HISTORY, title: 'at every moment one of the two stores is there' },
  ),
  row(
    'C72',
    'a store that was made anew is not asked what was used since the copy',
    {
      file: SINCE,
      find: 'if (!isSuccessor(replaced, copy, [factors, keys])) return undefined',
      replace: 'isSuccessor(replaced, copy, [factors, keys])',
    },
    { file: HISTORY, title: 'one that a start on an empty volume made knows nothing' },
  ),
  row(
    'C72',
    'steps that the replaced store saw used stay used, where this machine’s clock is behind',
    {
      file: 'src/storage/sqlite/restore.ts',
      find: 'since?.newestAt ?? 0',
      replace: '0',
    },
    { file: HISTORY, title: 'where this machine’s clock is behind' },
  ),
  row(
    'C72',
    'a backup opens no store that a restore is about to move',
    {
      file: BACKUP_SOURCE,
      find: 'await withLock(path, BUSY_MS, () => Promise.resolve(openToCopy(path)))',
      replace: 'openToCopy(path)',
    },
    { file: HISTORY, title: 'a backup opens nothing while a restore changes files' },
  ),
  row(
    'C72',
    'keys that the replaced store does not know are named',
    { file: VOID, find: '!since.keys.has(id)', replace: 'since.keys.size < 0' },
    { file: HISTORY, title: 'a key that was revoked in a store before it is named' },
  ),

  row(
    'C72',
    'a restore is told that what was open is canceled, before it begins',
    {
      file: 'src/commands/restore.ts',
      find: "if (!given.flag('void-pending'))",
      replace: "if (given.flag('void-pending') === undefined)",
    },
    { file: 'test/commands/wrong-words.test.ts', title: '["restore","--from","x"]' },
  ),
]
