// Lines that keep C69: names that are given twice or misspelt, and what stands around an address or a path.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const NAMES = 'test/config/c69-names.test.ts'

export const SETTING_NAMES: readonly Defence[] = [
  row(
    'C69',
    'a test recipient that is there twice is refused: each time with another code perhaps',
    {
      file: 'src/config/parsers.ts',
      find: 'const twin = names.find((name, i) => names.indexOf(name) !== i)',
      replace: 'const twin = names.find((name) => !names.includes(name))',
    },
    { file: NAMES, title: 'TEST_RECIPIENTS=ann@example.com=1234@2030-01-01,ANN@example.com' },
  ),
  row(
    'C69',
    'a test recipient that is there twice is refused in the services file, too',
    {
      file: 'src/config/services.ts',
      find: 'const message = describeTwins(recipients)',
      replace: 'const message = describeTwins(recipients.slice(0, 1))',
    },
    { file: NAMES, title: 'a test recipient' },
  ),
  row(
    'C69',
    'a header that is named twice, in capitals or not, is refused',
    {
      file: 'src/delivery/setting-values.ts',
      find: 'if (new Set(names).size < names.length ||',
      replace: 'if (',
    },
    { file: NAMES, title: 'HTTP_EMAIL_HEADERS={"x-api-key":"a","X-API-Key":"b"}' },
  ),
  row(
    'C69',
    'a header that is named twice, spelt alike, is refused',
    {
      file: 'src/delivery/setting-values.ts',
      find: ' || findDuplicateKeys(required(values, name)).length > 0)',
      replace: ')',
    },
    { file: NAMES, title: 'HTTP_SMS_HEADERS={"x":"a","\\u0078":"b"}' },
  ),
  row(
    'C69',
    'a misspelt setting is named with the nearest one',
    {
      file: 'src/config/slips.ts',
      find: ': (nearest(upper, candidates) ?? byWordsOf(',
      replace: ': (byWordsOf(',
    },
    { file: NAMES, title: 'SMPT_URL: was SMTP_URL… meant?' },
  ),
  row(
    'C69',
    'brackets around a range of TRUSTED_PROXIES are no part of it',
    {
      file: 'src/config/parsers.ts',
      find: "given.replace(/^\\[([\\da-f:.]+)\\](?=\\/|$)/i, '$1')",
      replace: 'given',
    },
    { file: 'test/config/config.test.ts', title: 'TRUSTED_PROXIES=[::1],[fd00::]/8 is read' },
  ),
  row(
    'C69',
    'a proxy that leaves its path in is told so',
    {
      file: 'src/http/app.ts',
      find: 'return UNDER_PREFIX.test(path) &&',
      replace: "return path === '' &&",
    },
    {
      file: 'test/http/under-path.test.ts',
      title: 'that leaves the path in is told at /codes/admin',
    },
  ),

  row(
    'C69',
    'a key that was revoked lets nobody verify',
    {
      file: 'src/access/missing-keys.ts',
      find: '.filter(({ revokedAt }) => revokedAt === null)',
      replace: '',
    },
    { file: 'test/access/missing-keys.test.ts', title: 'C69: a revoked key lets nobody verify' },
  ),

  row(
    'C69',
    'a test recipient is met by every start that means it',
    { file: 'src/config/parsers.ts', find: '  return read.address\n', replace: '  return to\n' },
    {
      file: 'test/config/c69-test-recipients.test.ts',
      title: 'ann@EXAMPLE.com is met by a start to ann@example.com',
    },
  ),
  row(
    'C69',
    'a test recipient that no start could meet is refused',
    {
      file: 'src/config/parsers.ts',
      find: '  if (isUnreadable(read))\n',
      replace: '  if (isUnreadable(read)) return to\n  if (isUnreadable(read))\n',
    },
    {
      file: 'test/config/c69-test-recipients.test.ts',
      title: '+150055500061234 would never be met, and is refused',
    },
  ),
]
