// Lines that keep C76 and C77: the log is counted once, and only what left its band is reported.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const RULES = 'test/counts/rules.test.ts'
const CHANGES = 'test/counts/changes.test.ts'
const STORE = 'test/storage/sqlite/ports.test.ts'

export const COUNTS: readonly Mutant[] = [
  mutant(
    'C76.bounded-names',
    'names that a login flow makes up have a bounded number of rows',
    [RULES, 'names that a login flow makes up'],
    { node: 'ReturnStatement', becomes: 'return value' },
  ),
  mutant(
    'C76.real-alone',
    'decoys and test recipients are not counted',
    [RULES, 'nobody who is no real recipient'],
    { node: 'BinaryExpression', nth: 3, becomes: 'kind !== null' },
  ),
  mutant(
    'C76.double-once',
    'a message that arrived twice is delivered once',
    [STORE, 'has each event once in its minute'],
    { node: 'IfStatement', becomes: 'if (!stage) continue' },
  ),
  mutant(
    'C76.sqlite-once',
    'a step is applied where nobody counted since it was read',
    [STORE, 'equals a scan of the log'],
    { node: 'IfStatement', becomes: 'move.run({ sequence, at, version: from.version })' },
  ),
  mutant(
    'I18.charge-counted-once',
    'what a provider charges takes the place of our price where costs are counted, too',
    [STORE, 'costs are those of the log'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C77.kept-when-counted',
    'hours of other days are kept only once the log is counted',
    [
      'test/counts/usual.test.ts',
      'C77: keeps no hour of another day while the log is counted that it may add to',
    ],
    { node: 'ConditionalExpression', becomes: 'keepUsual(key, readUsual)' },
  ),
  mutant(
    'C76.later-minutes',
    'of an hour that a span ends in, the fewer minutes are read',
    [RULES, '24h before ends with the fewer minutes of its last hour'],
    { node: 'ConditionalExpression', becomes: '0' },
  ),
  mutant(
    'C76.nothing-left',
    'what came later in the last hour of the span before is in no row',
    ['test/counts/over.test.ts', '24h: what came later in the hour'],
    { node: 'CallExpression', becomes: 'false' },
  ),
  mutant('C77.floor', 'a few cases are no change', [CHANGES, 'fewer than twenty cases'], {
    node: 'IfStatement',
    becomes: '',
  }),
  mutant(
    'C77.elapsed',
    'a volume is compared for the time that is over',
    [CHANGES, 'a volume is compared'],
    { node: 'BinaryExpression', becomes: 'volumeOf(dimension, day)' },
  ),
  mutant(
    'C77.narrowest-reported',
    'what a route explains is not reported of its country as well',
    [CHANGES, 'where a route explains it'],
    { node: 'ReturnStatement', becomes: 'return false' },
  ),
]
