// The lines that keep a lost or changed root key from more than it must refuse, and that tell it.
// It must not name a line that opens or seals.

import { type Defence, row } from './defence.ts'

const SQLITE = 'test/storage/sqlite/factor-store.test.ts'
const POSTGRES = 'test/storage/postgres/store.test.ts'
const DOMAIN = 'test/factors/lost-key.test.ts'
const ADVICE = 'src/factors/root-keys.ts'
const FORGET = 'C65: what is forgotten is of that key'

export const LOST_KEYS: readonly Defence[] = [
  row(
    'C65',
    'doctor finds a SECRET_KEY that is not the one of the store',
    {
      file: 'src/commands/doctor/root-keys.ts',
      find: "finding(CHECK, 'failed', sentence)",
      replace: "finding(CHECK, 'ok', sentence)",
    },
    { file: 'test/commands/doctor.test.ts', title: 'C65: on SQLite' },
  ),
  row(
    'C65',
    'factors under a missing root key refuse the subjects of their service alone',
    {
      file: 'src/storage/sqlite/factor-rewrap.ts',
      find: '!known.includes(next) && oneOf.get({ keyId: next, service })',
      replace: '!known.includes(next)',
    },
    { file: DOMAIN, title: 'refuses nobody of another service' },
  ),
  row(
    'C65',
    'PostgreSQL: factors under a missing root key refuse the subjects of their service alone',
    {
      file: 'src/storage/postgres/factor-store.ts',
      find: 'where f.key_id = k.key_id and f.service = ${service}',
      replace: 'where f.key_id = k.key_id and ${service}::text is not null',
    },
    { file: POSTGRES, title: 'C65: a missing root key is one of its service alone' },
  ),
  row(
    'C65',
    'what lies under a root key that no setting gives is a warning',
    {
      file: ADVICE,
      find: 'warnings: others.filter((row) => !isKnown(row))',
      replace: 'warnings: others.filter((row) => isKnown(row) && !isKnown(row))',
    },
    { file: DOMAIN, title: 'a changed SECRET_KEY: what it leaves behind' },
  ),
  row(
    'C65',
    'open verifications of another root key are seen, too',
    {
      file: 'src/storage/sqlite/root-keys.ts',
      find: 'row.keyId !== keyId)',
      replace: 'row.keyId === keyId)',
    },
    { file: SQLITE, title: 'C65: a missing root key is one of its service alone' },
  ),
  row(
    'C65',
    'PostgreSQL: open verifications of another root key are seen, too',
    {
      file: 'src/storage/postgres/root-keys.ts',
      find: 'x where pepper_key_id <> ${keyId}',
      replace: 'x where pepper_key_id = ${keyId}',
    },
    { file: POSTGRES, title: 'C65: a missing root key is one of its service alone' },
  ),
  row(
    'C65',
    'what is forgotten is of the lost key alone, in the service that is named',
    {
      file: 'src/storage/sqlite/factor-forget.ts',
      find: "eq(f.keyId, p('keyId')), eq(f.service, p('service'))",
      replace: "eq(f.service, p('service'))",
    },
    { file: SQLITE, title: FORGET },
  ),
  row(
    'C65',
    'PostgreSQL: what is forgotten is of the lost key alone, in the service that is named',
    {
      file: 'src/storage/postgres/factor-store.ts',
      find: 'where f.key_id = ${keyId} ${isMeant}',
      replace: 'where ${keyId}::text is not null ${isMeant}',
    },
    { file: POSTGRES, title: FORGET },
  ),

  row(
    'C65',
    'a start says what lies under a root key that no setting gives',
    {
      file: 'src/compose-requests.ts',
      find: 'for (const warning of warnings) logger.warn({}, warning)',
      replace: '',
    },
    { file: 'test/e2e/c41-factors.test.ts', title: 'C65: a key that is lost: said at start' },
  ),

  row(
    'C65',
    'Health and keys forget know a key that is still given from one that is lost',
    {
      file: ADVICE,
      find: '.filter(({ keyId }) => !keyring.keyIds.includes(keyId))',
      replace: '.filter(({ keyId }) => keyId !== keyring.currentKeyId)',
    },
    { file: DOMAIN, title: 'a previous key that is still given is no warning' },
  ),
  row(
    'C65',
    'Health names what lies under a lost root key, with the way out',
    {
      file: 'src/admin/pages/health-page.ts',
      find: '${missingKeys(report)}\n',
      replace: '${missingKeys({ ...report, underMissing: [] })}\n',
    },
    {
      file: 'test/e2e/c41-factors.test.ts',
      title: 'C65: a key that is lost: said at start and in Health',
    },
  ),
]
