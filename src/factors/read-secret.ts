// A secret as people and other systems write it, to Base32 in capitals without padding (RFC 4648 §6).
// It must not repeat anything of the text in what it says: it may be all but one letter of a secret.

import { readTyped } from '../kernel/typed-text.ts'
import type { ReadSecret } from './ports.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS_OF_LETTER = 5
const BITS_OF_BYTE = 8

const unreadable = (detail: string): ReadSecret => ({ kind: 'unreadable', detail })

/** What is no Base32, by what it seems to be. */
function explain(letters: string): string {
  if (letters.includes('='))
    return 'has a = before its end: = stands only at the end of Base32, as padding'
  if (/^[0-9A-F]+$/.test(letters)) return 'looks like hexadecimal: give it as Base32 (A-Z and 2-7)' // mutant: C63.secret-fault-named
  if (/^[A-Z0-9]+$/.test(letters))
    return 'has a 0, 1, 8 or 9, which Base32 does not have: is it an O, an I or a B?'
  return 'has a character that is not of Base32: A-Z and 2-7 alone, as the other system shows it'
}

/**
 * Bits beyond the last byte are dropped, as apps do: letters drawn at random, not made from bytes, leave some.
 * Two texts of one secret are then the same text.
 */
function withoutSpareBits(letters: string, spare: number): string {
  const last = ALPHABET.indexOf(letters.at(-1) ?? '')
  return letters.slice(0, -1) + ALPHABET[(last >> spare) << spare]
}

export function readSecret(text: string): ReadSecret {
  const letters = readTyped(text).toUpperCase().replace(/=+$/, '') // mutants: C63.padding-last C63.secret-invisibles
  if (/^OTPAUTH(MIGRATION)?:/.test(letters))
    return unreadable(
      'is an otpauth URI: give its secret parameter alone, its digits, period and algorithm in their own fields',
    )
  if (letters === '') return unreadable('is empty: it has no letter')
  if (!/^[A-Z2-7]+$/.test(letters)) return unreadable(explain(letters))
  const bits = letters.length * BITS_OF_LETTER
  const spare = bits % BITS_OF_BYTE
  if (spare >= BITS_OF_LETTER)
    return unreadable(
      `has a length of ${letters.length}, which Base32 never has: a letter is missing, or is one too many`,
    )
  return {
    kind: 'read',
    secret: withoutSpareBits(letters, spare),
    bytes: (bits - spare) / BITS_OF_BYTE,
  }
}
