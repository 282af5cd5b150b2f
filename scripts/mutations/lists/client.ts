// Lines of packages/client that keep C91: no check is charged twice, and nothing but an approval is a yes.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const REASONS = 'packages/client/test/reasons.test.ts'
const FAULTS = 'packages/client/test/faults.test.ts'

export const CLIENT: readonly Mutant[] = [
  mutant(
    'C91.only-approved',
    'a 200 is an approval only where its body says so',
    [REASONS, '200 with anything but an approval lets nobody in: {"id":"vrf_1","status":"pending"'],
    { node: 'BinaryExpression', becomes: 'hasId(body)' },
  ),
  mutant(
    'C91.one-key',
    'every try of a call has the same Idempotency-Key',
    [FAULTS, 'dropped: a check is asked again, and charged once'],
    { node: 'SpreadAssignment', becomes: '' },
  ),
  mutant(
    'C91.charge-unknown',
    'nobody claims to know what a check has cost whose answer was lost',
    [FAULTS, 'dropped, each time: unavailable'],
    { node: 'IfStatement', becomes: '' },
  ),
]
