// The code in what a person pasted: "Your code is 123 456" is cut to its digits.
// It must not guess: of several runs of digits the one that is as long as the code counts.

import { digitOf } from '../kernel/typed-text.ts'

/** Longer than any message. */
const MAX_CHARACTERS = 1024
/** What a check takes. */
const MAX_CODE_CHARACTERS = 64

const RUNS = /\d+/g
const JOINED_RUNS = /\d(?:[\s\u00a0\u2010-\u2015-]?\d)*/g
const digitsOf = (text: string) => text.replaceAll(/\D/g, '')

/** @param length of the code; null: whatever its person has (an authenticator app, a recovery code) */
export function cutCode(text: string, length: number | null): string {
  const bounded = text.slice(0, MAX_CHARACTERS).trim()
  if (length === null) return bounded.slice(0, MAX_CODE_CHARACTERS)
  const plain = [...bounded].map((character) => digitOf(character) ?? character).join('')
  const runs = [...(plain.match(RUNS) ?? []), ...(plain.match(JOINED_RUNS) ?? []).map(digitsOf)]
  const found = runs.find((run) => run.length === length)
  return (found ?? digitsOf(plain)).slice(0, MAX_CODE_CHARACTERS)
}
