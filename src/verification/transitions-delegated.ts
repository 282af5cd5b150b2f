// What becomes of a verification that Twilio sends and checks, where that differs from our own.
// It must not make a message: whoever asked for it has it sent.

import type { Channel } from '../kernel/channel.ts'
import type { Decide } from './change.ts'
import { refuseOverloaded, refuseResend } from './refuse.ts'
import type { VerificationRecord } from './state.ts'
import { NOTHING } from './transitions.ts'

/** Counted before Twilio is asked, so that none goes out uncounted. Another node's, or an end, in between is refused as it is now. */
export function decideSendElsewhere<Result>(
  expectedSends: number,
  channel: Channel,
  answer: (after: VerificationRecord) => Result,
): Decide<Result> {
  return (record, now) => {
    const refusal = refuseResend(record, now)
    if (refusal) return { kind: 'refused', refusal }
    if (record.sends !== expectedSends) return { kind: 'refused', refusal: refuseOverloaded() }
    const send = record.sends + 1
    const details = { channel, send, checked_by: 'twilio' }
    const change = {
      ...NOTHING,
      set: { sends: send, lastSendAt: now, channel },
      events: [{ type: 'verification.resent', details }] as const,
    }
    return { kind: 'change', change, answer }
  }
}
