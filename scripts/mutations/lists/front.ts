// Lines that keep I22: the first browser, and what works once.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const STORE = 'test/service/databases.test.ts'

export const FRONT: readonly Mutant[] = [
  mutant(
    'I22.first-browser',
    'the first browser that opens a view token stays the one it belongs to',
    [STORE, 'one is the first, and stays'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I22.used-once',
    'of uses at the same time one is the first, and there is no other',
    [STORE, 'each kind of use for itself'],
    { node: 'IfStatement', becomes: 'if (!before) return false' },
  ),
]
