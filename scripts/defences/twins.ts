// The lines that keep a secret from being good twice: of two rows, after a deletion, in two shapes, at once.
// It must not name a line that one row alone needs.

import { type Defence, row } from './defence.ts'

const STEPS = 'src/storage/sqlite/step-uses.ts'
const STORE = 'src/storage/sqlite/factor-store.ts'
const FUNCTIONS = 'drizzle/postgres/0011_used_step_functions.sql'
const APPS = 'src/factors/apps.ts'
const SQLITE = 'test/storage/sqlite/factor-store.test.ts'
const POSTGRES = 'test/storage/postgres/store.test.ts'
const HELD = 'test/storage/postgres/used-steps.test.ts'
const IMPORTS = 'test/factors/import-twice.test.ts'

const DOMAIN: readonly Defence[] = [
  row(
    'C63',
    'an import in another shape begins with what its twins have used',
    { file: 'src/factors/create-app.ts', find: 'own?.lastStep ?? 0', replace: '0' },
    { file: IMPORTS, title: 'in another shape begins with what the first has used' },
  ),
  row(
    'C63',
    'a secret that the subject has makes no second factor',
    {
      file: 'src/factors/create-app.ts',
      find: '  if (own?.twin) {',
      replace: '  if (own?.twin && false) {',
    },
    { file: IMPORTS, title: 'answers with the factor that is there' },
  ),
  row(
    'C63',
    'zeros at the end of a secret make no other one: HMAC adds them itself',
    { file: APPS, find: 'withoutZeros(one) === withoutZeros(other)', replace: 'one === other' },
    { file: IMPORTS, title: 'answers with the factor that is there' },
  ),
  {
    keeps: 'C63',
    line: 'a step that one row of a secret used is used for the others: looked at before, and in the transaction',
    changes: [
      {
        file: APPS,
        find: '[app, ...twins].some(({ lastStep }) => lastStep >= step)',
        replace: 'app.lastStep >= step',
      },
      { file: STEPS, find: 'if (isUsed(twins, step) || ', replace: 'if (' },
    ],
    test: { file: IMPORTS, title: 'a code that one row took before the upgrade is used' },
  },
  row(
    'C63',
    'an imported app begins with the present step used',
    {
      file: 'src/factors/create-app.ts',
      find: 'isActive ? presentStep(domain.wall.now(), command.shape) : 0',
      replace: '0',
    },
    { file: IMPORTS, title: 'begins with the present step used' },
  ),
]

const ON_SQLITE: readonly Defence[] = [
  row(
    'C63',
    'a step is used of all apps with the secret, in the transaction of the approval',
    { file: STEPS, find: '      mark(twins, step)\n', replace: '' },
    { file: SQLITE, title: 'C63: 20 verifications at once by the apps of one secret' },
  ),
  row(
    'C63',
    'a step of an app that was deleted since is used',
    {
      file: STEPS,
      find: ' || ofDeleted(subjectIndexes, periodSeconds) >= step',
      replace: '',
    },
    { file: SQLITE, title: 'C63: the steps of a deleted app are used' },
  ),
  row(
    'C63',
    'whatever deletes an app leaves its newest step behind',
    {
      file: 'drizzle/sqlite/0004_used_steps.sql',
      find: 'WHEN old.`last_step` > 0',
      replace: 'WHEN old.`last_step` < 0',
    },
    { file: IMPORTS, title: 'deleted with everything of the person' },
  ),
  row(
    'C63',
    'an import is decided by the apps that are there in its transaction',
    {
      file: STORE,
      find: 'known.includes(id))) return',
      replace: 'known.includes(id)) && known.length > 9) return',
    },
    { file: IMPORTS, title: 'is one factor of ten imports at once' },
  ),
  row(
    'C63',
    'a code that a twin took confirms nothing',
    { file: STORE, find: '!steps.isUsed([id, ...twins], step)', replace: 'step > 0' },
    { file: SQLITE, title: 'C63: a step that the app or a twin has used confirms nothing' },
  ),
]

const ON_POSTGRES: readonly Defence[] = [
  row(
    'C63',
    'PostgreSQL: a step is used of all apps with the secret, in the transaction of the approval',
    {
      file: FUNCTIONS,
      find: '    UPDATE factors SET last_step = v_step WHERE id = ANY (v_twins);\n',
      replace: '',
    },
    { file: POSTGRES, title: 'C63: 20 verifications at once by the apps of one secret' },
  ),
  row(
    'C63',
    'PostgreSQL: rows of one secret are locked before they are looked at',
    {
      file: FUNCTIONS,
      find: "    PERFORM 1 FROM factors WHERE id = p_use->>'factorId' OR id = ANY (v_twins) ORDER BY seq FOR NO KEY UPDATE;\n",
      replace: '',
    },
    { file: HELD, title: 'C63: a check waits for a twin that is being used' },
  ),
  row(
    'C63',
    'PostgreSQL: a step of an app that was deleted since is used',
    {
      file: FUNCTIONS,
      find: 'AND u.last_step >= v_step\n    ) THEN RETURN false; END IF;',
      replace: 'AND u.last_step >= v_step\n    ) THEN NULL; END IF;',
    },
    { file: POSTGRES, title: 'C63: the steps of a deleted app are used' },
  ),
  row(
    'C63',
    'PostgreSQL: an import is decided by the apps that are there in its transaction',
    {
      file: FUNCTIONS,
      find: 'AND f.id <> ALL (p_known)',
      replace: 'AND f.id = ANY (p_known) AND false',
    },
    { file: POSTGRES, title: 'C63: an import that was compared with other apps' },
  ),
  row(
    'C63',
    'PostgreSQL: a code that a twin took confirms nothing',
    { file: FUNCTIONS, find: 'AND t.last_step >= p_step) THEN', replace: 'AND false) THEN' },
    { file: POSTGRES, title: 'C63: a step that the app or a twin has used confirms nothing' },
  ),
]

export const TWINS: readonly Defence[] = [...DOMAIN, ...ON_SQLITE, ...ON_POSTGRES]
