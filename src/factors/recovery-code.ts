// Recovery codes: making a set, and reading what a person typed.
// It must not compare codes: only hashing/ does.

import { randomInt } from 'node:crypto'
import { readTyped } from '../kernel/typed-text.ts'
import {
  RECOVERY_CODES,
  RECOVERY_GROUP_LENGTH,
  RECOVERY_SECRET_LENGTH,
  RECOVERY_SELECTOR_LENGTH,
} from './policy.ts'

/** Crockford's Base32: no I, L, O or U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = RECOVERY_SELECTOR_LENGTH + RECOVERY_SECRET_LENGTH
const SHAPE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`)

/** What hands and eyes take for one another. */
const LOOK_ALIKES: Readonly<Record<string, string>> = { I: '1', L: '1', O: '0', U: 'V' }

/** The selector is public and finds the row; the secret is what is hashed. */
export type RecoveryCode = { selector: string; secret: string }

function randomText(length: number): string {
  let text = ''
  for (let i = 0; i < length; i += 1) text += ALPHABET[randomInt(ALPHABET.length)]
  return text
}

/** Every selector of a set is another. */
export function createRecoveryCodes(): RecoveryCode[] {
  const selectors = new Set<string>()
  while (selectors.size < RECOVERY_CODES) selectors.add(randomText(RECOVERY_SELECTOR_LENGTH))
  return [...selectors].map((selector) => ({
    selector,
    secret: randomText(RECOVERY_SECRET_LENGTH),
  }))
}

/** In groups of four: `7K3M-…`, the selector first. */
export function showRecoveryCode({ selector, secret }: RecoveryCode): string {
  const groups = (selector + secret).match(new RegExp(`.{${RECOVERY_GROUP_LENGTH}}`, 'g'))
  return (groups ?? []).join('-')
}

/** In any case and any grouping; null where it can't be a recovery code. */
export function readRecoveryCode(text: string): RecoveryCode | null {
  const letters = readTyped(text).toUpperCase()
  const folded = letters.replaceAll(/[ILOU]/g, (letter) => LOOK_ALIKES[letter] ?? letter)
  if (!SHAPE.test(folded)) return null
  return {
    selector: folded.slice(0, RECOVERY_SELECTOR_LENGTH),
    secret: folded.slice(RECOVERY_SELECTOR_LENGTH),
  }
}

/** What a hash is bound to: in another factor's row, or at another code's selector, it is worth nothing (I9). */
export function boundTo(factorId: string, selector: string): string {
  return `${factorId}:${selector}`
}
