// One-time passwords against the vectors of their RFCs, and against another implementation where one is installed.

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { OTP_ALGORITHMS, OTP_DIGITS, type OtpAlgorithm } from '../../src/factors/types.ts'
import { createOtp } from '../../src/otp/otp.ts'

const otp = createOtp()

/** RFC 4648 §6, written anew here: the code under test must not check itself. */
function toBase32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('')
}

const shape = (algorithm: OtpAlgorithm, digits: 6 | 8, periodSeconds = 30) => ({
  ...{ algorithm, digits, periodSeconds },
})

describe('RFC 4226 appendix D', () => {
  const secret = toBase32(Buffer.from('12345678901234567890'))
  it.each(
    '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'
      .split(' ')
      .map((code, counter) => [counter, code] as const),
  )('count %i is %s', (counter, code) => {
    expect(otp.code(secret, shape('SHA1', 6), counter)).toBe(code)
  })
})

describe('RFC 6238 appendix B', () => {
  const seed = '1234567890'.repeat(7)
  /** The errata's seeds (EID 2866): 20, 32 and 64 bytes. */
  const secrets = {
    SHA1: toBase32(Buffer.from(seed.slice(0, 20))),
    SHA256: toBase32(Buffer.from(seed.slice(0, 32))),
    SHA512: toBase32(Buffer.from(seed.slice(0, 64))),
  }
  const rows: [number, string, string, string][] = [
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ]
  it.each(rows)('at %i s', (seconds, ...codes) => {
    const step = Math.floor(seconds / 30)
    const made = OTP_ALGORITHMS.map((name) => otp.code(secrets[name], shape(name, 8), step))
    expect(made).toEqual(codes)
  })
})

const hasOathtool = spawnSync('oathtool', ['--version']).error === undefined

/** Another implementation, by other hands; `.ci/run` installs it. */
describe.skipIf(!hasOathtool)('as oathtool says (Debian package oathtool)', () => {
  const cases = OTP_ALGORITHMS.flatMap((algorithm) =>
    OTP_DIGITS.flatMap((digits) => [30, 60].map((period) => ({ algorithm, digits, period }))),
  )
  it.each(cases)('$algorithm, $digits digits, $period s', ({ algorithm, digits, period }) => {
    for (let n = 0; n < 3; n += 1) {
      const secret = toBase32(randomBytes(16 + n * 10))
      const step = 1 + Math.floor(Math.random() * 2 ** 26)
      const words = [`--totp=${algorithm}`, '--base32', `--digits=${digits}`]
      const when = [`--time-step-size=${period}s`, `--now=@${step * period + n}`]
      const { stdout } = spawnSync('oathtool', [...words, ...when, secret], { encoding: 'utf8' })
      expect(otp.code(secret, shape(algorithm, digits, period), step)).toBe(stdout.trim())
    }
  })
})

describe('secrets', () => {
  it('are 160 random bits in Base32', () => {
    const made = Array.from({ length: 200 }, () => otp.createSecret(20))
    for (const secret of made) expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(new Set(made).size).toBe(made.length)
    // Each of the 32 letters, in each of the 32 places, in 200 of them: 0.2 % a place to miss one.
    expect(new Set(made.join('')).size).toBe(32)
  })

  it.each([
    ['JBSWY3DPEHPK3PXP', 'JBSWY3DPEHPK3PXP', 10],
    ['jbsw y3dp-ehpk 3pxp', 'JBSWY3DPEHPK3PXP', 10],
    ['GEZDGNBVGY3TQOJQGEZDGNBVGY======', 'GEZDGNBVGY3TQOJQGEZDGNBVGY', 16],
  ])('are read as people and other systems write them: %s', (text, secret, bytes) => {
    expect(otp.readSecret(text)).toEqual({ secret, bytes })
  })

  it.each(['', 'A', 'ABC1', '0', 'JBSWY3DP!', 'ЈBSWY3DP', '=JBSWY3DP', 'JBSWY3DPX', 'AAA=AAAA'])(
    'are none: %s',
    (text) => {
      expect(otp.readSecret(text)).toBeNull()
    },
  )
})

describe('the URI (Key URI format)', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  it('names issuer and account, and what is not usual', () => {
    const plain = otp.uri(secret, shape('SHA1', 6), { issuer: 'Acme', accountName: 'alice' })
    expect(plain).toBe(`otpauth://totp/Acme:alice?secret=${secret}&issuer=Acme`)
    const other = otp.uri(secret, shape('SHA512', 8, 60), { issuer: 'A', accountName: 'b' })
    const { searchParams } = new URL(other)
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ secret, issuer: 'A', algorithm: 'SHA512', digits: '8', period: '60' },
    })
  })

  it('keeps a hostile name in its place', () => {
    const label = { issuer: 'A&B?#/%=', accountName: 'x&secret=AAAA#ü <>"' }
    const url = new URL(otp.uri(secret, shape('SHA1', 6), label))
    expect(url.searchParams.getAll('secret')).toEqual([secret])
    expect(url.searchParams.get('issuer')).toBe(label.issuer)
    expect(url.hash).toBe('')
    expect(decodeURIComponent(url.pathname.slice(1))).toBe(`${label.issuer}:${label.accountName}`)
  })
})
