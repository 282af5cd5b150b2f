// Lines that keep C69: names that are given twice or misspelt, and what stands around an address or a path.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C69_NAMES = 'test/config/c69-names.test.ts'
const C69_TEST_RECIPIENTS = 'test/config/c69-test-recipients.test.ts'

export const SETTING_NAMES: readonly Mutant[] = [
  mutant(
    'C69.test-recipient-twice',
    'a test recipient that is there twice is refused: each time with another code perhaps',
    [C69_NAMES, 'TEST_RECIPIENTS=ann@example.com=1234@2030-01-01,ANN@example.com'],
    {
      node: 'VariableStatement',
      becomes: 'const twin = names.find((name) => !names.includes(name))',
    },
  ),
  mutant(
    'C69.services-file-twice',
    'a test recipient that is there twice is refused in the services file, too',
    [C69_NAMES, 'a test recipient'],
    { node: 'VariableStatement', becomes: 'const message = describeTwins(recipients.slice(0, 1))' },
  ),
  mutant(
    'C69.header-case-twice',
    'a header that is named twice, in capitals or not, is refused',
    [C69_NAMES, 'HTTP_EMAIL_HEADERS={"x-api-key":"a","X-API-Key":"b"}'],
    { node: 'BinaryExpression', becomes: ' findDuplicateKeys(required(values, name)).length > 0' },
  ),
  mutant(
    'C69.header-twice-refused',
    'a header that is named twice, spelt alike, is refused',
    [C69_NAMES, 'HTTP_SMS_HEADERS={"x":"a","\\u0078":"b"}'],
    { node: 'BinaryExpression', becomes: 'new Set(names).size < names.length' },
  ),
  mutant(
    'C69.typo-suggestion',
    'a misspelt setting is named with the nearest one',
    [C69_NAMES, 'SMPT_URL: was SMTP_URL… meant?'],
    { node: 'ParenthesizedExpression', becomes: `(byWordsOf(upper.replace(/_FILE$/, '')))` },
  ),
  mutant(
    'C69.proxy-range-brackets',
    'brackets around a range of TRUSTED_PROXIES are no part of it',
    ['test/config/config.test.ts', 'TRUSTED_PROXIES=[::1],[fd00::]/8 is read'],
    { node: 'CallExpression', becomes: 'given' },
  ),
  mutant(
    'C69.proxy-path-prefix',
    'a proxy that leaves its path in is told so',
    ['test/http/under-path.test.ts', 'that leaves the path in is told at /codes/admin'],
    { node: 'BinaryExpression', becomes: `path === '' && !path.startsWith('/admin/')` },
  ),
  mutant(
    'C69.revoked-key-uncounted',
    'a key that was revoked lets nobody verify',
    ['test/access/missing-keys.test.ts', 'C69: a revoked key lets nobody verify'],
    { node: 'CallExpression', becomes: '(await deps.store.list(null))' },
  ),
  mutant(
    'C69.test-recipient-forms',
    'a test recipient is met by every start that means it',
    [C69_TEST_RECIPIENTS, 'ann@EXAMPLE.com is met by a start to ann@example.com'],
    { node: 'ReturnStatement', becomes: 'return to' },
  ),
  mutant(
    'C69.dead-test-recipient',
    'a test recipient that no start could meet is refused',
    [C69_TEST_RECIPIENTS, '+150055500061234 would never be met, and is refused'],
    {
      node: 'ThrowStatement',
      becomes:
        ' return to\n  if (isUnreadable(read))\nthrow new SettingError(\n      `"${to}" cannot receive messages (it ${read.detail}): give a number like +15005550006, or an address`,\n    )',
    },
  ),
]
