// Lines that keep a case and no invariant of their own: repeated requests, sessions, decoys.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'

export const SESSIONS: readonly Mutant[] = [
  mutant(
    'C38.start-replay',
    'the transaction of a start looks for the answer given before',
    [VERIFICATION_STORE, 'C38: 20 creates in parallel under one key are one verification'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C38.check-replay',
    'the settling of a check looks for the answer given before',
    [VERIFICATION_STORE, 'C38: a check repeated under its key changes nothing'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C38.body-mismatch',
    'a key with another body is refused',
    ['test/http/flow.test.ts', 'replays under an Idempotency-Key, and refuses it for another body'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C47.continue-open',
    'the transaction of a start continues the open verification of its session',
    [VERIFICATION_STORE, 'C47: 20 starts in parallel with one session are one verification'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C47.dead-frees-session',
    'a verification that has ended, or that no check can approve any more, frees its session',
    [VERIFICATION_STORE, 'C47: an expired, spent or ended one is not continued'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C47.continue-before-count',
    'continuing comes before anything is counted',
    [
      'test/verification/flow-cost.test.ts',
      'a start that continues a verification counts against no limit of messages',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C49.decoy-never-right',
    'no code of a decoy is right',
    ['test/e2e/c49-decoy.test.ts', 'C49: no code of a decoy is right'],
    { node: 'PropertyAssignment', becomes: `valid: isSame && kind !== ('none' as string)` },
  ),
  mutant(
    'C49.decoy-never-sent',
    'nothing is sent for a decoy',
    [
      'test/delivery/worker-silence.test.ts',
      'C49: a decoy becomes sent after a time like the others’',
    ],
    { node: 'PropertyAssignment', becomes: `silent: due.kind === 'test'` },
  ),
  mutant(
    'C49.test-decoy',
    'a decoy of a test recipient is a decoy: its code is known',
    ['test/e2e/c19-test-recipients.test.ts', 'C19, C49: a decoy of a test recipient is a decoy'],
    { node: 'ConditionalExpression', becomes: `test ? 'test' : command.decoy ? 'decoy' : 'real'` },
  ),
]
