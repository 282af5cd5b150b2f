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
import type { Otp } from './ports.ts'
import { readSecret } from './read-secret.ts'
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

/**
 * Key URI format: a colon parts the issuer from the account, and apps take either one of several (Aegis 1701). It is
 * shown as a hyphen, in the label and in the parameter alike: apps compare the two.
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
