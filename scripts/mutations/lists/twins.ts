// The lines that keep a secret from being good twice: of two rows, after a deletion, in two shapes, at once.
// It must not name a line that one row alone needs.

import { type Mutant, mutant } from '../mutation.ts'

const IMPORT_TWICE = 'test/factors/import-twice.test.ts'
const FACTOR_STORE = 'test/storage/sqlite/factor-store.test.ts'
const STORE = 'test/storage/postgres/store.test.ts'

export const TWINS: readonly Mutant[] = [
  mutant(
    'C63.import-inherits-steps',
    'an import in another shape begins with the steps that its twins have used',
    [
      IMPORT_TWICE,
      'in another shape begins with the steps the first has used, and keeps them when the first is deleted',
    ],
    { node: 'BinaryExpression', becomes: '0' },
  ),
  mutant(
    'C63.duplicate-secret-refused',
    'a secret that the subject already has makes no second factor',
    [IMPORT_TWICE, 'answers with the existing factor, and its code works once'],
    {
      node: 'IfStatement',
      becomes: `if (own?.twin && false) {
    const stored = await takeOver(context, own.apps, own.twin)
    return stored && answerAgain(context, stored)
  }`,
    },
  ),
  mutant(
    'C63.trailing-zeros-equal',
    'zeros at the end of a secret do not make another one: HMAC adds them itself',
    [IMPORT_TWICE, 'answers with the existing factor, and its code works once'],
    { node: 'BinaryExpression', becomes: 'one === other' },
  ),
  mutant(
    'C63.twin-step-used',
    'a step used by one row of a secret is used for the others: checked before, and in the transaction',
    [
      IMPORT_TWICE,
      'a code that one row used before the upgrade is used for the other, even after a deletion',
    ],
    { node: 'CallExpression', becomes: 'app.lastStep >= step' },
    {
      at: 'C63.twin-step-used.2',
      node: 'BinaryExpression',
      becomes: 'ofDeleted(subjectIndexes, periodSeconds) >= step',
    },
  ),
  mutant(
    'C63.import-present-step',
    'an imported app begins with the present step used',
    [
      IMPORT_TWICE,
      'begins with the present step used: the other system may have accepted its code',
    ],
    { node: 'ConditionalExpression', becomes: '0' },
  ),
  mutant(
    'C63.step-all-twins',
    'a step is used for all apps with the secret, in the transaction of the approval',
    [FACTOR_STORE, 'C63: 20 verifications at once by the apps of one secret'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C63.deleted-app-step',
    'a step of an app deleted since counts as used',
    [FACTOR_STORE, 'C63: the steps of a deleted app are used'],
    { node: 'BinaryExpression', becomes: 'isUsed(twins, step)' },
  ),
  mutant(
    'C63.delete-keeps-step',
    'every deletion of an app leaves its newest step behind',
    [IMPORT_TWICE, 'deleted with everything of the person'],
    {
      file: 'drizzle/sqlite/0004_used_steps.sql',
      find: 'WHEN old.`last_step` > 0',
      replace: 'WHEN old.`last_step` < 0',
    },
  ),
  mutant(
    'C63.import-in-transaction',
    'an import is decided by the apps present in its transaction',
    [IMPORT_TWICE, 'is one factor of ten imports at once'],
    {
      node: 'IfStatement',
      becomes: `if (known && inUse.some(({ id }) => !known.includes(id)) && known.length > 9) return { kind: 'changed' }`,
    },
  ),
  mutant(
    'C63.twin-confirms-nothing',
    'a code that a twin has used confirms nothing',
    [FACTOR_STORE, 'C63: a step that the app or a twin has used confirms nothing'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C63.pg-step-twins',
    'PostgreSQL: a step is used for all apps with the secret, in the transaction of the approval',
    [STORE, 'C63: 20 verifications at once by the apps of one secret'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: `    UPDATE factors SET last_step = v_step WHERE id = ANY (v_twins);
`,
      replace: '',
    },
  ),
  mutant(
    'C63.pg-twin-lock',
    'PostgreSQL: rows of one secret are locked before they are read',
    [
      'test/storage/postgres/used-steps.test.ts',
      'C63: a check waits for a twin that is being used',
    ],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: `    PERFORM 1 FROM factors WHERE id = p_use->>'factorId' OR id = ANY (v_twins) ORDER BY seq FOR NO KEY UPDATE;
`,
      replace: '',
    },
  ),
  mutant(
    'C63.pg-deleted-step',
    'PostgreSQL: a step of an app deleted since counts as used',
    [STORE, 'C63: the steps of a deleted app are used'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: `AND u.last_step >= v_step
    ) THEN RETURN false; END IF;`,
      replace: `AND u.last_step >= v_step
    ) THEN NULL; END IF;`,
    },
  ),
  mutant(
    'C63.pg-import-transaction',
    'PostgreSQL: an import is decided by the apps present in its transaction',
    [
      STORE,
      'C63: an import that was compared with other apps than the present ones creates nothing, however many at once',
    ],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: 'AND f.id <> ALL (p_known)',
      replace: 'AND f.id = ANY (p_known) AND false',
    },
  ),
  mutant(
    'C63.pg-twin-confirm',
    'PostgreSQL: a code that a twin has used confirms nothing',
    [STORE, 'C63: a step that the app or a twin has used confirms nothing'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: 'AND t.last_step >= p_step) THEN',
      replace: 'AND false) THEN',
    },
  ),
  mutant(
    'C63.pg-app-deletion',
    'PostgreSQL: every deletion of an app leaves its newest step behind',
    ['test/storage/postgres/store.test.ts', 'C63: the steps of a deleted app are used'],
    {
      file: 'drizzle/postgres/0011_used_step_functions.sql',
      find: 'FOR EACH ROW WHEN (OLD.last_step > 0)',
      replace: 'FOR EACH ROW WHEN (OLD.last_step < 0)',
    },
  ),
]
