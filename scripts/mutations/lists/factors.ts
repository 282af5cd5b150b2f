// The lines that keep authenticator apps and recovery codes: used once, shown once, bound to their row and their key.
// It must not name a line that messages share.

import { type Mutant, mutant } from '../mutation.ts'

const FACTOR_STORE = 'test/storage/sqlite/factor-store.test.ts'
const STORE = 'test/storage/postgres/store.test.ts'
const CODES = 'test/factors/codes.test.ts'
const APPS = 'test/factors/apps.test.ts'

export const FACTORS: readonly Mutant[] = [
  mutant(
    'C11.step-monotonic',
    'a step can be used only if the last one is older, decided by the UPDATE itself',
    [FACTOR_STORE, 'C11: T+1, T, T+1 in turn'],
    { node: 'CallExpression', nth: 4, becomes: `eq(f.status, 'active')` },
    { node: 'CallExpression', nth: 5, becomes: '' },
  ),
  mutant(
    'C11.recovery-single-use',
    'a recovery code can be used only if it is unused, decided by the UPDATE itself',
    [FACTOR_STORE, 'one recovery code for 20 verifications at once'],
    { node: 'CallExpression', nth: 2, becomes: `eq(r.selector, p('selector'))` },
    { node: 'CallExpression', nth: 4, becomes: '' },
  ),
  mutant(
    'C11.used-code-wrong',
    'a step or code that was used before is wrong, decided in the transaction that would approve',
    [FACTOR_STORE, 'C11: one step for 20 verifications at once, over two connections'],
    { node: 'VariableStatement', becomes: 'const { change, answer } = input.effect' },
  ),
  mutant(
    'C11.old-set-removed',
    'a new set of recovery codes removes the previous one',
    [FACTOR_STORE, 'a new set of codes voids the previous one, even where ten are created at once'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C11.pg-step-monotonic',
    'PostgreSQL: a step can be used only if the last one is older, decided by the UPDATE itself',
    [STORE, 'C11: T+1, T, T+1 in turn'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: ` AND status = 'active' AND last_step < v_step;`,
      replace: ` AND status = 'active';`,
    },
  ),
  mutant(
    'C11.pg-recovery-once',
    'PostgreSQL: a recovery code can be used only if it is unused, decided by the UPDATE itself',
    [STORE, 'one recovery code for 20 verifications at once'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: `AND selector = p_use->>'selector' AND used_at IS NULL;`,
      replace: `AND selector = p_use->>'selector';`,
    },
  ),
  mutant(
    'C11.pg-subject-lock',
    'PostgreSQL: factors of one subject are created one at a time, on all nodes',
    ['test/storage/postgres/locks.test.ts', 'a factor waits for the previous one of its subject'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: `  PERFORM cs_lock_1(p_subjects);
`,
      replace: '',
    },
  ),
  mutant(
    'I2.confirmation-cap',
    'a confirmation’s charge stops at its number of guesses',
    [FACTOR_STORE, 'charges at most so many guesses'],
    { node: 'CallExpression', nth: 5, becomes: '' },
  ),
  mutant(
    'I7.secret-until-confirmed',
    'a secret is shown again only until it is confirmed',
    [
      CODES,
      'creates one app, and shows its secret again until it is confirmed, and not after that',
    ],
    { node: 'BinaryExpression', becomes: '!record?.secretSealed' },
  ),
  mutant(
    'I7.no-recovery-response',
    'a response stored under an Idempotency-Key holds no recovery code',
    [CODES, 'the stored response holds no secret and no code, even opened'],
    {
      node: 'PropertyAssignment',
      becomes: 'factor: factorView(record, subject), codes',
    },
  ),
  mutant(
    'I7.imported-secret-untold',
    'an imported secret is not shown again',
    [APPS, 'an imported secret is not shown again'],
    { node: 'VariableStatement', becomes: 'const enrolment = enrol(domain, secret, shape, label)' },
  ),
  mutant(
    'I7.used-hash-erased',
    'the hash of a recovery code is erased when it is used',
    [FACTOR_STORE, 'one recovery code for 20 verifications at once'],
    { node: 'PropertyAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'I9.selector-seal-context',
    'a recovery code’s hash is sealed for its own selector',
    [CODES, 'I9: a hash that is copied to another row opens nowhere'],
    { node: 'TemplateExpression', becomes: '`${factorId}:recovery:${selector.slice(9)}`' },
  ),
  mutant(
    'I10.subject-index-domain',
    'a subject’s index is separate from those of numbers and addresses',
    [APPS, 'a subject that is spelt like a number shares nothing'],
    { node: 'ArrayLiteralExpression', becomes: `['budget', service, subject]` },
  ),
  mutant(
    'C7.subject-start-counted',
    'starts by a subject are counted by address, though nothing is sent',
    [APPS, 'factor_starts_per_ip: one address cannot take everybody’s guesses'],
    {
      node: 'PropertyAssignment',
      becomes: 'limitKeys: () => factorStartLimitKeys(domain, service, null)',
    },
  ),
  mutant(
    'C37.totp-wall-clock',
    'time steps follow the wall clock, not the clock that never goes back',
    [APPS, 'follows the wall clock: an hour ahead for a while, it harms nobody afterwards'],
    { node: 'VariableStatement', becomes: 'const nowMs = deps.clock.now()' },
  ),
  mutant(
    'C41.missing-key-told',
    '"none" is not answered while factors lie under a root key that this node lacks',
    [APPS, 'C41: factors under a root key that this node lacks do not count as none'],
    { node: 'BinaryExpression', becomes: 'keyring.keyIds.length === 0' },
  ),
  mutant(
    'C41.rewrap-unchanged-only',
    'a rewrapped value replaces only the value that was read',
    [FACTOR_STORE, 'finds rows under other keys, and replaces them with rewrapped ones'],
    { node: 'CallExpression', becomes: `eq(f.id, p('id'))` },
  ),
  mutant(
    'C49.decoy-app-code',
    'a decoy’s code is wrong even if an app shows it',
    [APPS, 'C49: a decoy is never right, not even with the code of a real app'],
    { node: 'BinaryExpression', becomes: '!fresh' },
  ),
  mutant(
    'C49.unknown-selector-hash',
    'an unknown selector costs the same hash',
    [CODES, 'C49: a decoy is never right, and costs the same hash'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
]
