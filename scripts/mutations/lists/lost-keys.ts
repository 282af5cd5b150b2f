// The lines that keep a lost or changed root key from more than it must refuse, and that tell it.
// It must not name a line that opens or seals.

import { type Mutant, mutant } from '../mutation.ts'

const LOST_KEY = 'test/factors/lost-key.test.ts'
const STORE = 'test/storage/postgres/store.test.ts'
const FACTOR_STORE = 'test/storage/sqlite/factor-store.test.ts'
const C41_FACTORS = 'test/e2e/c41-factors.test.ts'

export const LOST_KEYS: readonly Mutant[] = [
  mutant(
    'C65.doctor-foreign-key',
    'doctor finds a SECRET_KEY that does not match the store',
    ['test/commands/doctor.test.ts', 'C65: on SQLite'],
    { node: 'CallExpression', nth: 2, becomes: `keyFinding('ok', sentence)` },
  ),
  mutant(
    'C65.missing-key-scoped',
    'factors under a missing root key refuse the subjects of their service alone',
    [LOST_KEY, 'refuses nobody of another service'],
    { node: 'BinaryExpression', becomes: '!known.includes(next)' },
  ),
  mutant(
    'C65.pg-missing-scoped',
    'PostgreSQL: factors under a missing root key refuse the subjects of their service alone',
    [
      STORE,
      'C65: a missing root key concerns its service alone, and is reported by key and service',
    ],
    {
      node: 'TemplateExpression',
      find: 'f.service = ${service}',
      replace: '${service}::text is not null',
    },
  ),
  mutant(
    'C65.unknown-key-warning',
    'rows under a root key that no setting gives are a warning',
    [LOST_KEY, 'a changed SECRET_KEY: what it leaves behind'],
    {
      node: 'PropertyAssignment',
      becomes:
        'warnings: others.filter((row) => isKnown(row) && !isKnown(row)).map(adviseOnMissing)',
    },
  ),
  mutant(
    'C65.open-verification-keys',
    'open verifications of another root key are found, too',
    [
      FACTOR_STORE,
      'C65: a missing root key concerns its service alone, and is reported by key and service',
    ],
    { node: 'ArrowFunction', becomes: '(row) => row.keyId === keyId' },
  ),
  mutant(
    'C65.pg-open-keys',
    'PostgreSQL: open verifications of another root key are found, too',
    [
      STORE,
      'C65: a missing root key concerns its service alone, and is reported by key and service',
    ],
    { node: 'TemplateMiddle', nth: 2, find: '<>', replace: '=' },
  ),
  mutant(
    'C65.forget-lost-only',
    'only factors of the lost key are forgotten, in the named service',
    [
      FACTOR_STORE,
      'C65: only rows of that key are forgotten, and of that service where one is named, with events',
    ],
    { node: 'CallExpression', becomes: `select(and(eq(f.service, p('service'))))` },
  ),
  mutant(
    'C65.pg-forget-lost',
    'PostgreSQL: only factors of the lost key are forgotten, in the named service',
    [
      STORE,
      'C65: only rows of that key are forgotten, and of that service where one is named, with events',
    ],
    {
      node: 'TemplateExpression',
      find: 'f.key_id = ${keyId}',
      replace: '${keyId}::text is not null',
    },
  ),
  mutant(
    'C65.start-lost-key',
    'a start reports what lies under a root key that no setting gives',
    [
      C41_FACTORS,
      'C65: a lost key: reported at start and in Health, refused in its service, and forgotten by command',
    ],
    { node: 'ForOfStatement', becomes: '' },
  ),
  mutant(
    'C65.given-not-lost',
    'Health and keys forget distinguish a key that is still given from a lost one',
    [
      LOST_KEY,
      'a previous key that is still given, with factors to be moved, is not reported as missing',
    ],
    {
      node: 'ReturnStatement',
      becomes: 'return others.filter(({ keyId }) => keyId !== keyring.currentKeyId)',
    },
  ),
  mutant(
    'C65.health-lost-key',
    'Health names what lies under a lost root key, with the way out',
    [
      C41_FACTORS,
      'C65: a lost key: reported at start and in Health, refused in its service, and forgotten by command',
    ],
    { node: 'CallExpression', nth: 2, becomes: 'missingKeys({ ...report, underMissing: [] })' },
  ),
]
