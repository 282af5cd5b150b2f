// Lines that keep I21: what the block and allow lists say of a start.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const STARTS = 'test/verification/blocked-starts.test.ts'
const MATCH = 'test/shield/match.test.ts'

export const BLOCKS: readonly Mutant[] = [
  mutant(
    'I21.before-count',
    'a start that an entry refuses is refused before anything is counted',
    [STARTS, 'is refused before anything'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I21.resend-blocked',
    'an open verification is not sent again to somebody who was blocked since',
    [STARTS, 'is not sent again'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I21.step-blocked',
    'a step of a chain does not go out to somebody who is blocked',
    [STARTS, 'neither a step'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I21.known-passes',
    'an entry of the shield’s making lets through whoever was approved here before',
    [STARTS, 'whoever was approved here before'],
    { node: 'ConditionalExpression', becomes: 'verdict' },
  ),
  mutant(
    'I21.other-nodes',
    'another node’s change is read, not only the first one',
    [STARTS, 'another node’s change'],
    { node: 'IfStatement', becomes: 'if (version > 0 || current === version) return' },
  ),
  mutant(
    'I21.entry-end',
    'an entry ends by the clock, not with the next change',
    [MATCH, 'before its end alone'],
    { node: 'ParenthesizedExpression', nth: 2, becomes: 'true' },
  ),
  mutant(
    'I21.network-width',
    'no entry is about half of the Internet',
    ['test/shield/values.test.ts', 'network 10.0.0.0/7 is refused'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I21.value-length',
    'a value longer than any is not matched against patterns, which would take long',
    ['test/shield/values.test.ts', 'is not read'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I21.share',
    'admins of one service leave room in the lists for those of every other one',
    ['test/http/list-entries.test.ts', 'has a share of the room'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C35.list-entries-service',
    'an admin’s key of one service lists that service’s entries',
    ['test/http/list-entries.test.ts', 'of one service'],
    { node: 'ParenthesizedExpression', becomes: 'true' },
  ),
]
