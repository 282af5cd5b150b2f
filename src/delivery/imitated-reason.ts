// The reason that a decoy's failure gives, made of what real sends were told: ids and times in it are of no other send.
// It must not invent words: only what differs from send to send is made anew.

/** What a send was told, and the domain or country that it went to. */
export type Told = { reason: string; place: string }

/** Stands for the place of a send: no reason holds a control character. */
const PLACE = '\u0000'
const DIGITS = '0123456789'
const HEXADECIMAL = '0123456789abcdef'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** A domain stands in a reason as it is; two letters of a country would be found in any word. */
function withoutPlace({ reason, place }: Told): string {
  return place.includes('.') ? reason.replaceAll(place, PLACE) : reason
}

function another(word: string, random: () => number): string {
  const isHexadecimal = /\d/.test(word) && !/[g-z]/i.test(word)
  const pick = (from: string) => from.charAt(Math.floor(random() * from.length))
  return word.replace(/[0-9a-z]/gi, (character) => {
    if (/\d/.test(character))
      return pick(isHexadecimal && /[a-f]/i.test(word) ? HEXADECIMAL : DIGITS)
    const letter = pick(isHexadecimal ? HEXADECIMAL : LETTERS)
    return character < 'a' ? letter.toUpperCase() : letter
  })
}

/**
 * The newest reason that two sends were told, else the newest with what it does not share with the others made anew.
 * @param told newest first, at least one
 * @param random in [0, 1)
 */
export function imitateReason(told: readonly Told[], place: string, random: () => number): string {
  const reasons = told.map(withoutPlace)
  const [newest = ''] = reasons
  const shared = reasons.find((reason, at) => reasons.indexOf(reason, at + 1) !== -1)
  const words = reasons.map((reason) => new Set(reason.split(' ')))
  const isCommon = (word: string) => words.every((all) => all.has(word))
  const made = newest
    .split(' ')
    .map((word) => (isCommon(word) ? word : another(word, random))) // mutant: C49.decoy-fresh-id
    .join(' ')
  return (shared ?? made).replaceAll(PLACE, place)
}
