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
    'a step is used only where the last one is older, decided by the UPDATE itself',
    [FACTOR_STORE, 'C11: T+1, T, T+1 in turn'],
    { node: 'CallExpression', nth: 4, becomes: `eq(f.status, 'active')` },
    { node: 'CallExpression', nth: 5, becomes: '' },
  ),
  mutant(
    'C11.recovery-single-use',
    'a recovery code is used only where it was not, decided by the UPDATE itself',
    [FACTOR_STORE, 'one recovery code for 20 verifications at once'],
    { node: 'CallExpression', nth: 2, becomes: `eq(r.selector, p('selector'))` },
    { node: 'CallExpression', nth: 4, becomes: '' },
  ),
  mutant(
    'C11.used-code-wrong',
    'what was used before makes the code wrong, in the transaction that would approve',
    [FACTOR_STORE, 'C11: one step for 20 verifications at once, over two connections'],
    { node: 'VariableStatement', becomes: 'const effect = decision' },
  ),
  mutant(
    'C11.old-set-removed',
    'a new set of recovery codes removes the one before',
    [FACTOR_STORE, 'a new set of codes voids the one before'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C11.pg-step-monotonic',
    'PostgreSQL: a step is used only where the last one is older, decided by the UPDATE itself',
    [STORE, 'C11: T+1, T, T+1 in turn'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: ` AND status = 'active' AND last_step < v_step;`,
      replace: ` AND status = 'active';`,
    },
  ),
  mutant(
    'C11.pg-recovery-once',
    'PostgreSQL: a recovery code is used only where it was not, decided by the UPDATE itself',
    [STORE, 'one recovery code for 20 verifications at once'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: `AND selector = p_use->>'selector' AND used_at IS NULL;`,
      replace: `AND selector = p_use->>'selector';`,
    },
  ),
  mutant(
    'C11.pg-subject-lock',
    'PostgreSQL: factors of one subject are made one at a time, on all nodes',
    [STORE, 'a new set of codes voids the one before'],
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
    [CODES, 'makes one app, and shows its secret again until it is confirmed'],
    { node: 'BinaryExpression', becomes: '!record?.secretSealed' },
  ),
  mutant(
    'I7.no-recovery-recall',
    'what is kept under an Idempotency-Key holds no recovery code',
    [CODES, 'what is kept for it holds no secret and no code'],
    {
      node: 'SpreadAssignment',
      becomes: `...{ kind: 'created' as const, factor: factorView(record, subject), codes }`,
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
    'a subject is indexed apart from numbers and addresses',
    [APPS, 'a subject that is spelt like a number shares nothing'],
    { node: 'ArrayLiteralExpression', becomes: `['budget', service, subject]` },
  ),
  mutant(
    'C7.subject-start-counted',
    'starts by a subject are counted by address, though nothing is sent',
    [APPS, 'factor_starts_per_ip: one address cannot take everybody’s guesses'],
    {
      node: 'PropertyAssignment',
      becomes: 'limitKeys: factorStartLimitKeys(domain, service, null)',
    },
  ),
  mutant(
    'C37.totp-wall-clock',
    'steps go by the wall as it is, not by the clock that never goes back',
    [APPS, 'goes by the wall as it is'],
    { node: 'VariableStatement', becomes: 'const nowMs = deps.clock.now()' },
  ),
  mutant(
    'C41.missing-key-told',
    'none found is not said while factors lie under a root key that this node lacks',
    [APPS, 'C41: factors under a root key that this node lacks'],
    { node: 'BinaryExpression', becomes: 'keyring.keyIds.length === 0' },
  ),
  mutant(
    'C41.rewrap-unchanged-only',
    'what was sealed anew takes the place of what was read, of nothing else',
    [FACTOR_STORE, 'finds what is under other keys, and puts what is sealed anew'],
    { node: 'CallExpression', becomes: `eq(f.id, p('id'))` },
  ),
  mutant(
    'C49.decoy-app-code',
    'a decoy’s code is wrong though an app shows it',
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
