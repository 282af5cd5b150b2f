// The code in a text that is typed, pasted or filled in: "Your code is 123 456" is 123456.

const DIGIT = /^\p{Nd}$/u

/** Full-width digits and those of every script as ASCII; anything else stays. */
function toAscii(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    // Digits come in runs of ten, from zero on (Unicode §4.6).
    const point = digit.codePointAt(0) ?? 0
    let zero = point
    while (DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1
    return String((point - zero) % 10) // mutant: C88.digits-of-scripts
  })
}

export type Read = {
  digits: string
  /** There were more digits than a code has: nobody knows which ones are meant, so none are checked unasked. */
  isCut: boolean
}

/** @param length of the code; digits beyond it are dropped */
export function readDigits(text: string, length: number): Read {
  const ascii = toAscii(text)
  const alone = new RegExp(`(?<!\\d)\\d{${length}}(?!\\d)`).exec(ascii)
  const grouped = ascii.match(/\d[\d\p{White_Space}\p{Dash}\p{Cf}]*/gu) ?? []
  const groups = grouped.map((group) => group.replace(/\D/g, ''))
  const all = ascii.replace(/\D/g, '')
  const exact = alone?.[0] ?? groups.find((digits) => digits.length === length) // mutant: C88.the-code-in-a-sentence
  return exact
    ? { digits: exact, isCut: false }
    : { digits: all.slice(0, length), isCut: all.length > length }
}
