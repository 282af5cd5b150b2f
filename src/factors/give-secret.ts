// The secret of a new authenticator app: made here, or imported from the system that the person has it from.
// It must not make one of less than 160 bits, whatever is taken from others.

import type { Refusal } from '../verification/api.ts'
import { refuseFields } from '../verification/refuse.ts'
import type { FactorDomain } from './domain.ts'
import { IMPORTED_SECRET_BYTES, SECRET_BYTES } from './policy.ts'

/** Base32, and what the caller should know of it. */
export type GivenSecret = { kind: 'given'; secret: string; warnings: string[] }

/** @param imported as the caller gave it; null: one is made */
export function giveSecret({ otp }: FactorDomain, imported: string | null): GivenSecret | Refusal {
  if (imported === null)
    return { kind: 'given', secret: otp.createSecret(SECRET_BYTES), warnings: [] }
  const read = otp.readSecret(imported)
  const refuse = (detail: string) => refuseFields([{ field: 'secret', detail }])
  if (read.kind === 'unreadable') return refuse(read.detail)
  const { min, warned, max } = IMPORTED_SECRET_BYTES
  const bits = read.bytes * 8
  if (read.bytes < min) return refuse(`has ${bits} bits: ${min * 8} (16 letters) at least`)
  if (read.bytes > max) return refuse(`has ${bits} bits: ${max * 8} (103 letters) at most`)
  const warning = `the imported secret has ${bits} bits, and RFC 4226 demands ${warned * 8}: enrol a new app in its place when the person can scan a QR code`
  return { kind: 'given', secret: read.secret, warnings: read.bytes < warned ? [warning] : [] } // mutant: C63.short-secret-warning
}
