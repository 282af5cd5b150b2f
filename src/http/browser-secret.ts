// The secret of the browser behind a request: from the header of an element on another site, or from the cookie of our own page.
// It must not be logged or answered.

import { getCookie, setCookie } from 'hono/cookie'
import { isBrowserSecret } from '../front/browser.ts'
import type { FrontDesk } from '../front/desk.ts'
import type { AppContext } from './deps.ts'

export const BROWSER_HEADER = 'Countersign-Browser'

/** Undefined: it has none, or what it has is none. */
export function secretOf(
  c: AppContext,
  desk: Pick<FrontDesk, 'cookieNameOf'>,
  verificationId: string,
): string | undefined {
  const text = c.req.header(BROWSER_HEADER) ?? getCookie(c, desk.cookieNameOf(verificationId))
  return text !== undefined && isBrowserSecret(text) ? text : undefined
}

/** For a page of ours, as long as its verification is shown. @public */
export function keepSecret(
  c: AppContext,
  desk: Pick<FrontDesk, 'cookieNameOf'>,
  verificationId: string,
  { secret, maxAgeSeconds }: { secret: string; maxAgeSeconds: number },
): void {
  const name = desk.cookieNameOf(verificationId)
  setCookie(c, name, secret, {
    ...{ path: '/', httpOnly: true, sameSite: 'Lax' },
    ...{ secure: name.startsWith('__Host-'), maxAge: maxAgeSeconds },
  })
}
