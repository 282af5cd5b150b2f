// A verification of the fake: what the service keeps of one, without a database, a hash or a provider.
// It must not keep time: every function is given the moment.

import type { components } from '../api.ts'

type Schemas = components['schemas']
export type Wire = Schemas['Verification']

export type Policy = {
  codeLength: number
  ttlSeconds: number
  maxAttempts: number
  maxSends: number
}

export type FakeVerification = {
  id: string
  reference: string
  status: Wire['status']
  to: string
  channel: Wire['channel']
  purpose: string
  session: string | null
  decoy: boolean
  authenticated: boolean
  code: string
  attempts: number
  sends: number
  maxAttempts: number
  maxSends: number
  createdAt: number
  expiresAt: number
  lastSendAt: number
  metadata: Record<string, string>
}

/** After the first, second, third … message; the last one repeats. */
const RESEND_WAIT_SECONDS = [30, 40, 60, 90] as const
const RESEND_MIN_REMAINING_MS = 60_000

export function statusAt({ status, expiresAt }: FakeVerification, now: number): Wire['status'] {
  return status === 'pending' && expiresAt <= now ? 'expired' : status
}

export function attemptsLeft(one: FakeVerification, now: number): number {
  return statusAt(one, now) === 'pending' ? one.maxAttempts - one.attempts : 0
}

function sendsLeft(one: FakeVerification, now: number): number {
  return statusAt(one, now) === 'pending' ? one.maxSends - one.sends : 0
}

/** Null: no message more, or too late for one. */
export function resendAt(one: FakeVerification, now: number): number | null {
  if (sendsLeft(one, now) === 0 || attemptsLeft(one, now) === 0) return null
  const wait = RESEND_WAIT_SECONDS[Math.min(one.sends, RESEND_WAIT_SECONDS.length) - 1] ?? 0
  const at = one.lastSendAt + wait * 1000
  return one.expiresAt - Math.max(at, now) < RESEND_MIN_REMAINING_MS ? null : at
}

const secondsUntil = (at: number, now: number) => Math.max(0, Math.ceil((at - now) / 1000))
const timeOf = (ms: number) => new Date(ms).toISOString()

export function toWire(one: FakeVerification, now: number): Wire {
  const resend = resendAt(one, now)
  return {
    id: one.id,
    reference: one.reference,
    status: statusAt(one, now),
    to: one.to,
    subject: null,
    channel: one.channel,
    locale: 'en',
    purpose: one.purpose,
    delivery_status: 'sent',
    attempts_remaining: attemptsLeft(one, now),
    sends_remaining: sendsLeft(one, now),
    created_at: timeOf(one.createdAt),
    expires_at: timeOf(one.expiresAt),
    expires_in: secondsUntil(one.expiresAt, now),
    resend_at: resend === null ? null : timeOf(resend),
    resend_in: resend === null ? null : secondsUntil(resend, now),
    next_step: null,
    metadata: one.metadata,
    checked_by: null,
    outcome: null,
  }
}

/** A view token is nothing here: no browser reaches the fake. */
export function toStarted(one: FakeVerification, now: number): Schemas['StartedVerification'] {
  return { ...toWire(one, now), view_token: `vt_${one.id.slice(4)}`, view_url: null }
}

export function toDetailed(one: FakeVerification, now: number): Schemas['DetailedVerification'] {
  const at = timeOf(one.createdAt)
  const delivery = { provider: 'fake', status: 'sent', attempts: 1, error: null } as const
  const deliveries = Array.from({ length: one.sends }, (_, i) => ({
    ...{ id: `dlv_${one.id.slice(4)}_${i + 1}`, channel: one.channel as 'sms', ...delivery },
    ...{ queued_at: at, sent_at: at, delivered_at: null },
  }))
  return { ...toWire(one, now), deliveries }
}

const DIGITS = '0123456789abcdefghijklmnopqrstuv'
const REFERENCE = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

const draw = (alphabet: string, length: number) =>
  Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => alphabet[byte % alphabet.length],
  ).join('')

export const drawId = (prefix: 'vrf' | 'lst' | 'req') => `${prefix}_${draw(DIGITS, 32)}`
export const drawCode = (length: number) => draw('0123456789', length)
export const drawReference = () => `${draw(REFERENCE, 3)}-${draw(REFERENCE, 3)}`
