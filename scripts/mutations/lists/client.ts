// Lines of packages/client that keep C91: no check is charged twice, and nothing but an approval is a yes.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const REASONS = 'packages/client/test/reasons.test.ts'
const FAULTS = 'packages/client/test/faults.test.ts'
const WEBHOOKS = 'packages/client/test/webhooks.test.ts'
const APPROVAL = 'packages/client/test/approval.test.ts'

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
  mutant(
    'C91.webhook-age',
    'a webhook that was recorded is of no use after five minutes',
    [WEBHOOKS, 'is old after five minutes'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C91.approval-signature',
    'an approval is signed by the service',
    [APPROVAL, 'proves nothing with a signature that is another’s'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C91.approval-nonce',
    'an approval is of the login that asked for it',
    [APPROVAL, 'proves nothing with another nonce'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C91.jwks-bounded',
    'keys are not fetched for each name that a stranger makes up',
    [APPROVAL, 'are not fetched for each kid that a stranger makes up'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
]
