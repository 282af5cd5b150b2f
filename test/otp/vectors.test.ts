// The standards' own vectors, and oathtool where it is installed.

import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import type { OtpShape } from '../../src/factors/types.ts'
import { createOtp } from '../../src/otp/otp.ts'

const otp = createOtp()
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 §6, by hand: the library under test is no witness of its own. */
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

const shape = (algorithm: OtpShape['algorithm'], digits: OtpShape['digits']): OtpShape => ({
  algorithm,
  digits,
  periodSeconds: 30,
})

// RFC 4226 appendix D.
it.each(
  [
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ].map((code, counter) => ({ counter, code })),
)('RFC 4226: counter $counter is $code', ({ counter, code }) => {
  expect(otp.code(base32('12345678901234567890'), shape('SHA1', 6), counter)).toBe(code)
})

const SEEDS = {
  SHA1: '12345678901234567890',
  SHA256: '12345678901234567890123456789012',
  SHA512: '1234567890123456789012345678901234567890123456789012345678901234',
} as const

// RFC 6238 appendix B.
it.each([
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
] as const)('RFC 6238: at %i s', (seconds, sha1, sha256, sha512) => {
  const step = Math.floor(seconds / 30)
  const codes = (['SHA1', 'SHA256', 'SHA512'] as const).map((algorithm) =>
    otp.code(base32(SEEDS[algorithm]), shape(algorithm, 8), step),
  )
  expect(codes).toEqual([sha1, sha256, sha512])
})

const hasOathtool = spawnSync('oathtool', ['--version']).error === undefined

it.skipIf(!hasOathtool)('oathtool gives the same codes (skipped where it is not installed)', () => {
  for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const)
    for (const digits of [6, 8] as const) {
      const secret = otp.createSecret(20)
      const step = 59_000_000 + digits
      const words = [`--totp=${algorithm}`, '-b', `--digits=${digits}`, `--now=@${step * 30 + 7}`]
      const told = spawnSync('oathtool', [...words, secret], { encoding: 'utf8' })
      expect(otp.code(secret, shape(algorithm, digits), step)).toBe(told.stdout.trim())
    }
})

it('secrets have 160 bits, and are read in any writing', () => {
  const secret = otp.createSecret(20)
  expect(otp.readSecret(secret)).toEqual({ secret, bytes: 20 })
  const spaced = `${(secret.match(/.{4}/g) ?? []).join(' ').toLowerCase()}====`
  expect(otp.readSecret(spaced)).toEqual({ secret, bytes: 20 })
  for (const wrong of ['', '01890189', 'ABCDEFG!', 'ÄÖÜ']) expect(otp.readSecret(wrong)).toBeNull()
})
