// Decimal digits of every script as ASCII digits.
// It must not take a letter, a fraction or a circled number for a digit.

const DECIMAL_DIGIT = /\p{Nd}/u
/** The last plane in which Unicode has decimal digits. */
const LAST_DIGIT_CODE_POINT = 0x1fbf9

let digitValues: Map<string, string> | undefined

/**
 * Decimal digits come in runs of ten, in order, so that counting gives their values (Unicode §4.6).
 * @param character one code point
 * @returns '0' to '9'; undefined where it is no digit
 */
export function digitOf(character: string): string | undefined {
  if (character >= '0' && character <= '9') return character
  if (character < '\u0080') return undefined
  if (!digitValues) {
    digitValues = new Map()
    for (let point = 0; point <= LAST_DIGIT_CODE_POINT; point += 1) {
      const candidate = String.fromCodePoint(point)
      if (DECIMAL_DIGIT.test(candidate)) digitValues.set(candidate, String(digitValues.size % 10))
    }
  }
  return digitValues.get(character)
}
