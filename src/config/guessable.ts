// Whether a key or a secret that somebody chose is easy to guess: words, repetitions, patterns of a keyboard.
// It must not refuse a random one: the output of `openssl rand` passes.

/** The least that must be left of a key without its words and runs; 12 of base64 are 72 bits. */
const MIN_UNKNOWN_CHARACTERS = 12
/** How many of those must differ: all but one in 4,000 of 16 random hexadecimal digits do so, and all of 32. */
const MIN_DISTINCT_CHARACTERS = 7
/** `abcd`, `4321`, `qwer`. */
const MIN_RUN = 4
/** Six words from a list of thousands are enough; people who make words up use fewer. */
const MAX_THOUGHT_UP_WORDS = 5

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop']
  .concat(['asdfghjkl', 'zxcvbnm', 'yxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm'])
  .flatMap((row) => [row, [...row].reverse().join('')])

/** Words of keys in examples, in documentation and in a hurry. Longer ones first, so that none hides another. */
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
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** 32 random bytes hold fewer different values, or steps from one to the next, once in over 10^12 keys. */
const MIN_DISTINCT_BYTES = 12

/** An example, a repeated or counted pattern, a typed sentence. */
export function isGuessableSecret(secret: Uint8Array): boolean {
  const isText = secret.every((byte) => byte >= 0x20 && byte < 0x7f)
  const steps = secret.map((byte, i) => byte - (secret[i - 1] ?? 0))
  return [secret, steps].some((bytes) => new Set(bytes).size < MIN_DISTINCT_BYTES) || isText
}

export function isGuessableKey(key: string): boolean {
  const lower = key.toLowerCase()
  const plain = [...lower].map((character) => LEET[character] ?? character).join('')
  return isRepeated(lower) || isPhrase(key) || [lower, plain].some(isKnown)
}

/** Half of it, or less, repeated. */
function isRepeated(key: string): boolean {
  for (let period = 1; period * 2 <= key.length; period += 1)
    if (key.startsWith(key.slice(period))) return true
  return false
}

/** Lower case, upper case, or one capital in front; a number behind. */
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
