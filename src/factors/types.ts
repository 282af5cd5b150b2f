// A factor: an authenticator app's secret or a set of recovery codes of a subject, as stored and as its caller sees it.

export const FACTOR_TYPES = ['totp', 'recovery_codes'] as const
export type FactorType = (typeof FACTOR_TYPES)[number]

/** Only an active one can be used; an unverified one becomes active by its first right code. */
export const FACTOR_STATUSES = ['unverified', 'active'] as const
export type FactorStatus = (typeof FACTOR_STATUSES)[number]

/** HMAC of RFC 6238 §1.2, as otpauth URIs name them. */
export const OTP_ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const
export type OtpAlgorithm = (typeof OTP_ALGORITHMS)[number]

export const OTP_DIGITS = [6, 8] as const
export type OtpDigits = (typeof OTP_DIGITS)[number]

/** How an authenticator app counts. `periodSeconds` is RFC 6238's X. */
export type OtpShape = { algorithm: OtpAlgorithm; digits: OtpDigits; periodSeconds: number }

/** Times are milliseconds since the epoch. */
export type FactorRecord = {
  id: string
  service: string
  type: FactorType
  status: FactorStatus
  /** The login flow's own user id, sealed with the factor's id as context. */
  subjectSealed: Uint8Array
  /** The blind index under the root key that `keyId` names. */
  subjectIndex: Uint8Array
  /** The root key of everything sealed and indexed here: `keys rewrap` looks for those that are not current. */
  keyId: string
  /** Base32, sealed with the id as context; null for recovery codes. */
  secretSealed: Uint8Array | null
  /** Null for recovery codes. */
  otp: OtpShape | null
  /** Guesses at the confirmation, charged before each comparison. */
  attempts: number
  /** The newest time step that was used; 0: none. A step works once (RFC 6238 §5.2). */
  lastStep: number
  createdAt: number
  confirmedAt: number | null
  lastUsedAt: number | null
  /** Codes that were not used yet; null for an authenticator app. */
  codesRemaining: number | null
}

/** Without anything sealed. `shape` is null for recovery codes. */
export type FactorView = { subject: string; shape: OtpShape | null } & Pick<
  FactorRecord,
  'id' | 'type' | 'status' | 'codesRemaining' | 'createdAt' | 'confirmedAt' | 'lastUsedAt'
>

/** @param subject in plaintext, for its own service only */
export function factorView(record: FactorRecord, subject: string): FactorView {
  const { id, type, status, otp, codesRemaining, createdAt, confirmedAt, lastUsedAt } = record
  const shown = { id, subject, type, status, codesRemaining, createdAt, confirmedAt, lastUsedAt }
  return { ...shown, shape: otp }
}
