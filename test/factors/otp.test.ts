// One-time passwords against the vectors of their RFCs, and against another implementation where one is installed.

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { OTP_ALGORITHMS, OTP_DIGITS, type OtpAlgorithm } from '../../src/factors/types.ts'

const otp = createOtp()

/** RFC 4648 §6, written again here: the code under test must not check itself. */
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
describe.skipIf(!hasOathtool)('as oathtool computes it (Debian package oathtool)', () => {
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

  // otplib 752 and 850, keepassxc 3754: 80 bits, padding, blanks, small letters, each of them refused by some program.
  it.each([
    ['JBSWY3DPEHPK3PXP', 'JBSWY3DPEHPK3PXP', 10],
    ['jbsw y3dp-ehpk 3pxp', 'JBSWY3DPEHPK3PXP', 10],
    ['GEZDGNBVGY3TQOJQGEZDGNBVGY======', 'GEZDGNBVGY3TQOJQGEZDGNBVGY', 16],
    ['GEZDGNBVGY3TQOJQGEZDGNBVGY== ==\n==\u200b\r\n', 'GEZDGNBVGY3TQOJQGEZDGNBVGY', 16],
    [
      '\ufeff\tgezd gnbv\u00a0gy3t qojq\r\ngezd gnbv gy\u200b======',
      'GEZDGNBVGY3TQOJQGEZDGNBVGY',
      16,
    ],
    ['ｊｂｓｗｙ３ｄｐｅｈｐｋ３ｐｘｐ', 'JBSWY3DPEHPK3PXP', 10],
    ['JBSWY3DPEHPK3PXP=', 'JBSWY3DPEHPK3PXP', 10],
    // Letters drawn at random: apps drop the two bits beyond the last byte, and show the codes of 16 bytes.
    ['GEZDGNBVGY3TQOJQGEZDGNBVG3', 'GEZDGNBVGY3TQOJQGEZDGNBVGY', 16],
  ])('C63: are read as people and other systems write them: %j', (text, secret, bytes) => {
    expect(otp.readSecret(text)).toEqual({ kind: 'read', secret, bytes })
  })

  it.each([
    ['', 'is empty'],
    [' =\u200b= ', 'is empty'],
    ['A', 'has a length of 1'],
    ['JBSWY3DPEHPK3PX', 'reads'],
    ['JBSWY3DPEHPK3PXPA', 'has a length of 17'],
    ['JBSWY3DPX', 'has a length of 9'],
    ['JBSWY3DPEHPK3P', 'has a length of 14'],
    ['ABC1', 'looks like hexadecimal'],
    ['3132333435363738393031323334353637383930', 'looks like hexadecimal'],
    ['0BSWY3DPEHPK3PXP', 'has a 0, 1, 8 or 9'],
    ['JBSWY3DP!', 'has a character'],
    ['SGVsbG8sIHdvcmxkIQ/+', 'has a character'],
    ['"JBSWY3DPEHPK3PXP"', 'has a character'],
    ['\u0408BSWY3DPEHPK3PXP', 'has a character'],
    ['=JBSWY3DP', 'has a = before its end'],
    ['AAA=AAAA', 'has a = before its end'],
    ['otpauth://totp/Acme:ann?secret=JBSWY3DPEHPK3PXP', 'is an otpauth URI'],
    [' OTPAUTH://totp/a?secret=JBSWY3DPEHPK3PXP', 'is an otpauth URI'],
    ['otpauth-migration://offline?data=CjEKCkhlbGxv', 'is an otpauth URI'],
  ])('C63: %j: the message says what is wrong: it %s', (text, words) => {
    const read = otp.readSecret(text)
    if (words === 'reads') expect(read.kind).toBe('read')
    else expect(read).toMatchObject({ kind: 'unreadable', detail: expect.stringContaining(words) })
  })

  it('no sentence repeats anything of a secret', () => {
    for (const text of ['JBSWY3DP!', 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP', 'JBSWY3DPX'])
      expect(JSON.stringify(otp.readSecret(text))).not.toContain('JBSWY')
  })

  it('of 80 bits show the codes that other programs show', () => {
    // RFC 4226 with the key "Hello!" and four bytes more, computed with oathtool.
    expect(otp.code('JBSWY3DPEHPK3PXP', shape('SHA1', 6), 1)).toBe('996554')
    expect(otp.code('JBSWY3DPEHPK3PXP', shape('SHA1', 6), 0)).toBe('282760')
  })
})

describe('the URI (Key URI format)', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  it('names issuer and account, and unusual parameters', () => {
    const plain = otp.uri(secret, shape('SHA1', 6), { issuer: 'Acme', accountName: 'alice' })
    expect(plain).toBe(`otpauth://totp/Acme:alice?secret=${secret}&issuer=Acme`)
    const other = otp.uri(secret, shape('SHA512', 8, 60), { issuer: 'A', accountName: 'b' })
    const { searchParams } = new URL(other)
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ secret, issuer: 'A', algorithm: 'SHA512', digits: '8', period: '60' },
    })
  })

  // Beemdevelopment/Aegis 1701: with several colons apps take either one for the end of the issuer.
  it.each([
    ['Acme: Shop', 'ann', 'Acme - Shop', 'ann'],
    ['Acme:Shop', 'ann', 'Acme-Shop', 'ann'],
    ['A::B :C', 'urn:user: 7', 'A--B-C', 'urn-user - 7'],
    ['Acme:', ':ann', 'Acme-', '-ann'],
  ])('issuer %j of account %j: one colon alone, and the issuer twice the same', (...names) => {
    const [issuer, accountName, shownIssuer, shownAccount] = names
    const uri = otp.uri(secret, shape('SHA1', 6), { issuer, accountName })
    const { pathname, searchParams } = new URL(uri)
    const label = decodeURIComponent(pathname.replace(/^\/*(totp\/)?/, ''))
    expect(label.split(':')).toEqual([shownIssuer, shownAccount])
    expect(searchParams.get('issuer')).toBe(shownIssuer)
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
