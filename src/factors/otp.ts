// One-time passwords by otplib: codes of a time step (RFC 4226 §5.3, RFC 6238 §4.2), secrets and otpauth URIs.
// It must not decide which steps count or whether one was used: the domain does.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  createGuardrails,
  generateSecret,
  generateSync,
  generateURI,
  ScureBase32Plugin,
} from 'otplib'
import { readTyped } from '../kernel/typed-text.ts'
import type { Otp, ReadSecret } from './ports.ts'
import type { OtpShape } from './types.ts'

type HashAlgorithm = 'sha1' | 'sha256' | 'sha512'
const algorithmOf = ({ algorithm }: OtpShape) => algorithm.toLowerCase() as HashAlgorithm

/** Node's own HMAC and random bytes in place of the library's, which are written in JavaScript. */
const crypto = {
  name: 'node',
  hmac: (algorithm: string, key: Uint8Array, data: Uint8Array) =>
    createHmac(algorithm, key).update(data).digest(),
  randomBytes: (count: number) => randomBytes(count),
  constantTimeEqual: (a: Uint8Array, b: Uint8Array) =>
    a.length === b.length && timingSafeEqual(a, b),
}
const base32 = new ScureBase32Plugin()

/** The domain has bounds of its own: secrets of 80 bits are imported, and this library refuses them (otplib 850). */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 1 })

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS_OF_LETTER = 5
const BITS_OF_BYTE = 8

const unreadable = (detail: string): ReadSecret => ({ kind: 'unreadable', detail })

/** Names the fault without repeating the text, which may be all but one letter of a secret. */
function explain(letters: string): string {
  if (letters.includes('='))
    return 'has a = before its end: = is only allowed at the end of Base32, as padding'
  if (/^[0-9A-F]+$/.test(letters)) return 'looks like hexadecimal: give it as Base32 (A-Z and 2-7)' // mutant: C63.secret-fault-named
  if (/^[A-Z0-9]+$/.test(letters))
    return 'has a 0, 1, 8 or 9, which Base32 does not have: is it an O, an I or a B?'
  return 'has a character that is not Base32: give only A-Z and 2-7, as the other system shows it'
}

/**
 * Bits beyond the last byte are dropped, as apps do: letters drawn at random rather than made from bytes leave some.
 * Two texts of one secret are then the same text.
 */
function withoutSpareBits(letters: string, spare: number): string {
  const last = ALPHABET.indexOf(letters.at(-1) ?? '')
  return letters.slice(0, -1) + ALPHABET[(last >> spare) << spare]
}

/** A secret as people and other systems write it, to Base32 in capitals without padding (RFC 4648 §6). */
function readSecret(text: string): ReadSecret {
  const letters = readTyped(text).toUpperCase().replace(/=+$/, '') // mutants: C63.padding-last C63.secret-invisibles
  if (/^OTPAUTH(MIGRATION)?:/.test(letters))
    return unreadable(
      'is an otpauth URI: give only its secret parameter, and its digits, period and algorithm in their own fields',
    )
  if (letters === '') return unreadable('is empty: it has no letters')
  if (!/^[A-Z2-7]+$/.test(letters)) return unreadable(explain(letters))
  const bits = letters.length * BITS_OF_LETTER
  const spare = bits % BITS_OF_BYTE
  if (spare >= BITS_OF_LETTER)
    return unreadable(
      `has a length of ${letters.length}, which Base32 never has: a letter is missing, or there is one too many`,
    )
  return {
    kind: 'read',
    secret: withoutSpareBits(letters, spare),
    bytes: (bits - spare) / BITS_OF_BYTE,
  }
}

/**
 * Key URI format: a colon separates the issuer from the account, and apps take any one of several (Aegis 1701). In a
 * name it becomes a hyphen, in the label and in the parameter alike: apps compare the two.
 */
function labelText(text: string): string {
  return text.replaceAll(/\s*:(\s*)/g, (_colon, after: string) => (after === '' ? '-' : ' - '))
}

export function createOtp(): Otp {
  return {
    createSecret: (bytes) => generateSecret({ length: bytes, crypto, base32 }),
    readSecret,
    code: (secret, shape, step) =>
      generateSync({
        strategy: 'hotp',
        secret: base32.decode(secret),
        counter: step,
        algorithm: algorithmOf(shape),
        digits: shape.digits,
        crypto,
        guardrails, // mutant: C63.short-secret-allowed
      }),
    uri: (secret, shape, { issuer, accountName }) =>
      generateURI({
        issuer: labelText(issuer), // mutant: C45.issuer-colon-escaped
        label: labelText(accountName), // mutant: C45.account-colon-escaped
        secret,
        algorithm: algorithmOf(shape),
        digits: shape.digits,
        period: shape.periodSeconds,
      }),
  }
}
