// One-time codes: making them, and reading what a person typed.
// It must not compare codes: only hashing/ does.

import { randomInt } from 'node:crypto'
import { readTyped } from '../kernel/typed-text.ts'

/**
 * Digits, uniform, leading zeros kept (000000 and 999999 are as likely as any other).
 * crypto.randomInt rejects what would bias it; 10^10 is below its limit of 2^48.
 */
export function generateCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0')
}

const CODE = /^\d{4,10}$/

/** What a person typed as 4 to 10 ASCII digits; null where it can't be a code. */
export function readCode(text: string): string | null {
  const digits = readTyped(text)
  return CODE.test(digits) ? digits : null
}
