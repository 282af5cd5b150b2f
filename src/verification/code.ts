// One-time codes: making them, and reading what a person typed.
// It must not compare codes: only hashing/ does.

import { randomInt } from 'node:crypto'

/**
 * Digits, uniform, leading zeros kept (000000 and 999999 are as likely as any other).
 * crypto.randomInt rejects what would bias it; 10^10 is below its limit of 2^48.
 */
export function generateCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0')
}

/** Spaces, hyphens and invisible characters that keyboards and messengers put into a code. */
export const FILLERS = /[\s\p{Pd}\p{Cf}]/gu
const DECIMAL_DIGIT = /\p{Nd}/u
/** The last plane in which Unicode has decimal digits. */
const LAST_DIGIT_CODE_POINT = 0x1fbf9

let digitValues: Map<string, string> | undefined

/** Decimal digits come in runs of ten, in order, so that counting gives their values (Unicode §4.6). */
function valueOfDigit(character: string): string | undefined {
  if (!digitValues) {
    digitValues = new Map()
    for (let point = 0; point <= LAST_DIGIT_CODE_POINT; point += 1) {
      const candidate = String.fromCodePoint(point)
      if (DECIMAL_DIGIT.test(candidate)) digitValues.set(candidate, String(digitValues.size % 10))
    }
  }
  return digitValues.get(character)
}

/** What a person typed as 4 to 10 ASCII digits; null where it can't be a code. */
export function readCode(text: string): string | null {
  let digits = ''
  for (const character of text.replace(FILLERS, '')) {
    const digit = character >= '0' && character <= '9' ? character : valueOfDigit(character)
    if (digit === undefined || digits.length === 10) return null
    digits += digit
  }
  return digits.length >= 4 ? digits : null
}
