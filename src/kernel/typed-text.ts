// Text as people type or paste it: what keyboards, messengers and other systems put between its characters is dropped.
// It must not decide what the text means: a code, a recovery code and a secret read on from here.

import { digitOf } from './decimal-digits.ts'

/** Dashes that Unicode's property Dash lacks: look-alikes that keyboards give, the Japanese long vowel among them. */
const MORE_DASHES = '\u02d7\u2043\u2796\u23af\u2500\u2501\u30fc\uff70'
/** Blanks that are not White_Space: braille's, and the frame that keycap emoji put around a digit. */
const MORE_BLANKS = '\u2800\u20e3'

/**
 * Blanks and line ends; hyphens, dashes and U+2212 (the minus sign is no punctuation: Pd lacks it); what nobody sees
 * (zero-width characters, marks of direction, variation selectors, fillers).
 */
const FILLERS = new RegExp(
  `[\\p{White_Space}\\p{Dash}\\p{Cf}\\p{Default_Ignorable_Code_Point}${MORE_DASHES}${MORE_BLANKS}]`, // mutants: C8.minus-signs-dropped C8.invisibles-dropped
  'gu',
)
const NOT_ASCII = /[^\p{ASCII}]/gu
/** Nothing of it is a filler or has another form. */
const PLAIN = /^[0-9A-Za-z]*$/

/** What is left without fillers; full-width and other compatible forms (NFKC) and every script's digits as ASCII. */
// mutant: C8.unicode-digits
export function readTyped(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .normalize('NFKC')
    .replace(FILLERS, '')
    .replace(NOT_ASCII, (character) => digitOf(character) ?? character)
}
