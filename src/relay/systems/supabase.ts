// Supabase Auth: the hooks send-sms and send-email. Three tries within five seconds in all, each with a webhook-id of its own:
// `metadata.uuid` is the same for all of them.

import { z } from 'zod'
import { ACCEPTED, json, statusOf, wordsOf } from '../answers.ts'
import type { Answers, Reading, RelayMessage, RelayPurpose, System } from '../ports.ts'
import { proveByStandardWebhooks } from '../proofs.ts'
import { one, optionalText, purposeOf, reader, text, withPlus } from '../read.ts'

/** `payloadLimit` of its dispatcher. */
const MAX_BYTES = 200 * 1024

const User = z.object({
  phone: optionalText,
  email: optionalText,
  new_email: optionalText,
})

const Payload = z.object({
  /** Older projects have none. */
  metadata: z.object({ uuid: optionalText, ip_address: optionalText }).nullish(),
  user: User.nullish(),
  sms: z.object({ otp: text, phone: optionalText }).nullish(),
  email_data: z
    .object({ email_action_type: text, token: optionalText, token_new: optionalText })
    .nullish(),
})
type Hook = z.output<typeof Payload>

/** `email_action_type`. Notifications (`password_changed_notification` …) have no code. */
const PURPOSES: Readonly<Record<string, RelayPurpose>> = {
  signup: 'signup',
  invite: 'invite',
  magiclink: 'login',
  email: 'login',
  recovery: 'recovery',
  email_change: 'change',
  reauthentication: 'confirm',
}

/** @param place of a message among those of its request */
function messageOf(
  { metadata }: Hook,
  message: Pick<RelayMessage, 'to' | 'code' | 'purpose'>,
  place: 'sms' | 'email' | 'current' | 'new',
): RelayMessage {
  const { to, code } = message
  const uuid = metadata?.uuid
  const once = uuid
    ? ({ by: 'id', parts: [uuid, place] } as const)
    : ({ by: 'minute', parts: [to, place, code] } as const)
  return { ...message, locale: null, ip: metadata?.ip_address ?? null, once }
}

function readSms(hook: Hook, { otp, phone }: NonNullable<Hook['sms']>): Reading {
  const to = phone ?? hook.user?.phone
  if (!to) return { kind: 'unreadable' }
  const about = { to: withPlus(to), code: otp, purpose: 'login' } as const
  return one(messageOf(hook, about, 'sms'))
}

/**
 * A change of address that both addresses confirm has two codes: `token` goes to the present one, `token_new` to the new
 * one. Where the new one alone confirms it, `token` is its code. (The names of the hashes are the other way round.)
 */
function readMail(hook: Hook, data: NonNullable<Hook['email_data']>): Reading {
  const { email_action_type: type, token, token_new: tokenNew } = data
  if (token === null) return { kind: 'nothing', type }
  const { email, new_email: newEmail } = hook.user ?? {}
  const about = { purpose: purposeOf(PURPOSES, type) }
  if (type !== 'email_change' || !newEmail)
    return email
      ? one(messageOf(hook, { ...about, to: email, code: token }, 'email'))
      : { kind: 'unreadable' }
  if (tokenNew === null) return one(messageOf(hook, { ...about, to: newEmail, code: token }, 'new'))
  if (!email) return { kind: 'unreadable' }
  return {
    kind: 'messages',
    messages: [
      messageOf(hook, { ...about, to: email, code: token }, 'current'),
      messageOf(hook, { ...about, to: newEmail, code: tokenNew }, 'new'),
    ],
  }
}

/** It reads an error from a 200, and asks again (at once, twice) only after a 503 with Retry-After. */
const ANSWERS: Answers = {
  accepted: () => ACCEPTED,
  refused({ error, retryAfterSeconds }) {
    const status = statusOf(error)
    if (status === 401 || status === 503) return json(status, {}, retryAfterSeconds)
    return json(200, { error: { http_code: status, message: wordsOf(error) } })
  },
}

export const supabase: System = {
  maxBytes: MAX_BYTES,
  prove: proveByStandardWebhooks,
  read: reader(Payload, (hook) => {
    if (hook.sms) return readSms(hook, hook.sms)
    return hook.email_data ? readMail(hook, hook.email_data) : { kind: 'unreadable' }
  }),
  answers: ANSWERS,
}
