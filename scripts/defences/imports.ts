// The lines that read what people and other systems spell in their own way: typed codes, secrets, names in a QR code.
// It must not name a line that decides whether a code is right.

import { type Defence, row } from './defence.ts'

const TYPED = 'src/kernel/typed-text.ts'
const TYPED_TEST = 'test/kernel/typed-text.test.ts'
const READ = 'src/otp/read-secret.ts'
const OTP = 'src/otp/otp.ts'
const OTP_TEST = 'test/otp/otp.test.ts'

export const IMPORTS: readonly Defence[] = [
  row(
    'C8',
    'the minus sign and its look-alikes are dropped from a typed code, not only hyphens',
    { file: TYPED, find: '\\p{Dash}', replace: '\\p{Pd}' },
    { file: TYPED_TEST, title: 'U+2212 is dropped' },
  ),
  row(
    'C8',
    'what nobody sees is dropped from a typed code',
    { file: TYPED, find: '\\p{Default_Ignorable_Code_Point}', replace: '' },
    { file: TYPED_TEST, title: 'U+fe0f is dropped' },
  ),
  row(
    'C8',
    'digits of every script are read, in a recovery code, too',
    {
      file: TYPED,
      find: '    .replace(NOT_ASCII, (character) => digitOf(character) ?? character)\n',
      replace: '',
    },
    { file: TYPED_TEST, title: 'Thai: of a code and of a recovery code alike' },
  ),
  row(
    'C63',
    'padding goes after what stands behind it',
    {
      file: READ,
      find: "readTyped(text).toUpperCase().replace(/=+$/, '')",
      replace: "readTyped(text.replace(/=+$/, '')).toUpperCase()",
    },
    { file: OTP_TEST, title: 'are read as people and other systems write them' },
  ),
  row(
    'C63',
    'the one-time password library takes secrets under 128 bits',
    { file: OTP, find: '        guardrails,\n', replace: '' },
    { file: OTP_TEST, title: 'of 80 bits show the codes that other programs show' },
  ),
  row(
    'C63',
    'an imported secret under 128 bits is answered with a warning',
    {
      file: 'src/factors/give-secret.ts',
      find: 'warnings: read.bytes < warned ? [warning] : []',
      replace: 'warnings: read.bytes < min ? [warning] : []',
    },
    { file: 'test/factors/apps.test.ts', title: 'takes secrets of 10 to 64 bytes' },
  ),
  row(
    'C45',
    'a colon in a name does not end the issuer in what an app reads',
    { file: OTP, find: 'issuer: labelText(issuer),', replace: 'issuer,' },
    { file: OTP_TEST, title: 'one colon alone, and the issuer twice the same' },
  ),
  row(
    'C63',
    'what nobody sees in a secret is dropped',
    {
      file: 'src/otp/read-secret.ts',
      find: 'readTyped(text).toUpperCase()',
      replace: "text.replaceAll(/[\\s-]/g, '').toUpperCase()",
    },
    { file: 'test/otp/otp.test.ts', title: 'are read as people and other systems write them' },
  ),
  row(
    'C63',
    'the sentence about a secret says what is wrong with it',
    {
      file: 'src/otp/read-secret.ts',
      find: 'if (/^[0-9A-F]+$/.test(letters))',
      replace: "if (letters === '')",
    },
    { file: 'test/otp/otp.test.ts', title: 'looks like hexadecimal' },
  ),
  row(
    'C63',
    'secrets that are made here have 160 bits',
    { file: 'src/factors/policy.ts', find: 'SECRET_BYTES = 20', replace: 'SECRET_BYTES = 10' },
    { file: 'test/factors/apps.test.ts', title: 'takes secrets of 10 to 64 bytes' },
  ),
  row(
    'C45',
    'a colon in an account does not end the issuer either',
    {
      file: 'src/otp/otp.ts',
      find: 'label: labelText(accountName)',
      replace: 'label: accountName',
    },
    { file: 'test/otp/otp.test.ts', title: 'one colon alone, and the issuer twice the same' },
  ),
]
