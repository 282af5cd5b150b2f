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
    'PostgreSQL: a follower of the log continues where a restore has set its numbers back',
    [
      'test/storage/postgres/follow.test.ts',
      'C72: continues in a restored log, and misses nothing',
    ],
    { node: 'IfStatement', becomes: 'if (end >= 0) return found' },
  ),
  mutant(
    'C72.void-open',
    'a restore ends every verification that was open in the copy',
    [C72_RESTORE, 'a code that was used since does not work again'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.steps-used-now',
    'after a restore, steps of authenticator apps count as used up to now',
    [C72_RESTORE, 'a step that was used since does not work again; one after now does'],
    { node: 'TemplateExpression', find: '+ ${STEPS_AHEAD}', replace: '- 3' },
  ),
  mutant(
    'C72.carry-used-codes',
    'a restore carries over which recovery codes were used since',
    [C72_RESTORE, 'a recovery code that was used since does not work again; the others do'],
    { node: 'ExpressionStatement', becomes: 'count += [voidOne, now, id, selector].length - 4' },
  ),
  mutant(
    'C72.void-replaced-sets',
    'a restore voids sets of recovery codes that were replaced since',
    [C72_RESTORE, 'C72: a set that was replaced since does not become valid again'],
    { node: 'PrefixUnaryExpression', becomes: 'since.factors.size < 0' },
  ),
  mutant(
    'C72.void-unknown-use',
    'recovery codes are voided where nobody knows which were used since',
    [C72_RESTORE, 'C72: may be damaged: then what was used since is unknown'],
    { node: 'ConditionalExpression', becomes: '0' },
  ),
  mutant(
    'C72.carry-revoked-keys',
    'a restore carries over which keys were revoked since, and ends the console’s sessions',
    [C72_RESTORE, 'keys that were revoked since stay so'],
    { node: 'PropertyAssignment', becomes: 'apiKeys: 0' },
  ),
  mutant(
    'C72.restore-exclusive',
    'nothing is restored while anything has the store open',
    [C72_RESTORE, 'C72: is not touched while anything has it open, even idle'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.moved-store-refused',
    'nothing is restored beside a moved store, so that no code is open in two stores',
    [
      C72_RESTORE,
      'C72: nothing is restored beside one that was moved to PostgreSQL, nor a copy of one',
    ],
    { node: 'CallExpression', becomes: 'false as boolean' },
  ),
  mutant(
    'C72.backup-no-overwrite',
    'a backup overwrites no file',
    [BACKUP, 'C72: never overwrites a file, and leaves no half behind'],
    { node: 'ExpressionStatement', becomes: 'fs.renameSync(part, to)' },
  ),
  mutant(
    'C72.linkless-no-overwrite',
    'a backup overwrites no file, even where there are no hard links',
    [BACKUP_WITHOUT_LINKS, 'EPERM from link(2) is not a fault of the backup'],
    { node: 'CallExpression', nth: 2, becomes: `fs.openSync(to, 'w', FILE_MODE)` },
  ),
  mutant(
    'C72.linkless-backup',
    'a backup works on a file system without hard links',
    [BACKUP_WITHOUT_LINKS, 'EPERM from link(2) is not a fault of the backup'],
    { node: 'IfStatement', becomes: 'throw error' },
  ),
  mutant(
    'C72.stale-part-removed',
    'the leftovers of a killed backup are removed by a later one',
    [
      BACKUP,
      'C72: the leftovers of a killed backup are removed by a later one, and nothing that is foreign or still being written',
    ],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.live-part-kept',
    'the file of a backup in progress is left alone',
    [
      BACKUP,
      'C72: the leftovers of a killed backup are removed by a later one, and nothing that is foreign or still being written',
    ],
    { node: 'BinaryExpression', becomes: 'Date.now() - writtenAt > -1' },
  ),
  mutant(
    'C72.stopped-backup-clean',
    'a stopped backup leaves no copy',
    [BACKUP, 'stopped, it leaves neither a copy nor a half of one'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C72.companions-removed',
    'no companion file of the old store stays beside the new one',
    [C72_HISTORY, 'the write-ahead log of a store whose file was removed'],
    {
      node: 'CallExpression',
      becomes: "['', ...COMPANIONS.slice(9)].filter((suffix) => existsSync(`${path}${suffix}`))",
    },
  ),
  mutant(
    'C72.atomic-replace',
    'a killed restore leaves one complete store: the old one or the new one',
    [
      C72_HISTORY,
      'C72: at every moment one of the two stores exists: a start after a kill creates no third',
    ],
    { node: 'ExpressionStatement', becomes: 'renameSync(path, aside)' },
  ),
  mutant(
    'C72.new-store-unasked',
    'a newly created store is no evidence of what was used since the copy',
    [C72_HISTORY, 'C72: one that a start on an empty volume created knows nothing of the copy'],
    { node: 'IfStatement', becomes: 'isSuccessor(replaced, copy, [factors, keys])' },
  ),
  mutant(
    'C72.carry-used-steps',
    'steps that the replaced store recorded as used stay used where this machine’s clock is behind',
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
    'keys unknown to the replaced store are named',
    [C72_HISTORY, 'a key that was revoked in a store before it is named'],
    { node: 'PrefixUnaryExpression', becomes: 'since.keys.size < 0' },
  ),
  mutant(
    'C72.restore-cancel-notice',
    'a restore says that open verifications are canceled, before it begins',
    ['test/commands/wrong-words.test.ts', '["restore","--from","x"]'],
    { node: 'PrefixUnaryExpression', becomes: `given.flag('void-pending') === undefined` },
  ),
]
