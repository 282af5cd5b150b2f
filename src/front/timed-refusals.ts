// Refusals of a view token whose start did not say `authenticated`: by the times that its view shows, before the domain is asked.
// They must not depend on what became of a message: the domain's own do.

import type { Refusal } from '../verification/api.ts'
import { refuseEnded, refuseNoStep, refuseTooEarly } from '../verification/refuse.ts'
import type { VerificationRecord } from '../verification/state.ts'
import type { PersonView } from './person-view.ts'

/** Undefined: the domain decides. */
export function refuseResendByTime(
  record: VerificationRecord,
  { resendAt }: Pick<PersonView, 'resendAt'>,
  now: number,
): Refusal | undefined {
  if (record.authenticated) return undefined
  const ended = refuseEnded(record, now)
  if (ended) return ended
  if (resendAt === null) {
    const detail = 'no message is left, or it would come too late; start a new verification'
    return { kind: 'refused', error: 'resend_too_late', detail }
  }
  return now < resendAt ? refuseTooEarly(resendAt, now) : undefined
}

/** Its steps go out automatically: whether one still waits would show whether an earlier one arrived. */
export function refuseStepUnseen(record: VerificationRecord, now: number): Refusal | undefined {
  if (record.authenticated) return undefined
  return refuseEnded(record, now) ?? refuseNoStep()
}
