// What stands between the characters of a typed code, in one table for one-time codes, apps' codes, recovery codes and secrets.

import { describe, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { readRecoveryCode } from '../../src/factors/recovery-codes.ts'
import { readTyped } from '../../src/kernel/typed-text.ts'
import { readCode } from '../../src/verification/comparison.ts'

/** Each by its code point: an editor would show most of them as one another, or not at all. */
const DASHES = [
  ...[0x002d, 0x00ad, 0x02d7, 0x058a, 0x05be, 0x1806, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014],
  ...[0x2015, 0x2043, 0x2053, 0x207b, 0x208b, 0x2212, 0x23af, 0x2500, 0x2796, 0x2e3a, 0x301c],
  ...[0x3030, 0x30a0, 0x30fc, 0xfe31, 0xfe58, 0xfe63, 0xff0d, 0xff70, 0x10ead],
]
const BLANKS = [
  ...[0x0009, 0x000a, 0x000b, 0x000c, 0x000d, 0x0020, 0x0085, 0x00a0, 0x1680, 0x2003, 0x2009],
  ...[0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x2800, 0x3000],
]
const UNSEEN = [
  ...[0x034f, 0x061c, 0x115f, 0x180b, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a],
  ...[0x202c, 0x2060, 0x2064, 0x2066, 0x2069, 0x3164, 0xfe0e, 0xfe0f, 0xfeff, 0xffa0, 0xe0061],
]
const FILLERS = [...DASHES, ...BLANKS, ...UNSEEN].map(
  (point) => [point.toString(16).padStart(4, '0'), String.fromCodePoint(point)] as const,
)
const RECOVERY = { selector: '7K3M', secret: '0QXW4Z9B1N2C8RVH' }
const otp = createOtp()
const parts = (text: string, size: number) => text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []

describe('C8: separators between the characters of a code', () => {
  it.each(FILLERS)('U+%s is dropped: before, between and after', (_point, filler) => {
    const typed = (text: string, size: number) =>
      `${filler}${parts(text, size).join(filler)}${filler}${filler}`
    expect(readCode(typed('123456', 3))).toBe('123456')
    expect(readCode(typed('12345678', 1))).toBe('12345678')
    expect(readRecoveryCode(typed('7k3m0qxw4z9b1n2c8rvh', 4))).toEqual(RECOVERY)
    const secret = otp.readSecret(typed('JBSWY3DPEHPK3PXP', 4))
    expect(secret).toMatchObject({ kind: 'read', secret: 'JBSWY3DPEHPK3PXP' })
  })

  it.each(['_', '.', ',', '/', '+', "'", '一', '|', 'x', '\u0301', '\0'])('%j is not', (other) => {
    expect(readCode(`123${other}456`)).toBeNull()
    expect(readRecoveryCode(`7K3M${other}0QXW4Z9B1N2C8RVH`)).toBeNull()
  })
})

describe('digits of every script', () => {
  const scripts = {
    'full-width': 0xff10,
    'Arabic-Indic': 0x660,
    Persian: 0x6f0,
    Devanagari: 0x966,
    Bengali: 0x9e6,
    Thai: 0xe50,
    Myanmar: 0x1040,
    Khmer: 0x17e0,
    Osmanya: 0x104a0,
    mathematical: 0x1d7ce,
    segmented: 0x1fbf0,
  }
  it.each(Object.entries(scripts))('%s: of a code and of a recovery code alike', (_name, zero) => {
    const inScript = (text: string) =>
      text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
    expect(readCode(inScript('0123456789'))).toBe('0123456789')
    expect(readRecoveryCode(inScript('7K3M-0QXW-4Z9B-1N2C-8RVH'))).toEqual(RECOVERY)
  })

  it('keycap emoji, circled and raised digits are those digits', () => {
    expect(readTyped('1\ufe0f\u20e32\ufe0f\u20e3③⁴')).toBe('1234')
  })

  it('every decimal digit of Unicode has the value that it has', () => {
    const digits = /\p{Nd}/u
    let count = 0
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point)
      if (!digits.test(character)) continue
      expect([point, readTyped(character)]).toEqual([point, String(count % 10)])
      count += 1
    }
    expect(count % 10).toBe(0)
    expect(count).toBeGreaterThan(650)
  })
})
