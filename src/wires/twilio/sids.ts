// Ids as Twilio's callers expect them: two letters and 32 hexadecimal characters.
// It must not be used for a secret: a SID is shown to everybody who asks with a key.

import { hash } from 'node:crypto'
import { drawBytes } from '../../kernel/ids.ts'
import type { ServicePolicy } from '../../verification/policy.ts'

/** 128 bits. */
const SID_BYTES = 16
const HEX_LENGTH = 2 * SID_BYTES

export const SERVICE_SID = /^VA[0-9a-f]{32}$/i
export const VERIFICATION_SID = /^VE[0-9a-f]{32}$/i
/** An account, or an API key of one. */
export const LOGIN_SID = /^(?:AC|SK)[0-9a-f]{32}$/i

const hexOf = (text: string) => hash('sha256', `countersign:${text}`, 'hex').slice(0, HEX_LENGTH)

export const newVerificationSid = (): string => `VE${drawBytes(SID_BYTES).toString('hex')}`

/** The one that the settings give, or one that follows from the name: the same on every node. */
export function serviceSidOf({ name, twilioServiceSid }: ServicePolicy): string {
  return twilioServiceSid ?? `VA${hexOf(`service:${name}`)}`
}

/** Callers that log in by an API key name no account. */
export const accountSidOf = (user: string): string =>
  user.toUpperCase().startsWith('AC') ? user : `AC${hexOf('account')}`

/** Of a message of a verification: follows from both, so nothing is stored. */
export const attemptSidOf = (sid: string, send: number): string => `VL${hexOf(`${sid}:${send}`)}`
