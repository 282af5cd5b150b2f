// The chain of the log: what it must notice, what it must not take for a change, and what it must forget.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const SQLITE = 'test/storage/sqlite/audit-chain.test.ts'
const ERASED =
  'an erased person’s rows go, with what hid them, and the log shows it: the chain holds'

export const AUDIT: readonly Mutant[] = [
  mutant(
    'I20.number-once',
    'no number of an event is given twice, also where the newest rows were erased',
    [SQLITE, ERASED],
    {
      node: 'TaggedTemplateExpression',
      becomes: 'sql`(select coalesce(max(seq), 0) + 1 from events)`',
    },
  ),
  mutant(
    'I20.erasure-told',
    'the line of an erasure has the numbers that it removed',
    [SQLITE, ERASED],
    { node: 'ObjectLiteralExpression', becomes: 'removed' },
  ),
  mutant(
    'I20.address-hidden',
    'the hash of an address needs what goes with the row, and what goes with the retention of addresses',
    ['test/audit/chain.test.ts', 'a hash of addresses is hidden by the row and by the segment'],
    { node: 'Identifier', nth: 2, becomes: 'NONE' },
  ),
  mutant(
    'I20.unreadable-row',
    'a row that no version could have written is named, and does not end the check',
    [SQLITE, 'names a row that was changed in any of its fields'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I20.before-the-first',
    'a row with a number that the log never gives was put in by hand',
    [SQLITE, 'names the first row that was removed, and one that was put in between'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I20.segment-before-the-first',
    'a segment with a number that the chain never gives was put in by hand',
    [SQLITE, 'names what was done to the chain itself'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I20.gap-awaited',
    'a number that may still be committed is waited for',
    [
      'test/audit/stream.test.ts',
      'waits for a number that may still come, in order, and not for one that was never used',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
]
