// The lines that read what people and other systems spell in their own way: typed codes, secrets, names in a QR code.
// It must not name a line that decides whether a code is right.

import { type Mutant, mutant } from '../mutation.ts'

const TYPED_TEXT = 'test/kernel/typed-text.test.ts'
const OTP = 'test/factors/otp.test.ts'
const APPS = 'test/factors/apps.test.ts'

export const IMPORTS: readonly Mutant[] = [
  mutant(
    'C8.minus-signs-dropped',
    'the minus sign and its look-alikes are dropped from a typed code, not only hyphens',
    [TYPED_TEXT, 'U+2212 is dropped'],
    { node: 'TemplateHead', find: 'Dash', replace: 'Pd' },
  ),
  mutant(
    'C8.invisibles-dropped',
    'invisible characters are dropped from a typed code',
    [TYPED_TEXT, 'U+fe0f is dropped'],
    { node: 'TemplateHead', find: '\\p{Default_Ignorable_Code_Point}', replace: '' },
  ),
  mutant(
    'C8.unicode-digits',
    'digits of every script are read, even in a recovery code',
    [TYPED_TEXT, 'Thai: of a code and of a recovery code alike'],
    {
      node: 'Block',
      find: `    .replace(NOT_ASCII, (character) => digitOf(character) ?? character)
`,
      replace: '',
    },
  ),
  mutant(
    'C63.padding-last',
    'padding follows everything else',
    [OTP, 'are read as people and other systems write them'],
    { node: 'CallExpression', becomes: `readTyped(text.replace(/=+$/, '')).toUpperCase()` },
  ),
  mutant(
    'C63.short-secret-allowed',
    'the one-time password library accepts secrets under 128 bits',
    [OTP, 'of 80 bits show the codes that other programs show'],
    { node: 'ShorthandPropertyAssignment', becomes: '' },
  ),
  mutant(
    'C63.short-secret-warning',
    'an imported secret under 128 bits is answered with a warning',
    [
      APPS,
      'C63: accepts secrets of 10 to 64 bytes, with a warning under 16, and creates none under 20',
    ],
    { node: 'PropertyAssignment', nth: 3, becomes: 'warnings: read.bytes < min ? [warning] : []' },
  ),
  mutant(
    'C45.issuer-colon-escaped',
    'a colon in a name does not end the issuer that an app reads',
    [OTP, 'one colon alone, and the issuer twice the same'],
    { node: 'PropertyAssignment', becomes: 'issuer' },
  ),
  mutant(
    'C63.secret-invisibles',
    'invisible characters in a secret are dropped',
    [OTP, 'are read as people and other systems write them'],
    { node: 'CallExpression', nth: 2, becomes: "text.replaceAll(/[\\s-]/g, '').toUpperCase()" },
  ),
  mutant(
    'C63.secret-fault-named',
    'the message about a secret says what is wrong with it',
    [OTP, 'looks like hexadecimal'],
    { node: 'CallExpression', becomes: `letters === ''` },
  ),
  mutant(
    'C63.secret-160-bits',
    'secrets generated here have 160 bits',
    [
      APPS,
      'C63: accepts secrets of 10 to 64 bytes, with a warning under 16, and creates none under 20',
    ],
    { node: 'VariableDeclaration', becomes: 'SECRET_BYTES = 10' },
  ),
  mutant(
    'C45.account-colon-escaped',
    'a colon in an account does not end the issuer either',
    [OTP, 'one colon alone, and the issuer twice the same'],
    { node: 'PropertyAssignment', becomes: 'label: accountName' },
  ),
]
