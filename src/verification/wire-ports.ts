// The verifications that somebody else's API started here, in place of ours: the id that its callers know each by.
// It must not know a wire's words: those are in src/wires.

import type { VerificationRecord } from './state.ts'

export const WIRES = ['twilio', 'camara'] as const
export type Wire = (typeof WIRES)[number]

/** Reasons in the log, in addition to Twilio's own codes: its answer was lost, so it may have sent the code; or it was not reached. */
export const NO_ANSWER = 'no_answer'
export const UNREACHABLE = 'unreachable'
/** Of an end: Twilio never got it, no longer has it, or the answer to a right code was lost. */
export const GONE_AT_TWILIO = 'gone_at_twilio'

/** `sid`: as the wire's callers name it, unique among all wires. */
export type WireKey = { wire: Wire; sid: string }
/** A verification with the id that its wire has for it. */
export type Wired = { sid: string; record: VerificationRecord }

/** Rows go with their verification. All throw StoreUnavailableError. */
export type WireStore = {
  /** Of this wire and service alone. One round trip. */
  find(service: string, key: WireKey): Promise<Wired | undefined>
  /** The newest that was started by this wire with one of these (`wireMacs`). One round trip. */
  newest(
    service: string,
    by: { wire: Wire; sessionMacs: readonly Uint8Array[] },
  ): Promise<Wired | undefined>
  /** Undefined: no wire started it, or it was erased. */
  sidOf(verificationId: string): Promise<string | undefined>
  /** Whoever checks it in our place has named it. */
  rename(verificationId: string, sid: string): Promise<void>
}
