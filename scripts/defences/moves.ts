// The lines that keep a store whole while it is moved from SQLite to PostgreSQL, and from being used twice.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const MOVE = 'test/storage/migrate-store/move.test.ts'
const HALF = 'until it is complete no service begins on the database, and the file is free'

export const MOVES: readonly Defence[] = [
  {
    keeps: 'I1',
    line: 'a file that was moved is refused to services: a code is not open in two stores',
    changes: [
      {
        file: 'src/storage/sqlite/migrate.ts',
        find: '      if (!forMove) refuseMoved(client, path)\n',
        replace: '',
      },
    ],
    test: { file: MOVE, title: HALF },
  },
  {
    keeps: 'I1',
    line: 'a file is moved only while nobody else has it open',
    changes: [
      {
        file: 'src/storage/migrate-store/source.ts',
        find: "    client.pragma('locking_mode = EXCLUSIVE')\n",
        replace: '',
      },
    ],
    test: {
      file: MOVE,
      title:
        'a file that somebody has open, even idly, is not moved, and nobody opens it meanwhile',
    },
  },
  {
    keeps: 'I5',
    line: 'no service begins on a database whose move is not complete',
    changes: [
      {
        file: 'src/storage/postgres/open.ts',
        find: '    if (!mayBeIncomplete) await refuseIncomplete(client)\n',
        replace: '',
      },
    ],
    test: { file: MOVE, title: HALF },
  },
  {
    keeps: 'I5',
    line: 'a move does not go on from rows that have changed in the file since',
    changes: [
      {
        file: 'src/storage/migrate-store/copy.ts',
        find: 'if (!isSame(sum.get(), before)) changed.push(table.name)',
        replace: 'if (sum.rows() < before.rows) changed.push(table.name)',
      },
    ],
    test: { file: MOVE, title: 'a file that changed meanwhile is moved anew, as it is now' },
  },
  {
    keeps: 'I5',
    line: 'a move is complete only once every row was compared',
    changes: [
      {
        file: 'src/storage/migrate-store/move.ts',
        find: 'if (!compared.every((one) => one.isSame))',
        replace: 'if (compared.length === 0)',
      },
    ],
    test: { file: MOVE, title: 'a row of events that was altered fails the check' },
  },
]
