// The lines that keep a store whole while it is moved from SQLite to PostgreSQL, and from being used twice.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const MOVE = 'test/storage/migrate-store/move.test.ts'

export const MOVES: readonly Mutant[] = [
  mutant(
    'I1.moved-file-refused',
    'a moved file is refused to services, so that no code is open in two stores',
    [MOVE, 'until it is complete no service begins on the database, and the file is free'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I1.exclusive-source',
    'a file is moved only while nothing else has it open',
    [
      MOVE,
      'a file that anything has open, even idle, is not moved, and nothing opens it meanwhile',
    ],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'I5.move-complete-check',
    'no service starts on a database whose move is incomplete',
    [MOVE, 'until it is complete no service begins on the database, and the file is free'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I5.source-unchanged',
    'a move does not continue from rows that have changed in the file since',
    [MOVE, 'a file that changed meanwhile is moved again, as it is now'],
    { node: 'IfStatement', becomes: 'if (sum.rows() < before.rows) changed.push(table.name)' },
  ),
  mutant(
    'I5.compare-every-row',
    'a move is complete only once every row has been compared',
    [MOVE, 'a row of events that was altered fails the check'],
    { node: 'PrefixUnaryExpression', becomes: 'compared.length === 0' },
  ),
]
