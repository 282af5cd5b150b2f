import { describe, expect, it } from 'vitest'
import {
  createRecoveryCodes,
  readRecoveryCode,
  showRecoveryCode,
} from '../../src/factors/recovery-codes.ts'

const CODE = { selector: '7K3M', secret: '0QXW4Z9B1N2C8RVH' }

describe('a set of recovery codes', () => {
  it('is ten, each with a selector of its own and 80 bits without I, L, O and U', () => {
    for (let n = 0; n < 50; n += 1) {
      const codes = createRecoveryCodes()
      expect(codes).toHaveLength(10)
      expect(new Set(codes.map(({ selector }) => selector)).size).toBe(10)
      for (const { selector, secret } of codes)
        expect(`${selector} ${secret}`).toMatch(/^[0-9A-HJKMNP-TV-Z]{4} [0-9A-HJKMNP-TV-Z]{16}$/)
    }
  })

  it('uses every letter in every place alike', () => {
    const counts = new Map<string, number>()
    const rounds = 1_000
    for (let n = 0; n < rounds; n += 1)
      for (const { secret } of createRecoveryCodes())
        for (const [place, letter] of [...secret].entries())
          counts.set(`${place}${letter}`, (counts.get(`${place}${letter}`) ?? 0) + 1)
    expect(counts.size).toBe(16 * 32)
    const expected = (rounds * 10) / 32
    // Six standard deviations of a count: one run in a million strays further in any of 512.
    const far = 6 * Math.sqrt(expected)
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(far)
  })

  it('is shown in groups of four, and read as it is shown', () => {
    expect(showRecoveryCode(CODE)).toBe('7K3M-0QXW-4Z9B-1N2C-8RVH')
    for (const code of createRecoveryCodes())
      expect(readRecoveryCode(showRecoveryCode(code))).toEqual(code)
  })
})

describe('typed codes', () => {
  it.each([
    '7K3M-0QXW-4Z9B-1N2C-8RVH',
    '7k3m0qxw4z9b1n2c8rvh',
    ' 7K3M 0QXW  4Z9B\u00a01N2C\u20118RVH\u200b',
    '7K3M–OQXW–4Z9B–IN2C–8RVH',
    '7k3m-oqxw-4z9b-ln2c-8ruh',
    '７Ｋ３Ｍ-０ＱＸＷ-４Ｚ９Ｂ-１Ｎ２Ｃ-８ＲＶＨ',
  ])('%s is that code', (text) => {
    expect(readRecoveryCode(text)).toEqual(CODE)
  })

  it.each([
    '',
    '123456',
    '7K3M-0QXW-4Z9B-1N2C-8RV',
    '7K3M-0QXW-4Z9B-1N2C-8RVHH',
    '7K3M_0QXW_4Z9B_1N2C_8RVH',
    '7K3M-0QXW-4Z9B-1N2C-8RV!',
    '7K3M-0QXW-4Z9B-1N2C-8RVÄ',
    '７Ｋ３Ｍ'.repeat(20),
    '\ufdfa'.repeat(64),
  ])('%s is not a code', (text) => {
    expect(readRecoveryCode(text)).toBeNull()
  })
})
