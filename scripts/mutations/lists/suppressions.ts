// Lines that keep C59: recipients that get no messages.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const RULES = 'test/verification/suppression.test.ts'
const STARTS = 'test/verification/suppressed-starts.test.ts'

export const SUPPRESSIONS: readonly Mutant[] = [
  mutant(
    'C59.stop-by-provider',
    'a STOP to one account does not silence services that write by another',
    ['test/delivery/opt-outs.test.ts', 'that writes by another account'],
    { node: 'ReturnStatement', becomes: 'return true' },
  ),
  mutant('C59.twice-is-once', 'a report that comes twice changes nothing', [RULES, 'in force as'], {
    node: 'IfStatement',
    becomes: '',
  }),
  mutant(
    'C59.fault-of-recipient',
    'only what a provider says of the recipient suppresses them',
    [RULES, 'is not caused by what a sender'],
    { node: 'IfStatement', becomes: "if (result.kind === 'accepted') return null" },
  ),
  mutant(
    'C35.suppressions-service',
    'an admin’s key of one service lists that service’s suppressed recipients',
    [RULES, 'lists those of one service'],
    { node: 'ParenthesizedExpression', becomes: 'true' },
  ),
  mutant(
    'C59.before-count',
    'a suppressed recipient is refused before anything is counted',
    [STARTS, 'is refused before'],
    {
      node: 'VariableStatement',
      becomes: 'const obstacle = await deps.store.checkStart(guesses, null)',
    },
  ),
  mutant(
    'C59.resend-suppressed',
    'nothing is sent again to a recipient who is suppressed by then',
    [STARTS, 'is not sent again'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C59.test-recipient-exempt',
    'test recipients get no messages, so that none is suppressed',
    [STARTS, 'a test recipient'],
    {
      node: 'PropertyAssignment',
      becomes: 'suppressible: { channel, addressIndexes: indexes }',
    },
  ),
]
