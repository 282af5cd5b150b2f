// Whether a key that somebody chose is made of words, repetitions or what lies side by side on a keyboard.
// It must not take a random key for one: what `openssl rand` makes passes.

/** What stays of a key without its words and runs; 12 of base64 are 72 bits. */
const MIN_UNKNOWN_CHARACTERS = 12
/** And of those so many differ: 16 random hexadecimal digits do so but once in 4,000 times, 32 always. */
const MIN_DISTINCT_CHARACTERS = 7
/** `abcd`, `4321`, `qwer`. */
const MIN_RUN = 4
/** Six words of a list of thousands are enough; whoever thinks words up takes fewer. */
const MAX_THOUGHT_UP_WORDS = 5

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop']
  .concat(['asdfghjkl', 'zxcvbnm', 'yxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm'])
  .flatMap((row) => [row, [...row].reverse().join('')])

/** Of keys as they stand in examples, in documentation and in a hurry. Longer ones first, so that none hides another. */
const WORDS =
  `password passwd secret change changeme please replace example sample placeholder default insecure unsafe dummy
  testing tests test admin administrator root user login welcome letmein hello world monkey dragon master super
  countersign verification verify authentication auth access token apikey key keys api code codes service services
  server system company application client customer project website production prod staging development develop dev
  local localhost live demo temporary temp private public internal external the this that your our for use only not
  here must now value string random long enough some any very foo bar baz qux abc xyz xxx todo none null undefined
  summer winter spring autumn sunshine football baseball iloveyou princess twilio vonage sms mail email otp two factor`
    .split(/\s+/)
    .sort((a, b) => b.length - a.length)

const LEET: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' },
}

export function isGuessableKey(key: string): boolean {
  const lower = key.toLowerCase()
  const plain = [...lower].map((character) => LEET[character] ?? character).join('')
  return isRepeated(lower) || isPhrase(key) || [lower, plain].some(isKnown)
}

/** One half of it, or less, again and again. */
function isRepeated(key: string): boolean {
  for (let period = 1; period * 2 <= key.length; period += 1)
    if (key.startsWith(key.slice(period))) return true
  return false
}

/** Small letters, capital ones, or one in front; a number behind. */
const WORD = /^(?:(?:\p{Lu}?\p{Ll}{1,12}|\p{Lu}{2,12})\d{0,4}|\d{1,4})$/u

/** `correct-horse-battery-staple`. */
function isPhrase(key: string): boolean {
  const words = key.split(/[\s_.,:;+/-]+/).filter((word) => word !== '')
  return (
    words.length > 1 &&
    words.length <= MAX_THOUGHT_UP_WORDS &&
    words.every((word) => WORD.test(word))
  )
}

function isKnown(key: string): boolean {
  let rest = key
  for (const word of WORDS) rest = rest.replaceAll(word, ' ')
  for (const row of ROWS)
    for (let at = 0; at + MIN_RUN <= row.length; at += 1)
      rest = rest.replaceAll(row.slice(at, at + MIN_RUN), ' ')
  const unknown = rest.replaceAll(/[^\p{L}\p{N}]/gu, '')
  return unknown.length < MIN_UNKNOWN_CHARACTERS || new Set(unknown).size < MIN_DISTINCT_CHARACTERS
}
