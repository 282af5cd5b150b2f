// What an approval says: who asked, for what, how the person was verified, and what that is worth.
// It must not name the person unless the start asked for it.

import type { VerificationChannel } from '../kernel/channel.ts'
import type { ApprovalToSign, VerificationView } from '../verification/api.ts'
import { APPROVAL_MS } from '../verification/policy.ts'

/**
 * What a channel proves, in words of NIST SP 800-63B-4. `address`: somebody reads what is sent to this mailbox or account,
 * which is no second factor (§3.1.3 excludes e-mail, and messengers have no place there). `restricted`: a second factor over
 * the telephone network, which an organization may offer only beside another (§3.2.9). `factor`: a second factor.
 */
export const ASSURANCES = ['address', 'restricted', 'factor'] as const
export type Assurance = (typeof ASSURANCES)[number]

/** `amr`: RFC 8176 §2 has values for these three; none fits the others. */
const PROOFS: Readonly<Record<VerificationChannel, { assurance: Assurance; amr?: string }>> = {
  email: { assurance: 'address' },
  whatsapp: { assurance: 'address' },
  telegram: { assurance: 'address' },
  sms: { assurance: 'restricted', amr: 'sms' },
  voice: { assurance: 'restricted', amr: 'tel' },
  totp: { assurance: 'factor', amr: 'otp' },
  recovery_code: { assurance: 'factor' },
}

export type ApprovalClaims = {
  iss: string
  aud: string
  /** The id of the verification. */
  jti: string
  /** Seconds, as everywhere in a JWT: when it was approved, and when this is over. */
  iat: number
  exp: number
  nonce: string
  purpose: string
  method: VerificationChannel
  assurance: Assurance
  amr?: string[]
  to?: string
  subject?: string
}

const seconds = (ms: number) => Math.floor(ms / 1000)

function partyOf({ to, subject }: VerificationView) {
  return { ...(to !== null && { to }), ...(subject !== null && { subject }) }
}

/** The same whenever it is made: what is signed again is as short-lived as the first. */
export function claimsOf(
  { iss, aud }: { iss: string; aud: string },
  view: VerificationView,
  { nonce, showsParty, approvedAt }: ApprovalToSign,
): ApprovalClaims {
  const { assurance, amr } = PROOFS[view.channel]
  return {
    ...{ iss, aud, jti: view.id, nonce, purpose: view.purpose },
    ...{ iat: seconds(approvedAt), exp: seconds(approvedAt + APPROVAL_MS) }, // mutant: C90.token-ends
    ...{ method: view.channel, assurance },
    ...(amr && { amr: [amr] }),
    ...(showsParty && partyOf(view)), // mutant: C90.party-asked-for
  }
}
