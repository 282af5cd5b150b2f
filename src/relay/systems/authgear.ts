// Authgear: the webhook of its custom SMS gateway. The signature has no time in it.

import { z } from 'zod'
import type { ErrorSlug } from '../../kernel/errors.ts'
import { json, statusOf } from '../answers.ts'
import type { Answers, RelayPurpose, System } from '../ports.ts'
import { proveByHex } from '../proofs.ts'
import { one, optionalText, purposeOf, reader, text } from '../read.ts'

const Payload = z.object({
  to: text,
  template_name: text,
  language_tag: optionalText,
  /** `body` is its text, which is not sent. */
  template_variables: z.object({ code: optionalText }).nullish(),
})

/** `template_name`, with or without its ending. */
const PURPOSES: Readonly<Record<string, RelayPurpose>> = {
  verification_sms: 'verify',
  setup_primary_oob_sms: 'signup',
  setup_secondary_oob_sms: 'mfa',
  authenticate_primary_oob_sms: 'login',
  authenticate_secondary_oob_sms: 'mfa',
  forgot_password_oob_sms: 'recovery',
  forgot_password_sms: 'recovery',
}

/** Its words for ours; whatever else is refused for good is `delivery_rejected`. */
const CODES: Partial<Record<ErrorSlug, string>> = {
  unauthenticated: 'authentication_failed',
  channel_not_available: 'unsupported_request',
  payload_too_large: 'unsupported_request',
  rate_limited: 'rate_limited',
  resend_too_early: 'rate_limited',
  overloaded: 'timeout',
  store_unavailable: 'timeout',
  internal_error: 'timeout',
}

const ANSWERS: Answers = {
  accepted: () => json(200, { code: 'ok' }),
  refused({ error, errors, retryAfterSeconds }) {
    const isOfNumber = errors?.some(({ field }) => field === 'to') === true
    const invalid = isOfNumber ? 'invalid_phone_number' : 'unsupported_request'
    const code = error === 'invalid_request' ? invalid : (CODES[error] ?? 'delivery_rejected')
    return json(statusOf(error), { code }, retryAfterSeconds)
  },
}

export const authgear: System = {
  maxBytes: 16 * 1024,
  prove: (headers) => proveByHex(headers, 'x-authgear-body-signature'),
  read: reader(Payload, ({ to, template_name, language_tag, template_variables }) => {
    const type = template_name.replace(/\.txt$/, '')
    const code = template_variables?.code ?? null
    if (code === null) return { kind: 'nothing', type }
    const once = { by: 'minute', parts: [to, type, code] } as const
    const purpose = purposeOf(PURPOSES, type)
    return one({ to, code, purpose, locale: language_tag, ip: null, once })
  }),
  answers: ANSWERS,
}
