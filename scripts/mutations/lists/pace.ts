// Lines that keep C53 for a provider that throttles, or would: nothing goes there before its token.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const PACE = 'test/delivery/pace.test.ts'
const WAITS = 'test/delivery/waits.test.ts'
const WEIGHTS = 'test/admin/weights.test.ts'
const REFUSED = 'test/verification/refused-starts.test.ts'
const HEADERS = 'test/delivery/rate-headers.test.ts'

export const PACE_MUTANTS: readonly Mutant[] = [
  mutant(
    'C53.token-before-claim',
    'no more rows are claimed than their provider has tokens for',
    [PACE, 'a message that waits for a token is not claimed'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C53.handed-with-token',
    'a start hands its message over only with a token',
    [PACE, 'a start that takes the last token is handed over; the next one waits'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.pace-without-store',
    'a node whose shared bucket cannot be asked goes by its own',
    [PACE, 'goes by the node’s own bucket'],
    { node: 'ReturnStatement', becomes: 'return { granted: wanted, waitMs: 0 }' },
  ),
  mutant(
    'C53.slowed-before-429',
    'a provider that says it has nothing left gets nothing until then',
    [PACE, 'gets nothing more until then, and no 429 comes'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C53.hold-bounded',
    'no header parks a provider for longer than a minute',
    [HEADERS, 'nobody is parked for longer than a minute'],
    { node: 'CallExpression', becomes: 'tightest.resetMs' },
  ),
  mutant(
    'C53.wait-by-rate',
    'a message waits for all that is due before it, at its provider’s rate',
    [WAITS, 'C53: at 10/s with 600 messages due'],
    { node: 'CallExpression', becomes: 'oldestDueMs' },
  ),
  mutant(
    'C53.wait-not-by-jump',
    'a message has waited no longer than time has passed',
    [WAITS, 'or by a jump of the clock'],
    { node: 'CallExpression', becomes: 'oldestDueMs' },
  ),
  mutant(
    'C53.hundred-people',
    'advice on weights needs a hundred people',
    [WEIGHTS, 'ninety-nine people'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.start-not-stuck',
    'no start is accepted whose message would wait a minute',
    [REFUSED, 'C53: a start whose message would wait a minute is refused'],
    { node: 'IfStatement', becomes: '' },
  ),
]
