// Every number of authenticator apps and recovery codes; the window is in the service's policy.

/** RFC 4226 §4 R6 recommends 160 bits. */
export const SECRET_BYTES = 20 // mutant: C63.secret-160-bits
/**
 * An imported one: otplib 12, Microsoft 365 and older apps made 80 bits, and R6 demands 128 (`warned` below);
 * beyond a block of SHA-256's HMAC nothing is gained.
 */
export const IMPORTED_SECRET_BYTES = { min: 10, warned: 16, max: 64 } as const

export const OTP_PERIOD_SECONDS = { min: 15, max: 120, default: 30 } as const

export const SUBJECT_LENGTH = { min: 1, max: 128 } as const
/** Both are part of the QR code, up to nine characters each for one of theirs: it stays within version 40. */
export const ISSUER_LENGTH = { min: 1, max: 40 } as const
export const ACCOUNT_NAME_LENGTH = { min: 1, max: 128 } as const

/** Apps of one subject, unverified ones included: each is one more code that a guess may hit. */
export const MAX_APPS = 5
/** An enrolment that was given up; its secret goes with it. */
export const UNVERIFIED_KEEP_MS = 60 * 60 * 1000
/** Guesses at one confirmation: people mistype, and clocks are off. */
export const MAX_CONFIRM_ATTEMPTS = 10

export const RECOVERY_CODES = 10
/** Crockford's Base32 (crockford.com/base32.html): 5 bits a character. The selector is public. */
export const RECOVERY_SELECTOR_LENGTH = 4
/** 80 bits. */
export const RECOVERY_SECRET_LENGTH = 16
export const RECOVERY_GROUP_LENGTH = 4
