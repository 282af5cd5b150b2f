// Lines that keep C73 where refusals are put together for a reader: what one line counts, and what it advises.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const FOLDED = 'test/admin/refusal-lines.test.ts'

const inFile = (file: string, find: string, replace: string) => ({ file, find, replace })

export const REFUSAL_LINES: readonly Defence[] = [
  row(
    'C73',
    'a line of refusals counts all of them',
    inFile(
      'src/admin/refusals.ts',
      'line.count += Number(record.details.count) || 1',
      'line.count += 1',
    ),
    { file: FOLDED, title: 'of one person for one reason are one line' },
  ),
  row(
    'C73',
    'a line of refusals is of one person',
    inFile('src/admin/refusals.ts', 'isOfMany, who ?? keyId])', 'isOfMany, who && keyId])'),
    { file: FOLDED, title: 'of another person are another line' },
  ),
  row(
    'C73',
    'no advice offers to lift a limit on guesses',
    inFile(
      'src/admin/advice/refusals.ts',
      '  guesses_per_number_day: GUESSES,\n',
      "  guesses_per_number_day: { meaning: 'Guesses.', action: LIFT },\n",
    ),
    { file: FOLDED, title: 'offers to lift what can be lifted' },
  ),
]
