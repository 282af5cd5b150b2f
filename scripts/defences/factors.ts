// The lines that keep authenticator apps and recovery codes: good once, told once, bound to their row and their key.
// It must not name a line that messages share.

import { type Defence, row } from './defence.ts'

const USES = 'src/storage/sqlite/factor-uses.ts'
const STEPS = 'src/storage/sqlite/step-uses.ts'
const FUNCTIONS = 'drizzle/postgres/0011_used_step_functions.sql'
const COMPARISON = 'src/verification/comparison.ts'
const SQLITE = 'test/storage/sqlite/factor-store.test.ts'
const POSTGRES = 'test/storage/postgres/store.test.ts'
const APPS = 'test/factors/apps.test.ts'
const CODES = 'test/factors/codes.test.ts'

const GOOD_ONCE: readonly Defence[] = [
  row(
    'C11',
    'a step is used only where the last one is older, decided by the UPDATE itself',
    {
      file: STEPS,
      find: "eq(f.status, 'active'), lt(f.lastStep, p('step'))",
      replace: "eq(f.status, 'active')",
    },
    { file: SQLITE, title: 'C11: T+1, T, T+1 in turn' },
  ),
  row(
    'C11',
    'a recovery code is used only where it was not, decided by the UPDATE itself',
    {
      file: USES,
      find: ", eq(r.selector, p('selector')), isNull(r.usedAt)",
      replace: ", eq(r.selector, p('selector'))",
    },
    { file: SQLITE, title: 'one recovery code for 20 verifications at once' },
  ),
  row(
    'C11',
    'what was used before makes the code wrong, in the transaction that would approve',
    {
      file: 'src/storage/sqlite/check.ts',
      find: 'deps.factorUses.use(use, now))',
      replace: 'deps.factorUses.use(use, now) || true)',
    },
    { file: SQLITE, title: 'C11: one step for 20 verifications at once, over two connections' },
  ),
  row(
    'C11',
    'a new set of recovery codes removes the one before',
    {
      file: 'src/storage/sqlite/factor-store.ts',
      find: 'if (codes) for (const { seq } of before) remove.run({ seq })',
      replace: '',
    },
    { file: SQLITE, title: 'a new set of codes voids the one before' },
  ),
  row(
    'C11',
    'PostgreSQL: a step is used only where the last one is older, decided by the UPDATE itself',
    {
      file: FUNCTIONS,
      find: " AND status = 'active' AND last_step < v_step;",
      replace: " AND status = 'active';",
    },
    { file: POSTGRES, title: 'C11: T+1, T, T+1 in turn' },
  ),
  row(
    'C11',
    'PostgreSQL: a recovery code is used only where it was not, decided by the UPDATE itself',
    {
      file: FUNCTIONS,
      find: "AND selector = p_use->>'selector' AND used_at IS NULL;",
      replace: "AND selector = p_use->>'selector';",
    },
    { file: POSTGRES, title: 'one recovery code for 20 verifications at once' },
  ),
  row(
    'C11',
    'PostgreSQL: factors of one subject are made one at a time, on all nodes',
    { file: FUNCTIONS, find: '  PERFORM cs_lock_1(p_subjects);\n', replace: '' },
    { file: POSTGRES, title: 'a new set of codes voids the one before' },
  ),
  row(
    'I2',
    'a confirmation’s charge stops at its number of guesses',
    {
      file: 'src/storage/sqlite/factor-store.ts',
      find: ", lt(f.attempts, p('maxAttempts'))",
      replace: '',
    },
    { file: SQLITE, title: 'charges at most so many guesses' },
  ),
]

const TOLD_ONCE: readonly Defence[] = [
  row(
    'I7',
    'a secret is told again only until it is confirmed',
    {
      file: 'src/factors/create-app.ts',
      find: "if (record?.status !== 'unverified' || !record.secretSealed)",
      replace: 'if (!record?.secretSealed)',
    },
    {
      file: CODES,
      title: 'makes one app, and tells its secret again until it is confirmed',
    },
  ),
  row(
    'I7',
    'what is kept under an Idempotency-Key holds no recovery code',
    {
      file: 'src/factors/create-codes.ts',
      find: "...{ kind: 'created' as const, factor: factorView(record, subject) },",
      replace: "...{ kind: 'created' as const, factor: factorView(record, subject), codes },",
    },
    { file: CODES, title: 'what is kept for it holds no secret and no code' },
  ),
  row(
    'I7',
    'an imported secret is not told back',
    {
      file: 'src/factors/create-app.ts',
      find: 'const enrolment = command.secret === null ? enrol(told) : null',
      replace: 'const enrolment = enrol(told)',
    },
    { file: APPS, title: 'an imported secret is not told back' },
  ),
  row(
    'I7',
    'the hash of a recovery code is erased when it is used',
    { file: USES, find: ', hashSealed: null }', replace: ' }' },
    { file: SQLITE, title: 'one recovery code for 20 verifications at once' },
  ),
]

const BOUND: readonly Defence[] = [
  row(
    'I9',
    'a recovery code’s hash is sealed for its own selector',
    {
      file: 'src/kernel/sealing.ts',
      find: '`${factorId}:recovery:${selector}`',
      replace: '`${factorId}:recovery:${selector.slice(9)}`',
    },
    { file: CODES, title: 'I9: a hash that is copied to another row opens nowhere' },
  ),
  row(
    'I10',
    'a subject is indexed apart from numbers and addresses',
    {
      file: 'src/factors/subject.ts',
      find: "['subject', service, subject]",
      replace: "['budget', service, subject]",
    },
    { file: APPS, title: 'a subject that is spelt like a number shares nothing' },
  ),
  row(
    'C7',
    'starts by a subject are counted by address, though nothing is sent',
    {
      file: 'src/verification/start-factor.ts',
      find: 'const keys = factorStartLimitKeys(domain, caller.service, command.endUser.clientIp)',
      replace: 'const keys = factorStartLimitKeys(domain, caller.service, null)',
    },
    { file: APPS, title: 'factor_starts_per_ip: one address can not take everybody’s guesses' },
  ),
  row(
    'C37',
    'steps go by the wall as it is, not by the clock that never goes back',
    {
      file: COMPARISON,
      find: 'const nowMs = domain.wall.now()',
      replace: 'const nowMs = domain.clock.now()',
    },
    { file: APPS, title: 'goes by the wall as it is' },
  ),
  row(
    'C41',
    'none found is not said while factors lie under a root key that this node lacks',
    {
      file: 'src/factors/look-up.ts',
      find: 'if (found.length === 0 && (await factors.hasOtherKeys(service, keyring.keyIds)))',
      replace: 'if (keyring.keyIds.length === 0)',
    },
    { file: APPS, title: 'C41: factors under a root key that this node lacks' },
  ),
  row(
    'C41',
    'what was sealed anew takes the place of what was read, of nothing else',
    {
      file: 'src/storage/sqlite/factor-rewrap.ts',
      find: "and(eq(f.id, p('id')), eq(f.subjectSealed, p('before')))",
      replace: "eq(f.id, p('id'))",
    },
    { file: SQLITE, title: 'finds what is under other keys, and puts what is sealed anew' },
  ),
  row(
    'C49',
    'a decoy’s code is wrong though an app shows it',
    {
      file: COMPARISON,
      find: "if (!fresh || kind === 'decoy')",
      replace: 'if (!fresh)',
    },
    { file: APPS, title: 'C49: a decoy is never right, not even with the code of a real app' },
  ),
  row(
    'C49',
    'an unknown selector costs the same hash',
    {
      file: COMPARISON,
      find: "  await slot.hashPlain(secret, boundTo('', selector))\n",
      replace: '',
    },
    { file: CODES, title: 'C49: a decoy is never right, and costs the same hash' },
  ),
]

export const FACTORS: readonly Defence[] = [...GOOD_ONCE, ...TOLD_ONCE, ...BOUND]
