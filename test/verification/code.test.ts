import { describe, expect, it } from 'vitest'
import { generateCode, readCode } from '../../src/verification/comparison.ts'

/** Chi-square with 9 degrees of freedom: one run in a million is above this by chance. */
const CHI_SQUARE_9_AT_1E6 = 44.8

describe('generateCode', () => {
  it('C10: 10^6 codes are uniform in every position, leading zeros and nines included', () => {
    const length = 6
    const counts = Array.from({ length }, () => new Array<number>(10).fill(0))
    const total = 1_000_000
    for (let i = 0; i < total; i += 1) {
      const code = generateCode(length)
      for (let place = 0; place < length; place += 1) {
        const digit = code.charCodeAt(place) - 48
        const row = counts[place] as number[]
        row[digit] = (row[digit] ?? 0) + 1
      }
    }
    for (const row of counts) {
      const expected = total / 10
      const chiSquare = row.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
      expect(chiSquare).toBeLessThan(CHI_SQUARE_9_AT_1E6)
    }
  })

  it('C10: both ends are reachable', () => {
    const seen = new Set(Array.from({ length: 200_000 }, () => generateCode(4)))
    expect(seen.has('0000')).toBe(true)
    expect(seen.has('9999')).toBe(true)
    expect(seen.size).toBe(10_000)
  })

  it('has the requested length, from 4 to 10', () => {
    for (let length = 4; length <= 10; length += 1) {
      expect(generateCode(length)).toMatch(new RegExp(`^\\d{${length}}$`))
    }
  })
})

describe('readCode', () => {
  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['123-456', '123456'],
    ['12–34‑56', '123456'],
    ['１２３４５６', '123456'],
    ['١٢٣٤٥٦', '123456'],
    ['१२३४', '1234'],
    ['𝟙𝟚𝟛𝟜', '1234'],
    ['1\u200b2\u00a034', '1234'],
    ['0000000000', '0000000000'],
  ])('reads %j', (typed, code) => {
    expect(readCode(typed)).toBe(code)
  })

  it.each([
    '',
    ' ',
    '123',
    '12345678901',
    '12a456',
    '½²³⁴',
    '123.456',
    'IVXL',
    '一二三四',
    '1e34',
    '0x1234',
  ])('C8: %j is not a code', (typed) => {
    expect(readCode(typed)).toBeNull()
  })
})
