// One-time passwords by otplib: codes of a time step (RFC 4226 §5.3, RFC 6238 §4.2), secrets and otpauth URIs.
// It must not decide which steps count or whether one was used: the domain does.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { generateSecret, generateSync, generateURI, ScureBase32Plugin } from 'otplib'
import type { Otp } from '../factors/ports.ts'
import type { OtpShape } from '../factors/types.ts'

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

/** Spaces, hyphens and padding, as people and other systems write a secret. */
const FILLERS = /[\s\p{Pd}]|=+$/gu
const BASE32 = /^[A-Z2-7]+$/

function readBytes(secret: string): Uint8Array | null {
  if (!BASE32.test(secret)) return null
  try {
    return base32.decode(secret)
  } catch {
    // A length or last character that no bytes have.
    return null
  }
}

export function createOtp(): Otp {
  return {
    createSecret: (bytes) => generateSecret({ length: bytes, crypto, base32 }),
    readSecret(text) {
      const secret = text.replace(FILLERS, '').toUpperCase()
      const bytes = readBytes(secret)
      return bytes && { secret, bytes: bytes.length }
    },
    code: (secret, shape, step) =>
      generateSync({
        strategy: 'hotp',
        secret: base32.decode(secret),
        counter: step,
        algorithm: algorithmOf(shape),
        digits: shape.digits,
        crypto,
      }),
    uri: (secret, shape, { issuer, accountName }) =>
      generateURI({
        issuer,
        label: accountName,
        secret,
        algorithm: algorithmOf(shape),
        digits: shape.digits,
        period: shape.periodSeconds,
      }),
  }
}
