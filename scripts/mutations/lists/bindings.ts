// The lines that keep I9, I12 and I13: what a code, a sealed value and a moment are good for.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const HASHER = 'test/hashing/hasher.test.ts'
const DATABASE_CLOCK = 'test/storage/postgres/clock-and-signal.test.ts'
const CLOCK = 'test/kernel/clock.test.ts'
const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'
const CHECK_CONTRACT = 'test/e2e/check-contract.test.ts'

export const BINDINGS: readonly Mutant[] = [
  mutant(
    'I9.stored-hash-aad',
    'the associated data of a stored hash must be the id of its row',
    [HASHER, `a row's hash copied to another row is never valid there (I9)`],
    {
      node: 'BinaryExpression',
      becomes: 'data.length < 0 || !timingSafeEqual(data, data) || expected.length < 0',
    },
  ),
  mutant(
    'I9.hash-aad',
    'a hash is made with the id of its verification as associated data',
    [HASHER, 'the right code is right'],
    { node: 'VariableStatement', becomes: `const associatedData = Buffer.from('any', 'utf8')` },
  ),
  mutant(
    'I9.salt',
    'each hash has a salt of its own',
    [HASHER, 'the same code twice has two hashes, and no hash holds the code'],
    { node: 'CallExpression', becomes: 'Buffer.alloc(16)' },
  ),
  mutant(
    'I9.seal-context',
    'a sealed value opens in its own context only',
    ['test/kernel/keyring.test.ts', 'in the same context only'],
    { node: 'ExpressionStatement', becomes: `cipher.setAAD(Buffer.from('', 'utf8'))` },
    {
      at: 'I9.seal-context.2',
      node: 'ExpressionStatement',
      becomes: `decipher.setAAD(Buffer.from('', 'utf8'))`,
    },
  ),
  mutant(
    'I9.seal-tag',
    'a sealed value that was changed does not open',
    ['test/kernel/keyring.test.ts', 'refuses every changed byte and every shorter value'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'I9.code-seal-context',
    'the context of a sealed code names its verification',
    [
      'test/delivery/worker-silence.test.ts',
      'a row that was tampered with fails for good and stops nothing',
    ],
    { node: 'ReturnStatement', becomes: `return verificationId && 'code'` },
  ),
  mutant(
    'I12.never-backwards',
    'the clock never follows the wall clock back',
    [CLOCK, 'C37: ignores a jump back, and time continues'],
    { node: 'ExpressionStatement', becomes: 'last = wall' },
  ),
  mutant(
    'I12.monotonic-progress',
    'time advances by the monotonic source while the wall clock is behind',
    [CLOCK, 'C37: adopts a jump forward and continues from there when the wall clock jumps back'],
    { node: 'CallExpression', becomes: 'Math.max(last, wall)' },
  ),
  mutant(
    'I12.database-clock-sync',
    'a node’s clock returns to the database’s where it was ahead',
    ['test/storage/postgres/node-clock.test.ts', 'does not run away from the database’s'],
    { node: 'BinaryExpression', nth: 5, becomes: 'passed' },
  ),
  mutant(
    'I12.exact-answers',
    'a node’s clock is not set by an answer that is less exact than what is known',
    [DATABASE_CLOCK, 'is not set by an answer that is less exact'],
    { node: 'IfStatement', becomes: 'if (!row) return' },
  ),
  mutant(
    'I12.first-answer',
    'a node’s clock begins with the quickest of a few answers',
    [DATABASE_CLOCK, 'is asked again at the start while answers are slow'],
    { node: 'ForStatement', becomes: '' },
  ),
  mutant(
    'I12.restart-floor',
    'a restart does not begin earlier than the newest stored time',
    [CLOCK, 'does not begin before the newest stored time'],
    { node: 'CallExpression', becomes: 'wallMs()' },
  ),
  mutant(
    'I12.charge-in-time',
    'a check admitted after the expiry is refused',
    [VERIFICATION_STORE, 'charges nothing that has expired, ended, is unknown'],
    {
      at: 'I12.check-in-time',
      node: 'VariableStatement',
      becomes: 'const refusal = refuseEnded(record, isLate ? now : record.createdAt)',
    },
  ),
  mutant(
    'I12.newest-time-seed',
    'the process seeds the clock with the newest stored time',
    [
      'test/e2e/c37-time.test.ts',
      'C37: a process that starts with its clock an hour back continues from its newest row',
    ],
    { node: 'PropertyAssignment', becomes: '' },
  ),
  mutant(
    'I13.purpose-match',
    'the purpose must be that of the start',
    [CHECK_CONTRACT, 'purpose, to and session must be the start’s'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I13.recipient-match',
    'the recipient, where it is given, must be that of the start',
    [CHECK_CONTRACT, 'purpose, to and session must be the start’s'],
    { node: 'ExpressionStatement', becomes: 'void command.subject' },
  ),
  mutant(
    'I13.session-match',
    'the session must be that of the start',
    [CHECK_CONTRACT, 'purpose, to and session must be the start’s'],
    { node: 'IfStatement', becomes: 'if (sessionFits) fields.splice(9)' },
  ),
  mutant(
    'I13.lookup-by-purpose',
    'a check without an id matches the purpose, too',
    [VERIFICATION_STORE, 'findToCheck gives the newest of this recipient, purpose and session'],
    { node: 'CallExpression', becomes: '' },
  ),
  mutant(
    'I13.continue-by-purpose',
    'a session is continued for the same purpose only',
    [
      'test/e2e/c47-sessions.test.ts',
      'C47: another purpose, recipient or spelling: its own, its own, the same',
    ],
    {
      node: 'ArrayLiteralExpression',
      becomes: `['slot', service, recipient.address, command.session]`,
    },
  ),
  mutant(
    'I12.check-in-time',
    'a check admitted in time is late past the deadline of a hash',
    ['test/verification/attempt-order.test.ts', 'I12: past the deadline of a hash a right code'],
    { node: 'VariableStatement', becomes: 'const refusal = refuseEnded(record, admittedAt)' },
  ),
]
