// The lines that keep an old copy of the store from making good again what was used since.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C72_RESTORE = 'test/storage/sqlite/c72-restore.test.ts'
const BACKUP = 'test/storage/sqlite/backup.test.ts'
const BACKUP_WITHOUT_LINKS = 'test/storage/sqlite/backup-without-links.test.ts'
const C72_HISTORY = 'test/storage/sqlite/c72-history.test.ts'

export const RESTORES: readonly Mutant[] = [
  mutant(
    'C72.pg-follow-restored',
    'PostgreSQL: whoever follows the log goes on where a restore has set its numbers back',
    ['test/storage/postgres/follow.test.ts', 'C72: goes on in a log that was restored'],
    { node: 'IfStatement', becomes: 'if (end >= 0) return found' },
  ),
  mutant(
    'C72.void-open',
    'a restore ends every verification that was open in the copy',
    [C72_RESTORE, 'a code that was used since is not good again'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.steps-used-now',
    'after a restore, steps of authenticator apps count as used up to now',
    [C72_RESTORE, 'a step that was used since is not good again'],
    { node: 'TemplateExpression', find: '+ ${STEPS_AHEAD}', replace: '- 3' },
  ),
  mutant(
    'C72.carry-used-codes',
    'a restore takes over which recovery codes were used since',
    [C72_RESTORE, 'a recovery code that was used since is not good again'],
    { node: 'ExpressionStatement', becomes: 'count += [voidOne, now, id, selector].length - 4' },
  ),
  mutant(
    'C72.void-replaced-sets',
    'a restore makes sets of recovery codes that were replaced since of no use',
    [C72_RESTORE, 'a set that was replaced since does not come back good'],
    { node: 'PrefixUnaryExpression', becomes: 'since.factors.size < 0' },
  ),
  mutant(
    'C72.void-unknown-use',
    'where nobody knows what was used since, recovery codes are of no use',
    [C72_RESTORE, 'may be damaged: then nobody knows what was used since'],
    { node: 'ConditionalExpression', becomes: '0' },
  ),
  mutant(
    'C72.carry-revoked-keys',
    'a restore takes over which keys were revoked since, and ends the console’s sessions',
    [C72_RESTORE, 'keys that were revoked since stay so'],
    { node: 'PropertyAssignment', becomes: 'apiKeys: 0' },
  ),
  mutant(
    'C72.restore-exclusive',
    'nothing is restored while anybody has the store open',
    [C72_RESTORE, 'is not touched while anybody has it open, even idly'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.moved-store-refused',
    'nothing is restored beside a store that was moved: a code is not open in two stores',
    [C72_RESTORE, 'nothing is put beside one that was moved to PostgreSQL'],
    { node: 'CallExpression', becomes: 'false as boolean' },
  ),
  mutant(
    'C72.backup-no-overwrite',
    'a backup takes the place of no file',
    [BACKUP, 'never takes the place of a file, and leaves no half behind'],
    { node: 'ExpressionStatement', becomes: 'fs.renameSync(part, to)' },
  ),
  mutant(
    'C72.linkless-no-overwrite',
    'a backup takes the place of no file where there are no hard links either',
    [BACKUP_WITHOUT_LINKS, 'EPERM of link(2) is no fault of the backup'],
    { node: 'CallExpression', nth: 2, becomes: `fs.openSync(to, 'w', FILE_MODE)` },
  ),
  mutant(
    'C72.linkless-backup',
    'a file system without hard links is no fault of the backup',
    [BACKUP_WITHOUT_LINKS, 'EPERM of link(2) is no fault of the backup'],
    { node: 'IfStatement', becomes: 'throw error' },
  ),
  mutant(
    'C72.stale-part-removed',
    'what a killed backup left is removed by a later one',
    [BACKUP, 'what a killed backup left is removed by a later one'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.live-part-kept',
    'what another backup still writes is left alone',
    [BACKUP, 'what a killed backup left is removed by a later one'],
    { node: 'BinaryExpression', becomes: 'Date.now() - writtenAt > -1' },
  ),
  mutant(
    'C72.stopped-backup-clean',
    'a backup that is stopped leaves no copy',
    [BACKUP, 'stopped, it leaves neither a copy nor a half of one'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.companions-removed',
    'no companion of the old store stays beside the new one',
    [C72_HISTORY, 'the write-ahead log of a store whose file was removed'],
    {
      node: 'CallExpression',
      becomes: "['', ...COMPANIONS.slice(9)].filter((suffix) => existsSync(`${path}${suffix}`))",
    },
  ),
  mutant(
    'C72.atomic-replace',
    'a restore that is killed leaves a store behind: the old one or the new one',
    [C72_HISTORY, 'at every moment one of the two stores is there'],
    { node: 'ExpressionStatement', becomes: 'renameSync(path, aside)' },
  ),
  mutant(
    'C72.new-store-unasked',
    'a store that was made anew is not asked what was used since the copy',
    [C72_HISTORY, 'one that a start on an empty volume made knows nothing'],
    { node: 'IfStatement', becomes: 'isSuccessor(replaced, copy, [factors, keys])' },
  ),
  mutant(
    'C72.carry-used-steps',
    'steps that the replaced store saw used stay used, where this machine’s clock is behind',
    [C72_HISTORY, 'where this machine’s clock is behind'],
    { node: 'BinaryExpression', becomes: '0' },
  ),
  mutant(
    'C72.backup-yields-restore',
    'a backup opens no store that a restore is about to move',
    [C72_HISTORY, 'a backup opens nothing while a restore changes files'],
    { node: 'AwaitExpression', becomes: 'openToCopy(path)' },
  ),
  mutant(
    'C72.unknown-keys-named',
    'keys that the replaced store does not know are named',
    [C72_HISTORY, 'a key that was revoked in a store before it is named'],
    { node: 'PrefixUnaryExpression', becomes: 'since.keys.size < 0' },
  ),
  mutant(
    'C72.restore-cancel-notice',
    'a restore is told that what was open is canceled, before it begins',
    ['test/commands/wrong-words.test.ts', '["restore","--from","x"]'],
    { node: 'PrefixUnaryExpression', becomes: `given.flag('void-pending') === undefined` },
  ),
]
