// Zitadel: its HTTP providers for SMS and e-mail. The signature's time is that of each try, so a retried request is a fresh one.

import { z } from 'zod'
import { PLAIN } from '../answers.ts'
import type { RelayPurpose, System } from '../ports.ts'
import { proveByTimedHex } from '../proofs.ts'
import { one, optionalText, purposeOf, reader, text } from '../read.ts'

const Payload = z.object({
  contextInfo: z.object({
    eventType: text,
    recipientPhoneNumber: optionalText,
    recipientEmailAddress: optionalText,
  }),
  /** Zitadel makes the first letter small, of `OTP` too. `templateData` has its text, which is not sent. */
  args: z.object({ code: optionalText, oTP: optionalText, otp: optionalText }).nullish(),
})

/** `contextInfo.eventType`. */
const PURPOSES: Readonly<Record<string, RelayPurpose>> = {
  'user.human.initialization.code.added': 'signup',
  'user.human.invite.code.added': 'invite',
  'user.human.email.code.added': 'verify',
  'user.human.phone.code.added': 'verify',
  'user.human.password.code.added': 'recovery',
  'user.human.otp.sms.code.added': 'mfa',
  'user.human.otp.email.code.added': 'mfa',
  'session.otp.sms.challenged': 'mfa',
  'session.otp.email.challenged': 'mfa',
}

export const zitadel: System = {
  maxBytes: 64 * 1024,
  prove: (headers, now) => proveByTimedHex(headers, 'zitadel-signature', now),
  read: reader(Payload, ({ contextInfo, args }) => {
    const { eventType, recipientPhoneNumber: phone, recipientEmailAddress: email } = contextInfo
    const code = args?.code ?? args?.oTP ?? args?.otp ?? null
    const to = phone ?? email
    if (to === null) return { kind: 'unreadable' }
    if (code === null) return { kind: 'nothing', type: eventType }
    // A code lives for minutes, and each event has another: what repeats all three is a try of the same.
    const once = { by: 'id', parts: [eventType, to, code] } as const
    const purpose = purposeOf(PURPOSES, eventType)
    return one({ to, code, purpose, locale: null, ip: null, once })
  }),
  answers: PLAIN,
}
