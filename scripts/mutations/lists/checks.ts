// The lines that keep I1-I4: charging, comparing, ending, and the budget of guesses.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'
const TWO_CONNECTIONS = 'test/storage/sqlite/two-connections.test.ts'

export const CHECKS: readonly Mutant[] = [
  mutant(
    'I1.pending-only',
    'only a pending row can end, decided by the UPDATE itself',
    [VERIFICATION_STORE, 'I1: 50 right answers settled at once are one approval'],
    { node: 'CallExpression', becomes: `eq(v.seq, p('seq'))` },
  ),
  mutant(
    'I1.late-not-approved',
    'a check that comes second is not approved, and its answer says so',
    [TWO_CONNECTIONS, 'I1: 50 right answers are one approval'],
    {
      node: 'VariableStatement',
      becomes: `const isLost = valid && !endings.end(row, 'approved', now, actor) && now < 0`,
    },
  ),
  mutant(
    'I2.attempt-cap',
    'the charge stops at `max_attempts` (the look before it in the same job says so first, and the UPDATE again)',
    [VERIFICATION_STORE, 'I2: charges at most max_attempts'],
    { node: 'BinaryExpression', becomes: `row.status !== 'pending'` },
    { at: 'I2.attempt-cap.2', node: 'CallExpression', nth: 10, becomes: '' },
  ),
  mutant(
    'I2.charge-first',
    'the charge is a transaction of its own before the comparison, not a part of the settling',
    [
      'test/e2e/c05-charge-stays.test.ts',
      'C5: 20 guesses whose settling fails are max_attempts guesses',
    ],
    { node: 'PropertyAssignment', becomes: '' },
    {
      at: 'I2.charge-first.2',
      node: 'ObjectLiteralExpression',
      becomes: '{ failed: sql`${v.failed} + 1`, attempts: sql`${v.attempts} + 1` }',
    },
  ),
  mutant(
    'I3.wrong-code-counter',
    'a counter of its own for wrong codes ends the verification, not the charged attempts',
    [VERIFICATION_STORE, 'I3: the wrong last attempt settled first'],
    { node: 'BinaryExpression', becomes: 'row.attempts >= row.maxAttempts' },
  ),
  mutant(
    'I3.sweep-grace',
    'the sweeper leaves what was charged in time its time to be compared',
    ['test/verification/charge-order.test.ts', 'neither sweeper nor expiry ends it'],
    { node: 'VariableStatement', becomes: 'const GRACE_MS = 0' },
  ),
  mutant(
    'I4.full-allowance',
    'an open verification counts with all that it allows',
    [VERIFICATION_STORE, 'I4: open ones count in full'],
    { node: 'PropertyAccessExpression', nth: 3, becomes: 'v.attempts' },
  ),
  mutant(
    'I4.reserve-in-transaction',
    'the reservation is decided again in the transaction of the start',
    [TWO_CONNECTIONS, 'I4: starts in parallel never reserve more guesses than the limit'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I4.resend-keeps-attempts',
    'a resend counts a send and touches nothing else',
    [VERIFICATION_STORE, 'I4: a resend renews no attempt'],
    { node: 'PropertyAssignment', becomes: 'sends: sql`${v.sends} + 1`, attempts: sql`0`' },
  ),
]
