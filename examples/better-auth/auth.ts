// A login by phone number with Better Auth, whose code is Countersign's: sent, limited, counted and used up there.
// It must not take a code for anything but the sign-in that this browser began, nor a number in another spelling.

import { randomBytes } from 'node:crypto'
import type { Countersign, Failure } from '@countersign/client'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { APIError, getIP } from 'better-auth/api'
import { type PhoneNumberOptions, phoneNumber } from 'better-auth/plugins'

type Context = NonNullable<Parameters<PhoneNumberOptions['sendOTP']>[1]>

/** One spelling for one number: Better Auth compares them as texts. */
const E164 = /^\+[1-9]\d{6,14}$/
/** Of a verification, with room for another one. */
const COOKIE_SECONDS = 3600
/** Its reset of a password asks `verifyOTP`, too: without this the code of a sign-in would set one. */
const SIGN_IN = '/phone-number/verify'

/** The browser's own random value, which start and check must both have: nothing else is kept between them. */
function cookieOf({ context }: Context) {
  const { name, attributes } = context.createAuthCookie('countersign', { maxAge: COOKIE_SECONDS })
  return { name, attributes }
}

function clientIpOf({ request, context }: Context): { clientIp?: string } {
  const clientIp = request && getIP(request, context.options)
  return clientIp ? { clientIp } : {}
}

/** Better Auth's own names, which its clients know, where it has one. */
const CODES: Partial<Record<Failure['reason'], string>> = {
  incorrect: 'INVALID_OTP',
  expired: 'OTP_EXPIRED',
  exhausted: 'TOO_MANY_ATTEMPTS',
  not_found: 'OTP_NOT_FOUND',
}
const STATUSES = { rate_limited: 'TOO_MANY_REQUESTS', unavailable: 'SERVICE_UNAVAILABLE' } as const

function refused({ reason, retryAfterSeconds, attemptsRemaining, problem }: Failure): APIError {
  return new APIError(STATUSES[reason as keyof typeof STATUSES] ?? 'BAD_REQUEST', {
    ...{ code: CODES[reason] ?? reason.toUpperCase(), message: problem.title },
    ...{ retryAfterSeconds, attemptsRemaining },
  })
}

const phoneNumberBy = (countersign: Countersign) =>
  phoneNumber({
    phoneNumberValidator: (number) => E164.test(number),

    /** Better Auth has made a code, too: it is sent to nobody, and no code is compared with it. */
    async sendOTP({ phoneNumber: to }, ctx) {
      if (!ctx) throw new Error('sendOTP needs the request that it is for')
      const { name, attributes } = cookieOf(ctx)
      const session = ctx.getCookie(name) || randomBytes(32).toString('base64url')
      const started = await countersign.start({ to, session, ...clientIpOf(ctx) })
      if (!started.ok) throw refused(started)
      ctx.setCookie(name, session, attributes)
    },

    async verifyOTP({ phoneNumber: to, code }, ctx) {
      if (ctx?.path !== SIGN_IN || !E164.test(to)) return false
      const { name, attributes } = cookieOf(ctx)
      const session = ctx.getCookie(name)
      if (!session) return false
      const checked = await countersign.check({ to, session, code, ...clientIpOf(ctx) })
      if (!checked.ok) throw refused(checked)
      ctx.setCookie(name, '', { ...attributes, maxAge: 0 })
      return checked.verification.to === to
    },

    signUpOnVerification: { getTempEmail: (number) => `${number.slice(1)}@phone.invalid` },
  })

export type AuthOptions = Pick<BetterAuthOptions, 'database' | 'baseURL' | 'secret' | 'advanced'>

export const createAuth = (countersign: Countersign, options: AuthOptions) =>
  betterAuth({ ...options, plugins: [phoneNumberBy(countersign)] })
