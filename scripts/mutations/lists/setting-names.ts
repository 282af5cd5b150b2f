// Lines that keep C69: names that are given twice or misspelt, and what stands around an address or a path.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C69_NAMES = 'test/config/c69-names.test.ts'
const C69_TEST_RECIPIENTS = 'test/config/c69-test-recipients.test.ts'

export const SETTING_NAMES: readonly Mutant[] = [
  mutant(
    'C69.test-recipient-twice',
    'a duplicate test recipient is refused: each may have another code',
    [C69_NAMES, 'TEST_RECIPIENTS=ann@example.com=1234@2030-01-01,ANN@example.com'],
    {
      node: 'VariableStatement',
      becomes: 'const twin = names.find((name) => !names.includes(name))',
    },
  ),
  mutant(
    'C69.services-file-twice',
    'a duplicate test recipient is refused in the services file, too',
    [C69_NAMES, 'a test recipient'],
    { node: 'VariableStatement', becomes: 'const message = describeTwins(recipients.slice(0, 1))' },
  ),
  mutant(
    'C69.header-case-twice',
    'a header named twice, in different case, is refused',
    [C69_NAMES, 'HTTP_EMAIL_HEADERS={"x-api-key":"a","X-API-Key":"b"}'],
    { node: 'BinaryExpression', becomes: ' findDuplicateKeys(required(values, name)).length > 0' },
  ),
  mutant(
    'C69.header-twice-refused',
    'a header named twice, in the same spelling, is refused',
    [C69_NAMES, 'HTTP_SMS_HEADERS={"x":"a","\\u0078":"b"}'],
    { node: 'BinaryExpression', becomes: 'new Set(names).size < names.length' },
  ),
  mutant(
    'C69.typo-suggestion',
    'a misspelt setting is reported with the nearest one',
    [C69_NAMES, 'SMPT_URL: did you mean SMTP_URL…?'],
    { node: 'BinaryExpression', becomes: `byWordsOf(upper.replace(/_FILE$/, ''))` },
  ),
  mutant(
    'C69.proxy-range-brackets',
    'brackets around a range of TRUSTED_PROXIES are not part of it',
    ['test/config/config.test.ts', 'TRUSTED_PROXIES=[::1],[fd00::]/8 is read'],
    { node: 'CallExpression', becomes: 'given' },
  ),
  mutant(
    'C69.proxy-path-prefix',
    'a proxy that leaves its path prefix in gets a message about it',
    ['test/http/under-path.test.ts', 'that leaves the path in is reported at /codes/admin'],
    { node: 'BinaryExpression', becomes: `path === '' && !path.startsWith('/admin/')` },
  ),
  mutant(
    'C69.revoked-key-uncounted',
    'a revoked key does not count as a key of its service',
    ['test/access/missing-keys.test.ts', 'C69: a revoked key lets nobody verify'],
    { node: 'CallExpression', becomes: '(await deps.store.list(null))' },
  ),
  mutant(
    'C69.test-recipient-forms',
    'a test recipient matches every spelling of a start',
    [C69_TEST_RECIPIENTS, 'ann@EXAMPLE.com is met by a start to ann@example.com'],
    { node: 'ReturnStatement', becomes: 'return to' },
  ),
  mutant(
    'C69.dead-test-recipient',
    'a test recipient that no start could match is refused',
    [C69_TEST_RECIPIENTS, '+150055500061234 would never be met, and is refused'],
    {
      node: 'ThrowStatement',
      becomes:
        ' return to\n  if (isUnreadable(read))\nthrow new SettingError(\n      `"${to}" cannot receive messages (it ${read.detail}): give a number like +15005550006, or an address`,\n    )',
    },
  ),
]
