// What the fake reads and answers: fields and their faults, recipients, refusals in the API's own form.
// It must not know a verification: service.ts decides.

import type { Challenge, Problem } from '../wire.ts'
import { drawId, type FakeVerification } from './state.ts'

export type Body = Readonly<Record<string, unknown>>
export type Answer = { status: number; body: object }

export const ended = (status: FakeVerification['status']): Answer | undefined => {
  switch (status) {
    case 'approved':
      return refuse(409, 'verification_approved', 'a code works only once')
    case 'canceled':
      return refuse(409, 'verification_canceled', 'start a new verification')
    case 'expired':
      return refuse(410, 'verification_expired', 'start a new verification')
    case 'closed':
      return refuse(409, 'verification_closed', 'start a new verification')
    case 'max_attempts_reached':
      return refuse(409, 'max_attempts_reached', 'start a new verification')
    case 'pending':
      return undefined
  }
}

export function refuse(
  status: number,
  error: Problem['error'],
  detail: string,
  rest: Partial<Problem> = {},
): Answer {
  const type = `/docs#${error}`
  return {
    status,
    body: { type, title: error, status, detail, instance: drawId('req'), error, ...rest },
  }
}

export const faulty = (field: string, detail: string) =>
  refuse(400, 'invalid_request', `${field} ${detail}`, { errors: [{ field, detail }] })

export const unknown = () =>
  refuse(404, 'verification_not_found', 'this service has no such verification')

export const START_FIELDS = [
  'to',
  'country',
  'channel',
  'locale',
  'purpose',
  'session',
  'authenticated',
  'decoy',
  'actions',
].concat(['client_ip', 'user_agent', 'code_length', 'ttl_seconds', 'metadata', 'challenge'])
export const CHECK_FIELDS = [
  'id',
  'code',
  'purpose',
  'to',
  'country',
  'session',
  'client_ip',
  'user_agent',
]
const PURPOSE = /^[a-z0-9][a-z0-9_.-]{0,63}$/
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/
const NUMBER = /^\+[1-9]\d{7,14}$/
const BETWEEN_DIGITS = /[\s\u2010-\u2015-]/g

/** Null: not what a code can look like. */
export function readCode(code: unknown): string | null {
  const digits = typeof code === 'string' ? code.normalize('NFKC').replace(BETWEEN_DIGITS, '') : ''
  return /^\d{4,10}$/.test(digits) ? digits : null
}

/** Numbers in international form only: the real service knows the plans of all countries. Null: neither number nor address. */
export function readRecipient(to: unknown): string | null {
  if (typeof to !== 'string') return null
  if (to.includes('@')) {
    const [, domain = ''] = to.split(/@(?=[^@]*$)/)
    return MAIL.test(to) ? `${to.slice(0, to.length - domain.length)}${domain.toLowerCase()}` : null
  }
  const number = to.replace(/[\s().-]/g, '')
  return NUMBER.test(number) ? number : null
}

/** What both calls may carry beside their own fields. */
export function commonFault(body: Body, known: readonly string[]): Answer | undefined {
  for (const name of Object.keys(body))
    if (!known.includes(name)) return faulty(name, 'is not a known field')
  const { purpose = 'login', session } = body
  if (typeof purpose !== 'string' || !PURPOSE.test(purpose))
    return faulty('purpose', 'is not a slug')
  const isSession =
    session === undefined ||
    (typeof session === 'string' && session.length >= 16 && session.length <= 255)
  return isSession ? undefined : faulty('session', 'must have 16 to 255 characters')
}

/** In the form of a real one; its solution is given by the fake, not found. */
export function makeChallenge(): Challenge {
  const hex = (bytes: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('')
  const parameters = { algorithm: 'PBKDF2/SHA-256', cost: 1000, keyLength: 32 }
  return {
    parameters: { ...parameters, nonce: hex(16), salt: hex(16), keyPrefix: hex(16) },
    signature: hex(32),
  }
}
