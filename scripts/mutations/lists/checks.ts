// The lines that keep I1-I4: charging, comparing, ending, and the budget of guesses.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'
const TWO_CONNECTIONS = 'test/storage/sqlite/two-connections.test.ts'

export const CHECKS: readonly Mutant[] = [
  mutant(
    'I1.pending-only',
    'a decision is written only where the row is as it was decided on',
    [VERIFICATION_STORE, 'I1: 50 right answers at once are one approval'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I1.late-not-approved',
    'a right code that comes second is refused, not approved',
    [TWO_CONNECTIONS, 'I1: 50 right answers are one approval'],
    {
      node: 'IfStatement',
      becomes: `if (refusal && record.status !== 'approved') return { kind: 'refused', refusal }`,
    },
  ),
  mutant(
    'I2.attempt-cap',
    'no attempt is charged past `max_attempts`',
    [VERIFICATION_STORE, 'I2: at most max_attempts are charged where nothing is judged'],
    {
      node: 'IfStatement',
      becomes: `if (refusal && refusal.error !== 'max_attempts_reached') return { kind: 'refused', refusal }`,
    },
  ),
  mutant(
    'I3.wrong-code-counter',
    'a separate counter of wrong codes ends the verification, not the charged attempts',
    ['test/verification/transitions.test.ts', 'I3: ends with the last wrong one'],
    {
      node: 'ReturnStatement',
      becomes: `return record.attempts + 1 >= record.maxAttempts ? ending('max_attempts_reached', now, hasSteps(record), change) : change`,
    },
  ),
  mutant(
    'I3.sweep-grace',
    'the sweeper leaves time for the comparison of a check that was admitted in time',
    ['test/verification/attempt-order.test.ts', 'neither sweeper nor expiry ends it'],
    { node: 'VariableStatement', becomes: 'const GRACE_MS = 0' },
  ),
  mutant(
    'I4.full-allowance',
    'an open verification counts with everything that it allows',
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
    {
      node: 'PropertyAssignment',
      becomes: 'set: { sends: send, lastSendAt: now, channel, attempts: 0 }',
    },
  ),
  mutant(
    'I2.charge-with-verdict',
    'a check charges its attempt in the commit of its verdict',
    [VERIFICATION_STORE, 'I2: 50 wrong guesses at once are at most max_attempts'],
    { node: 'ReturnStatement', becomes: 'return { ...NOTHING, set: { lastAttemptAt: now } }' },
  ),
  mutant(
    'I2.charged-before',
    'an attempt whose check was committed, and its answer lost, is not charged a second time',
    [
      'test/verification/check-faults.test.ts',
      'I2: a check whose answer was lost after its commit is charged once, PostgreSQL',
    ],
    {
      node: 'IfStatement',
      becomes: "if (isOver) return { kind: 'refused', refusal: refuseOverloaded() }",
    },
  ),
  mutant(
    'I2.charge-after-fault',
    'where the effects of a check cannot be written, its attempt is charged before the answer leaves',
    [
      'test/e2e/c05-charge-stays.test.ts',
      'C5: 20 guesses whose effect fails are max_attempts guesses',
    ],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'I2.places',
    'no more codes of a verification are compared at once than it has attempts left',
    [
      'test/verification/attempt-order.test.ts',
      'I2: no more are compared at once than attempts are left',
    ],
    {
      node: 'VariableStatement',
      becomes: 'const place = { commits() {}, leave() {} }',
    },
  ),
  mutant(
    'I2.counted-once',
    'an attempt that is being committed does not count twice against those that are left',
    [
      'test/verification/attempt-order.test.ts',
      'I2: a check that comes while another is committed has the attempt that is left',
    ],
    { node: 'CallExpression', becomes: 'undefined as Promise<void> | undefined' },
  ),
  mutant(
    'I2.refused-before-verdict',
    'a check is refused by the row alone, before its verdict is read',
    [
      'test/verification/transitions.test.ts',
      'I2: whatever the row, the right code is refused where a wrong one is',
    ],
    {
      node: 'IfStatement',
      becomes: `if (refusal && !(valid && refusal.error === 'max_attempts_reached')) return { kind: 'refused', refusal }`,
    },
  ),
]
