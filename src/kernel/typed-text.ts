// Text as people type or paste it: what keyboards, messengers and other systems put between its characters is dropped.
// It must not decide what the text means: a code, a recovery code and a secret are read from the result.

const DECIMAL_DIGIT = /\p{Nd}/u
/** The last plane in which Unicode has decimal digits. */
const LAST_DIGIT_CODE_POINT = 0x1fbf9

let digitValues: Map<string, string> | undefined

/**
 * Decimal digits come in runs of ten, in order, so that counting gives their values (Unicode §4.6). Letters,
 * fractions and circled numbers are not among them.
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

/** Dashes that Unicode's property Dash lacks: look-alikes that keyboards give, the Japanese long vowel among them. */
const MORE_DASHES = '\u02d7\u2043\u2796\u23af\u2500\u2501\u30fc\uff70'
/** Blanks that are not White_Space: braille's, and the frame that keycap emoji put around a digit. */
const MORE_BLANKS = '\u2800\u20e3'

/**
 * Blanks and line ends; hyphens, dashes and U+2212 (the minus sign is no punctuation: Pd lacks it); invisible characters
 * (zero-width ones, marks of direction, variation selectors, fillers).
 */
const FILLERS = new RegExp(
  `[\\p{White_Space}\\p{Dash}\\p{Cf}\\p{Default_Ignorable_Code_Point}${MORE_DASHES}${MORE_BLANKS}]`, // mutants: C8.minus-signs-dropped C8.invisibles-dropped
  'gu',
)
const NOT_ASCII = /[^\p{ASCII}]/gu
/** Nothing in it is a filler or has another form. */
const PLAIN = /^[0-9A-Za-z]*$/

/** Without fillers; full-width and other compatible forms (NFKC) and the digits of every script as ASCII. */
// mutant: C8.unicode-digits
export function readTyped(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .normalize('NFKC')
    .replace(FILLERS, '')
    .replace(NOT_ASCII, (character) => digitOf(character) ?? character)
}
