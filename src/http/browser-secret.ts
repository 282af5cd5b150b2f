// The secret of the browser behind a request: from the header of an element on another site, or from the cookie of our own page.
// It must not be logged or answered.

import { getCookie, setCookie } from 'hono/cookie'
import { isBrowserSecret } from '../front/browser.ts'
import type { Door, FrontDesk } from '../front/desk.ts'
import type { AppContext } from './deps.ts'

export const BROWSER_HEADER = 'Countersign-Browser'

type Desk = Pick<FrontDesk, 'cookieNameOf' | 'isBound'>

/** Of one verification: two tabs that open its page at once are given one each, and neither may take the other's place. */
const nameOf = (prefix: string, secret: string) => `${prefix}_${secret.slice(0, 4)}`

/** Those that cookies hold; a browser sends the oldest first (RFC 6265 §5.4). */
function keptSecrets(c: AppContext, prefix: string): string[] {
  const cookies = Object.entries(getCookie(c))
  return cookies.filter(([name]) => name.startsWith(prefix)).map(([, secret]) => secret)
}

/** Undefined: it has none, or what it has is none. */
export function secretOf(c: AppContext, desk: Desk, door: Door): string | undefined {
  const given = c.req.header(BROWSER_HEADER)
  const prefix = desk.cookieNameOf(door.verificationId)
  const all = (given === undefined ? keptSecrets(c, prefix) : [given]).filter(isBrowserSecret)
  return all.find((one) => desk.isBound(door, one)) ?? all[0] // mutant: C87.any-kept-cookie
}

/** For a page of ours, as long as its verification is shown. @public */
export function keepSecret(
  c: AppContext,
  desk: Pick<FrontDesk, 'cookieNameOf'>,
  verificationId: string,
  { secret, maxAgeSeconds }: { secret: string; maxAgeSeconds: number },
): void {
  const name = nameOf(desk.cookieNameOf(verificationId), secret)
  setCookie(c, name, secret, {
    ...{ path: '/', httpOnly: true, sameSite: 'Lax' },
    ...{ secure: name.startsWith('__Host-'), maxAge: maxAgeSeconds },
  })
}
