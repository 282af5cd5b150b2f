// A recipient as it is shown to whoever must recognise it and must not learn it.

const DIGITS_SHOWN = { first: 4, last: 2 } as const
export const HIDDEN = '•••'

/** Controls, and marks that turn or hide letters: a user id must not look like another one, or reverse its line. */
const DECEIVING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Enough to recognise a number that the person reads out, too little to learn it. */
export function mask(recipient: string): string {
  const letters = [...recipient.replaceAll(DECEIVING, '\ufffd')] // mutant: C32.bidi-isolation
  const at = letters.lastIndexOf('@')
  if (at > 0) return `${letters[0]}${HIDDEN}${letters.slice(at).join('')}`
  if (letters.length <= DIGITS_SHOWN.first + DIGITS_SHOWN.last) return HIDDEN
  const [first, last] = [letters.slice(0, DIGITS_SHOWN.first), letters.slice(-DIGITS_SHOWN.last)]
  return `${first.join('')}${HIDDEN}${last.join('')}`
}
