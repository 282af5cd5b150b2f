// Logto: its HTTP connectors for SMS and e-mail, with a static Authorization header.

import { z } from 'zod'
import { PLAIN } from '../answers.ts'
import type { RelayPurpose, System } from '../ports.ts'
import { proveByHeader } from '../proofs.ts'
import { one, optionalText, purposeOf, reader, text } from '../read.ts'

const Payload = z.object({
  to: text,
  type: text,
  /** An invitation has a link and no code. */
  payload: z.object({ code: optionalText, locale: optionalText }),
  ip: optionalText,
})

/** `TemplateType` of its connector kit. */
const PURPOSES: Readonly<Record<string, RelayPurpose>> = {
  SignIn: 'login',
  Register: 'signup',
  ForgotPassword: 'recovery',
  OrganizationInvitation: 'invite',
  Generic: 'login',
  UserPermissionValidation: 'confirm',
  BindNewIdentifier: 'change',
  MfaVerification: 'mfa',
  BindMfa: 'mfa',
}

export const logto: System = {
  maxBytes: 16 * 1024,
  prove: proveByHeader,
  read: reader(Payload, ({ to, type, payload: { code, locale }, ip }) => {
    if (code === null) return { kind: 'nothing', type }
    const once = { by: 'minute', parts: [to, type, code] } as const
    const purpose = purposeOf(PURPOSES, type)
    return one({ to, code, purpose, locale, ip, once })
  }),
  answers: PLAIN,
}
