// The lines that keep what was promised through a power cut, a failed sync, or a file that is taken away.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const POWER_CUT = 'test/durability/power-cut.test.ts'
const CHECKPOINTS = 'test/limits/checkpoints.test.ts'
const REMOTE = 'test/kernel/remote.test.ts'
const HELD_SYNC = 'test/durability/held-sync.test.ts'
const RECOVERY = 'test/durability/recovery.test.ts'
const FAILED_SYNC = 'test/durability/failed-sync.test.ts'

export const DURABILITY: readonly Mutant[] = [
  mutant(
    'I5.mixed-batch-synced',
    'a commit is synced where any of its writes was promised to somebody',
    [
      POWER_CUT,
      'C75: no answer, message or event leaves before the sync that covers what it reveals',
    ],
    {
      node: 'ExpressionStatement',
      becomes: 'switchSync(batch.every(({ mayRepeat }) => !mayRepeat))',
    },
  ),
  mutant(
    'I5.failed-sync-ends',
    'a sync that fails ends the process',
    [FAILED_SYNC, 'C75: a sync of countersign.db-wal that fails ends the service'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I5.checkpoint-heard',
    'a sync that fails in a checkpoint is noticed',
    [FAILED_SYNC, 'C75: a sync of countersign.db that fails ends the service'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'I5.log-rewritten',
    'a start fills the hole that a failed sync left in the log',
    [RECOVERY, 'C75: the power cut at each moment of the next start'],
    { node: 'CallExpression', becomes: 'length - done' },
  ),
  mutant(
    'I5.log-synced',
    'what a start finds in the log is on the disk before anything is read from it',
    [RECOVERY, 'C75: the log is on the disk before it is used'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'I5.file-in-place',
    'nothing is answered from a file that was removed or replaced',
    [FAILED_SYNC, 'C75: countersign.db is taken away while the service runs'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I11.limits-sync-ends',
    'a sync of the limits’ file that fails ends the process',
    [FAILED_SYNC, 'C75: a sync of limits.db that fails ends the service'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C75.limits-checkpointed',
    'the thread that may wait for the disk keeps the log of the limits short',
    [CHECKPOINTS, 'an admission never waits for one'],
    { node: 'CallExpression', becomes: 'false' },
  ),
  mutant(
    'C75.limits-log-started',
    'the thread that may wait for the disk starts the new log of the limits',
    [HELD_SYNC, 'C75: the thread that answers makes no sync of the store'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C75.store-in-thread',
    'the store is written in a thread of its own',
    [HELD_SYNC, 'C75: while a sync of countersign.db-wal lasts'],
    { node: 'VariableStatement', becomes: 'const opened = await openStore(store, { logger })' },
  ),
  mutant(
    'C19.replaced-file-checkpointed',
    'the log of the file that the limiter uses now is the one that is kept short',
    [CHECKPOINTS, 'C19: a file that was removed is left'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I7.no-pool-copy',
    'a value that is copied to another thread takes nothing else of its pool along',
    [REMOTE, 'I7: a small value takes nothing else of its pool along'],
    { node: 'VariableStatement', becomes: 'const own = Buffer.from(bytes.buffer)' },
  ),
  mutant(
    'I11.thread-deadline',
    'a call that the other thread does not answer in time is refused',
    [REMOTE, 'I11: a call that is not answered in time'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C20.half-open-closed',
    'a start that fails leaves no thread with the store behind',
    ['test/service/databases.test.ts', 'is not left behind where the limits cannot be opened'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
]
